"""From a sitting's file to what a rehearsal walks: everything is prepared first, and all problems come before it."""

from pathlib import Path

from controller.installation import Installation
from controller.preparing.preparation import Problem, prepare
from controller.preparing.problems import Findings
from controller.preparing.sitting_rules import load_rules
from controller.preparing.sitting_toml import read_sitting_toml
from controller.rehearsal.plan import RehearsalPlan
from controller.words import _
from protocol.encoding import hash_text
from protocol.errors import ChamberError
from protocol.explain import Catalogue


class NotPrepared(ChamberError):
    """The sitting cannot be held as it is. `problems`: everything that was found."""

    code = "not-prepared"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(_("the sitting is not prepared"))
        self.problems = problems


def read_plan(
    file: Path, installation: Installation | None, words: Catalogue
) -> tuple[RehearsalPlan, tuple[Problem, ...]]:
    """Prepare the sitting of `file`. Returns it with the warnings. Raises `NotPrepared`, `InstallationRefused`."""
    preparation = prepare(file, installation, words)
    sitting = preparation.sitting
    if sitting is None or installation is None:
        raise NotPrepared(preparation.problems)
    # Once more for what a prepared sitting does not keep: the worked examples behind its rules.
    found = Findings(words)
    table = read_sitting_toml(file, found)
    own = file.parent / table.rules if table is not None and table.rules else None
    rules = load_rules(installation, sitting.body, own, sitting.day, found)
    body = installation.body(sitting.body)
    laws = rules.laws if rules is not None else {}
    log = installation.log_of(body.body)
    plan = RehearsalPlan(log, body.officers, sitting, laws, hash_text(file.read_bytes()))
    return plan, preparation.problems
