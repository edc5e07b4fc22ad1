"""Draws the state diagrams in docs/ from the tables in the code. `--check` fails if a diagram is stale."""  # noqa: INP001 - a script, not part of a package

import sys
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from protocol.floor import MOVES as FLOOR_MOVES
from protocol.floor import Turn
from protocol.meaning.proceedings import SITTING_MOVES
from protocol.state import ITEM_MOVES, ItemPhase, SittingPhase
from protocol.vote import MOVES, Phase

DOCS = Path(__file__).parent.parent / "docs"
_OPENS = (SittingPhase.PREPARED, "sitting-open", SittingPhase.OPEN)
_SIGNS = (SittingPhase.CLOSED, "minutes", SittingPhase.SIGNED)
Arrow = tuple[Enum, str, Enum]

TABLES: dict[str, tuple[str, Enum, list[Arrow]]] = {
    "a vote": (
        "architecture.md", Phase.ARMED, [(phase, move.value, target) for (phase, move), target in MOVES.items()],
    ),
    "a sitting": (
        "procedures.md", SittingPhase.PREPARED,
        [_OPENS, *((phase, kind, target) for (phase, kind), target in SITTING_MOVES.items()), _SIGNS],
    ),
    "an item": (
        "procedures.md", ItemPhase.PLANNED, [(phase, act, target) for (phase, act), target in ITEM_MOVES.items()],
    ),
    "a speaker": (
        "procedures.md", Turn.NONE, [(turn, act, target) for (turn, act), target in FLOOR_MOVES.items()],
    ),
}  # fmt: skip
"""What is drawn: the page it stands on, where it begins, its arrows."""


def diagram(start: Enum, moves: Iterable[Arrow]) -> str:
    """A table as a Mermaid state diagram; several moves between two states share one arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, move, target in moves:
        arrows.setdefault((source.name, target.name), []).append(move)
    lines = ["```mermaid", "stateDiagram-v2", f"  [*] --> {start.name}"]
    lines += [f"  {source} --> {target}: {', '.join(moves)}" for (source, target), moves in arrows.items()]
    return "\n".join([*lines, "```"])


def redraw(text: str, name: str, drawn: str) -> str:
    """The page with one diagram drawn anew."""
    begin, end = f"<!-- states of {name}: begin (scripts/diagrams.py) -->", f"<!-- states of {name}: end -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    assert found and closed, f"the page has no place for the states of {name}"  # noqa: PT018 - one thing: the place
    return f"{before}{begin}\n{drawn}\n{end}{after}"


def main() -> int:
    """Rewrite the pages, or with `--check` compare."""
    stale = False
    for name, (page, start, arrows) in TABLES.items():
        text = (DOCS / page).read_text(encoding="utf-8")
        drawn = redraw(text, name, diagram(start, arrows))
        stale = stale or drawn != text
        if "--check" not in sys.argv:
            (DOCS / page).write_text(drawn, encoding="utf-8")
    return int(stale and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
