"""The prepared votes of a sitting: each with its item, title and rule, and whether it can be held and won at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from controller.conduct import VotePlan
from controller.preparing.problems import Findings
from controller.preparing.roster_checks import GRADE, PreparedRoster
from controller.preparing.sitting_rules import RulesOfDay
from controller.preparing.sitting_toml import FileItem, FileVote
from protocol.agenda import Motion, voting_order
from protocol.errors import AgendaRefused
from protocol.explain import known_needed
from protocol.majority import Figures, Rule, quorum_needed_of
from protocol.meaning.voting import UNLAWFUL_MODES
from protocol.records import AGAINST, FOR, PLAIN_OPTIONS


@dataclass(frozen=True, slots=True)
class Numbers:
    """Seats by law and mandates filled, without the mayor; 0 where not known."""

    statutory: int
    in_office: int


def figures_before(rule: Rule, numbers: Numbers, *, mayor: bool) -> Figures:
    """What is known before anybody is here; a mayor enlarges both numbers where the rule counts him."""
    more = int(mayor and rule.mayor == "counts")
    return Figures(numbers.statutory + more, numbers.in_office + more, 0, 0, 0, 0, mayor=bool(more))


def check_votes(
    votes: Sequence[FileVote],
    items: Sequence[FileItem],
    rules: RulesOfDay | None,
    roster: PreparedRoster,
    numbers: Numbers,
    found: Findings,
) -> tuple[VotePlan, ...]:
    """The votes in their order, complete. Without rules nothing is said of rules."""
    first: dict[str, str] = {}
    plans = []
    asked: dict[str, Rule] = {}
    for vote in votes:
        if vote.vote in first:
            said = {"vote": vote.vote, "first": first[vote.vote]}
            words = found.gettext("the vote %(vote)s stands in %(first)s already; write another id")
            found.wrong(vote.where, "vote-doubled", words % said)
        elif vote.vote:
            first[vote.vote] = vote.where
        whole = _completed(vote, items, found)
        _check_options(whole, found)
        rule = _check_rule(whole, rules, found)
        if rule is not None and vote.mode != "test":
            asked.setdefault(rule.id, rule)
        if vote.sign == "card":
            _check_cards(vote, roster, found)
        plans.append(_plan(whole))
    for rule in asked.values():
        _check_reachable(rule, roster, numbers, found)
    _check_order(votes, items, found)
    return tuple(plans)


def _completed(vote: FileVote, items: Sequence[FileItem], found: Findings) -> FileVote:
    """What a vote leaves out comes from its motion, then from its item."""
    of_motion = {motion.id: (item, motion) for item in items for motion in item.motions}
    known = {item.id: item for item in items}
    said = {"vote": vote.vote, "item": vote.item, "motion": vote.motion}
    item: FileItem | None = known.get(vote.item)
    motion: Motion | None = None
    if vote.item and item is None:
        found.wrong(
            f"{vote.where}: item", "vote-item", found.gettext("there is no item %(item)s; write one's id") % said
        )
    if vote.motion:
        if vote.motion not in of_motion:
            words = found.gettext("there is no motion %(motion)s; write the id of one under an item")
            found.wrong(f"{vote.where}: motion", "vote-motion", words % said)
        else:
            owner, motion = of_motion[vote.motion]
            if item is not None and item.id != owner.id:
                words = found.gettext("the motion %(motion)s is of the item %(owner)s; write that, or leave item out")
                found.wrong(f"{vote.where}: motion", "vote-motion", words % (said | {"owner": owner.id}))
            item = item or owner
    title = vote.title or (motion.title if motion else "") or (item.title if item else "")
    if not title and not vote.item and not vote.motion:
        words = found.gettext("%(vote)s has no title; write one, or name its item") % said
        found.missing(f"{vote.where}: title", "vote-title", words)
    if item is None and items and not vote.item and not vote.motion:
        words = found.gettext("%(vote)s names no item: it can be held only before the agenda is submitted") % said
        found.warn(f"{vote.where}: item", "vote-without-item", words)
    rule = vote.rule or (motion.rule if motion else "")
    if not rule:
        words = found.gettext("%(vote)s has no rule; write the id of one, here or with its motion") % said
        found.missing(f"{vote.where}: rule", "rule-missing", words)
    return replace(vote, item=item.id if item else "", title=title, rule=rule)


def _check_options(vote: FileVote, found: Findings) -> None:
    options, where = vote.options, f"{vote.where}: options"
    said = {"count": len(options), "min": vote.min, "max": vote.max, "places": vote.places}
    if len(set(options)) != len(options):
        found.wrong(where, "vote-options", found.gettext("an option stands here twice; write each once"))
    if not vote.min <= vote.max <= len(options):
        words = found.gettext("%(min)d to %(max)d of %(count)d options cannot be; write min <= max <= their number")
        found.wrong(where, "vote-choices", words % said)
    if vote.places > len(options):
        words = found.gettext("%(places)d places for %(count)d options; write fewer places or more options")
        found.wrong(where, "vote-places", words % said)
    if vote.max > 1 and {FOR, AGAINST} & set(options):
        words = found.gettext("with for or against among the options one is chosen; write max = 1")
        found.wrong(where, "vote-choices", words)


def _check_rule(vote: FileVote, rules: RulesOfDay | None, found: Findings) -> Rule | None:
    rule = rules.find(vote.rule, f"{vote.where}: rule", found) if rules is not None and vote.rule else None
    if rule is not None and vote.mode != "test" and vote.mode in UNLAWFUL_MODES[rule.visibility]:
        said = {"rule": rule.id, "mode": vote.mode}
        if rule.visibility == "secret":
            words = found.gettext('%(rule)s asks for a secret vote; write mode = "paper"') % said
        else:
            words = found.gettext('%(rule)s asks for a vote by name; write mode = "open"') % said
        found.wrong(f"{vote.where}: mode", "mode-visibility", words)
    return rule


def _check_cards(vote: FileVote, roster: PreparedRoster, found: Findings) -> None:
    without = [member["id"] for member in roster.members if member["auth"] != GRADE]
    if without:
        said = {"members": ", ".join(without)}
        words = found.gettext('cards of %(members)s cannot sign; write sign = "session", or give them piv cards')
        found.wrong(f"{vote.where}: sign", "sign-card", words % said)


def _check_reachable(rule: Rule, roster: PreparedRoster, numbers: Numbers, found: Findings) -> None:
    """Whether enough members are there to be, and to be for; a rule under which no vote can be won may be meant."""
    if not numbers.statutory or not numbers.in_office:
        return
    figures = figures_before(rule, numbers, mayor=roster.mayor)
    quorum, needed, seated = quorum_needed_of(rule, figures), known_needed(rule, figures), len(roster.seat_of)
    said = {
        "rule": rule.id, "quorum": quorum, "needed": needed, "in_office": figures.in_office, "seated": seated,
    }  # fmt: skip
    if quorum > figures.in_office:
        words = found.gettext("%(rule)s has a quorum of %(quorum)d, more than the %(in_office)d in office") % said
        found.wrong("in_office", "quorum-unreachable", words)
    elif quorum > seated and roster.members:
        words = found.gettext("%(rule)s has a quorum of %(quorum)d, but only %(seated)d members have a seat") % said
        found.warn("seats", "quorum-seats", words)
    if needed > figures.in_office:
        words = found.gettext("%(rule)s needs %(needed)d for, more than the %(in_office)d in office: nothing can pass")
        found.warn("in_office", "majority-unreachable", words % said)


def _check_order(votes: Sequence[FileVote], items: Sequence[FileItem], found: Findings) -> None:
    """What changes a text is voted on before that text."""
    for item in items:
        ids = {motion.id for motion in item.motions}
        if "" in ids or len(ids) < len(item.motions):  # a problem already, and no order could be walked
            continue
        try:
            lawful = voting_order(item.motions)
        except AgendaRefused:
            continue
        prepared = [vote.motion for vote in votes if vote.motion in lawful]
        expected = [motion for motion in lawful if motion in prepared]
        if list(dict.fromkeys(prepared)) != expected:
            said = {"order": ", ".join(expected)}
            words = found.gettext("the motions are voted on in this order: %(order)s; move the votes") % said
            found.warn(item.where, "vote-order", words)


def _plan(vote: FileVote) -> VotePlan:
    return VotePlan(
        vote.vote, vote.title, vote.rule, vote.item, vote.options, vote.mode, decisive=vote.decisive, min=vote.min,
        max=vote.max, places=vote.places, sign=vote.sign, change=vote.change, duration_ms=vote.duration_s * 1000,
        extend_ms=vote.extend_s * 1000,
    )  # fmt: skip


def is_plain(plan: VotePlan) -> bool:
    """True if the options are for, against and perhaps abstain."""
    return FOR in plan.options and set(plan.options) <= set(PLAIN_OPTIONS)
