"""Every name of what can stand against an act, and every reason code, has a sentence that says what to do."""

import re
from enum import Enum
from pathlib import Path
from types import ModuleType

import controller
import protocol
from controller.procedures.refusal_words import is_known, refusal_sentence
from protocol.explain import ENGLISH
from protocol.floor import Turn
from protocol.state import ItemPhase, SittingPhase
from protocol.vote import Phase

FAMILIES: dict[str, type[Enum]] = {"sitting-is": SittingPhase, "vote-is": Phase, "item-is": ItemPhase, "turn-is": Turn}
DOCUMENT = Path(__file__).parents[2] / "docs" / "protocol.md"


def text_of(package: ModuleType, pattern: str) -> str:
    """The text of the files of a package that fit a pattern."""
    paths = sorted(Path(str(package.__file__)).parent.glob(pattern))
    assert paths, pattern
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def meanings() -> str:
    """The source of what refuses an act by name."""
    return "\n".join(text_of(protocol, pattern) for pattern in ("meaning/*.py", "sitting.py", "decide.py", "floor.py"))


def names_refused() -> set[str]:
    """Names given to `refuse`, what stands behind `state/`, the floor's, and those of acts that are not even sent."""
    text, ours = meanings(), text_of(controller, "**/*.py")
    named = re.findall(r'\brefuse\(\s*"([a-z-]+)"', text) + re.findall(r'\bOutOfOrder\(\s*"([a-z-]+)"', ours)
    otherwise = re.findall(r'\brefuse\("[a-z-]+" if [^)]* else "([a-z-]+)"', text)
    behind = re.findall(r'"state/([a-z-]+)"', text)
    floor = re.findall(r'return "(list-closed)"', text)
    return {*named, *otherwise, *behind, *floor}


def families() -> set[str]:
    """Beginnings of names that a phase completes."""
    return set(re.findall(r'f"([a-z]+-is)-\{', meanings() + text_of(controller, "**/*.py")))


def codes() -> set[str]:
    """The reason codes of the tables of sections 6.1 and 7.4."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text.partition("| refusal | cause |")[2].partition("### 6.2")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    reasons = text.partition("### 7.4")[2].partition("## 8")[0].split("`")[1]
    return {code for cell in first_cells for code in re.findall(r"`([a-z0-9-]+)`", cell)} | set(reasons.split())


def test_what_the_source_refuses_by_name_has_a_sentence() -> None:
    """A name that nobody explains would be shown to a chair in mid-vote."""
    found = names_refused()
    assert {"vote-runs", "result-unknown", "not-the-next-sitting", "list-closed", "block-is-empty"} <= found
    assert {name for name in found if not is_known(name)} == set()


def test_every_phase_of_a_family_has_a_sentence() -> None:
    """Where a sitting, vote, item or speaker stands is a name too."""
    assert families() == set(FAMILIES)
    names = {f"{family}-{phase.value}" for family, phases in FAMILIES.items() for phase in phases}
    assert {name for name in names if not is_known(name)} == set()


def test_every_reason_code_of_the_protocol_has_a_sentence() -> None:
    """Sections 6.1 and 7.4."""
    found = codes()
    assert {"envelope", "unknown-key", "stale", "pressed", "budget"} <= found
    assert {code for code in found if not is_known(code)} == set()


def test_sentence_says_what_to_do_in_the_language_asked_for() -> None:
    """The catalogue's words, whatever they are."""

    class Loud:
        """Speaks up."""

        def gettext(self, message: str, /) -> str:
            return message.upper()

        def ngettext(self, singular: str, plural: str, n: int, /) -> str:
            return (singular if n == 1 else plural).upper()

        def pgettext(self, context: str, message: str, /) -> str:
            return message.upper()

    assert refusal_sentence("vote-runs", ENGLISH) == "A vote runs: close or void it first."
    assert refusal_sentence("vote-runs", Loud()) == "A VOTE RUNS: CLOSE OR VOID IT FIRST."


def test_unknown_name_is_named() -> None:
    """A newer controller may know more names than this program."""
    assert not is_known("weather")
    assert refusal_sentence("weather", ENGLISH) == "Refused: weather."
