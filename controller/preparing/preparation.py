"""Preparing a sitting: everything its file names is read and checked, and every problem found is told at once.

What is ready holds all that the officers' acts need: the roster with its law, the agenda, the series of votes, the
documents by hash. Nothing is written and nothing is sent.

Source: `docs/protocol.md` sections 6.4, 6.6, 6.7 and 8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.conduct import RosterPlan, VotePlan
from controller.installation import FILE, BodyConfig, Installation, InstallationRefused
from controller.preparing.agenda_checks import check_agenda
from controller.preparing.problems import LEVELS, Findings, Level, Problem
from controller.preparing.roster_checks import PreparedRoster, check_numbers, check_roster
from controller.preparing.sitting_documents import PreparedDocument, check_documents
from controller.preparing.sitting_rules import RulesOfDay, load_rules
from controller.preparing.sitting_toml import SittingToml, read_sitting_toml
from controller.preparing.vote_checks import Numbers, check_votes, figures_before
from protocol.agenda import AgendaDocument, Speaker
from protocol.explain import ENGLISH, Catalogue, explain_needed
from protocol.majority import Figures, Rule
from protocol.records import PLAIN_OPTIONS

__all__ = ("LEVELS", "Level", "Preparation", "PreparedDocument", "PreparedSitting", "Problem", "prepare")


@dataclass(frozen=True, slots=True)
class PreparedSitting:
    """A sitting as it will be held. `rules`: those in force by id; `seat_of`: seats by member, where there is one."""

    body: str
    body_name: str
    title: str
    day: str
    roster: RosterPlan
    agenda: AgendaDocument
    votes: tuple[VotePlan, ...]
    rules: Mapping[str, Rule]
    documents: tuple[PreparedDocument, ...]
    seat_of: Mapping[str, str]
    mayor: bool

    @property
    def sitting(self) -> str:
        """Its identifier."""
        return self.roster.sitting

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """Who may have the floor without being a member."""
        return self.agenda.speakers

    def explain(self, vote: VotePlan, words: Catalogue = ENGLISH) -> str:
        """What a vote will need; empty while its rule is unknown."""
        rule = self.rules.get(vote.rule)
        if rule is None:
            return ""
        return explain_needed(rule, self.figures(rule), words)

    def figures(self, rule: Rule) -> Figures:
        """The numbers that are known before the sitting, as this rule counts them."""
        numbers = Numbers(self.roster.statutory, self.roster.in_office)
        return figures_before(rule, numbers, mayor=self.mayor)

    def option_name(self, option: str) -> str:
        """Whom or what an option other than for, against and abstain stands for.

        That is the member, the speaker or the motion with this id; else the option itself.
        """
        names = {motion.id: motion.title for item in self.agenda.items for motion in item.motions}
        names |= {speaker.id: speaker.name for speaker in self.speakers}
        names |= {member["id"]: member["name"] for member in self.roster.members}
        return names.get(option, option)


@dataclass(frozen=True, slots=True)
class Preparation:
    """What was found.

    `sitting`: only when it is ready. `draft`: also while something is missing, but nothing is wrong; enough for paper.
    `outline`: as far as the file could be read, to be shown only; None if it could not be read at all.
    """

    sitting: PreparedSitting | None
    draft: PreparedSitting | None
    outline: PreparedSitting | None
    problems: tuple[Problem, ...]

    @property
    def ready(self) -> bool:
        """True if the sitting can be held as it is; warnings may be there."""
        return self.sitting is not None

    def of_level(self, level: Level) -> tuple[Problem, ...]:
        """The problems of one level, in the order they were found."""
        return tuple(problem for problem in self.problems if problem.level == level)


def prepare(path: Path, installation: Installation | None, words: Catalogue = ENGLISH) -> Preparation:
    """Check `sitting.toml` at `path` and all that it names. Words are those of the catalogue.

    Without an installation the law is what the sitting's own rules say, and that is a problem of its own.
    """
    found = Findings(words)
    if installation is None:
        said = {"file": FILE}
        text = found.gettext("no %(file)s was given: make one with chamber init, or say where with --dir") % said
        found.missing(FILE, "installation", text)
    file = read_sitting_toml(path, found)
    outline = _check(path.parent, file, installation, found) if file is not None else None
    draft = None if found.has("wrong") or outline is None or not outline.rules else outline
    return Preparation(None if found.has("missing") else draft, draft, outline, tuple(found.problems))


def _check(folder: Path, file: SittingToml, installation: Installation | None, found: Findings) -> PreparedSitting:
    config = _body(file, installation, found)
    numbers = _numbers(file, config, found)
    rules = _rules(folder, file, installation if config is not None else None, config, found)
    roster = _roster(folder, file, found)
    check_numbers(roster, file.roster or "roster", numbers.statutory, numbers.in_office, found)
    documents = check_documents(folder / file.documents if file.documents else None, file.items, found)
    agenda = check_agenda(file.items, file.speakers, documents, rules, found)
    votes = check_votes(file.votes, file.items, rules, roster, numbers, found)
    sitting = PreparedSitting(
        config.body if config else file.body,
        config.name if config else "",
        file.title,
        file.day,
        RosterPlan(
            file.sitting,
            numbers.statutory,
            numbers.in_office,
            roster.members,
            roster.seats,
            rules.book() if rules else b"",
        ),
        agenda,
        votes,
        {name: law.rule for name, law in rules.laws.items()} if rules else {},
        tuple(document for item in file.items for document in documents.get(item.id, ())),
        roster.seat_of,
        roster.mayor,
    )
    _check_option_names(sitting, found)
    return sitting


def _check_option_names(sitting: PreparedSitting, found: Findings) -> None:
    """Candidates are ids in the log; people must be able to read who is meant."""
    for number, vote in enumerate(sitting.votes, 1):
        unnamed = [
            option for option in vote.options if option not in PLAIN_OPTIONS and sitting.option_name(option) == option
        ]
        if unnamed:
            said = {"options": ", ".join(unnamed)}
            words = found.gettext("nobody says who %(options)s is; use ids of members, speakers or motions") % said
            found.warn(f"[[votes]] {number}: options", "option-unnamed", words)


def _body(file: SittingToml, installation: Installation | None, found: Findings) -> BodyConfig | None:
    if installation is None:
        return None
    try:
        return installation.body(file.body)
    except InstallationRefused:
        said = {"known": ", ".join(config.body for config in installation.bodies), "body": file.body}
    if file.body:
        words = found.gettext("there is no body %(body)s in chamber.toml; write one of: %(known)s") % said
        found.wrong("body", "body-unknown", words)
    else:
        words = found.gettext("more bodies than one are in chamber.toml; write one of: %(known)s") % said
        found.missing("body", "body-unsaid", words)
    return None


def _numbers(file: SittingToml, config: BodyConfig | None, found: Findings) -> Numbers:
    """The sitting's own numbers; where its file is silent on the seats by law, those of the installation."""
    if config is None:
        if not file.statutory and not any(problem.where == "statutory" for problem in found.problems):
            words = found.gettext("missing; write the seats by law")
            found.missing("statutory", "entry-missing", words)
        return Numbers(file.statutory, file.in_office)
    if file.statutory and file.statutory != config.statutory:
        said = {"here": file.statutory, "there": config.statutory}
        words = found.gettext("%(here)d seats here, %(there)d in chamber.toml; look which number is the law's") % said
        found.warn("statutory", "statutory-differs", words)
    return Numbers(file.statutory or config.statutory, file.in_office)


def _rules(
    folder: Path, file: SittingToml, installation: Installation | None, config: BodyConfig | None, found: Findings
) -> RulesOfDay | None:
    if not file.day:
        return None
    own = folder / file.rules if file.rules else None
    return load_rules(installation, config.body if config else "", own, file.day, found)


def _roster(folder: Path, file: SittingToml, found: Findings) -> PreparedRoster:
    """The two tables; a table that the file does not name is a problem already."""
    if not file.roster or not file.seats:
        return PreparedRoster((), (), {})
    return check_roster(folder / file.roster, folder / file.seats, found)
