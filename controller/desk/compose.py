"""Documents for consoles and screens from the state of a log: pure, and the same for a live log and a recovered one.

Source: `docs/protocol.md` sections 5.6 and 7.
"""

from collections import Counter
from dataclasses import replace

from controller.desk.documents import (
    ABSENT,
    ANSWERED,
    EMPTY_SEAT,
    EXCUSED,
    NOT_ASKED,
    PRESENT,
    SILENT,
    FloorNow,
    House,
    HouseMember,
    HouseOfficer,
    HouseSeat,
    ItemNow,
    NamedAnswer,
    Now,
    QuorumNow,
    RequestNow,
    SpeechNow,
    SpokenNow,
    VoteLine,
    VoteNow,
    VoteRecord,
    WaitingNow,
)
from controller.procedures.legal import active_item, legal_verbs, vote_at_hand, waiting_in
from controller.procedures.log_view import LogView
from protocol.explain import asks_only_quorum
from protocol.floor import SpeechSorts, floor_of
from protocol.majority import Figures, Rule, quorum_needed_of
from protocol.record import By
from protocol.records import MAYOR
from protocol.session_document import final_outcome
from protocol.state import LogState, SittingState, VoteState
from protocol.tally import STANDING_WORDS, count_vote, figures_before, is_plain
from protocol.vote import ENDED, Phase


def compose_house(view: LogView, sitting: SittingState | None, sorts: SpeechSorts) -> House:
    """Who and what there is; without a sitting the officers alone."""
    state = view.state
    trust = state.trust
    assert trust is not None, "a log that is served is founded"
    officers = tuple(HouseOfficer(one.id, one.role, one.name) for one in state.officers.values())
    house = House(
        trust.chamber, trust.body, trust.term, officers=officers, sorts=sorts.sorts, previous=state.last_sitting_open
    )
    if sitting is None:
        return house
    agenda = view.agenda(sitting)
    roster = view.roster_hash(sitting)
    numbers = state.rosters.get(roster)
    members, seats = _people_of(state, sitting, roster)
    return replace(
        house,
        sitting=sitting.id,
        roster=roster,
        statutory=sitting.statutory or (numbers.statutory if numbers is not None else 0),
        in_office=sitting.in_office or (numbers.in_office if numbers is not None else 0),
        members=members,
        seats=seats,
        rules=_rules_of(state, roster),
        agenda=view.agenda_version(sitting),
        items=agenda.items if agenda is not None else (),
        speakers=agenda.speakers if agenda is not None else (),
    )


def _people_of(
    state: LogState, sitting: SittingState, roster: str
) -> tuple[tuple[HouseMember, ...], tuple[HouseSeat, ...]]:
    """Members and seats of the roster in force; before the opening those of the parts that it quotes."""
    if sitting.members or roster not in state.rosters:
        members = tuple(HouseMember(one.id, one.name, one.group) for one in sitting.members.values())
        return members, tuple(HouseSeat(one.id, one.place) for one in sitting.seats.values())
    parts = [state.parts[part] for part in state.rosters[roster].parts if part in state.parts]
    return (
        tuple(HouseMember(one["id"], one["name"], one["group"]) for part in parts for one in part.members),
        tuple(HouseSeat(one["id"], one["place"]) for part in parts for one in part.seats),
    )


def _rules_of(state: LogState, roster: str) -> tuple[Rule, ...]:
    found = state.rosters.get(roster)
    book = state.rule_books.get(found.rules) if found is not None else None
    return tuple(book.rules.values()) if book is not None else ()


def compose_now(view: LogView, sitting: SittingState | None, house: House, now_ms: int, sorts: SpeechSorts) -> Now:
    """Where the sitting stands, for officers. `house`: the newest, whose positions are used."""
    state = view.state
    if sitting is None:
        return Now(state.size, now_ms, legal=legal_verbs(state, None))
    vote = vote_at_hand(state, sitting)
    item = vote.arm.item if vote is not None else active_item(sitting)
    position = {member.id: number for number, member in enumerate(house.members)}
    return Now(
        number=state.size,
        ts=now_ms,
        sitting=sitting.id,
        phase=sitting.phase.value,
        in_camera=int(sitting.in_camera),
        presiding=view.presiding(sitting),
        item=item,
        items=tuple(ItemNow(one.id, one.phase.value, one.decision) for one in sitting.items.values()),
        presence="".join(_presence(sitting, member.id) for member in house.members),
        recused=tuple(sorted(vote.recused if vote is not None and vote.open_hash else sitting.recusals.get(item, ()))),
        occupied=tuple(_occupant(state, sitting, seat.id, position) for seat in house.seats),
        quorum=_quorum(sitting, house, vote),
        vote=_vote_now(view, sitting, vote, house) if vote is not None else None,
        floor=_floor(sitting, item, now_ms, sorts),
        waiting=tuple(_waiting(state, name) for name in waiting_in(state, sitting)),
        legal=legal_verbs(state, sitting),
        votes=tuple(_line(view, sitting, one) for one in sitting.votes.values()),
    )


def for_the_hall(now: Now) -> Now:
    """What of it everybody may see: who has answered is left out, and in camera everything but that."""
    if now.in_camera:
        return Now(now.number, now.ts, now.sitting, now.phase, in_camera=1)
    vote = replace(now.vote, answered="") if now.vote is not None else None
    lines = tuple(replace(one, title="", outcome="", counts=()) if one.hidden else one for one in now.votes)
    return replace(now, vote=vote, waiting=(), legal=(), votes=lines)


def _presence(sitting: SittingState, member: str) -> str:
    if member in sitting.present:
        return PRESENT
    return EXCUSED if member in sitting.excused else ABSENT


def _occupant(state: LogState, sitting: SittingState, seat: str, position: dict[str, int]) -> int:
    session = sitting.live_by_seat.get(seat)
    return position.get(state.sessions[session].member, EMPTY_SEAT) if session else EMPTY_SEAT


def _quorum(sitting: SittingState, house: House, vote: VoteState | None) -> QuorumNow:
    if vote is not None:
        figures = figures_before(vote, sitting)
        return QuorumNow(vote.rule.id, figures.registered, quorum_needed_of(vote.rule, figures))
    here = len(sitting.present - {MAYOR})
    rule = next((one for one in house.rules if asks_only_quorum(one)), None)
    if rule is None:
        return QuorumNow("", here, 0)
    figures = Figures(house.statutory, house.in_office, here, 0, 0, 0, 0, here)
    return QuorumNow(rule.id, here, quorum_needed_of(rule, figures))


def _vote_now(view: LogView, sitting: SittingState, vote: VoteState, house: House) -> VoteNow:
    arm, opened = vote.arm, bool(vote.open_hash)
    eligible = vote.eligible if opened else {member.id for member in house.members}
    replied = vote.ballots.keys() | vote.assisted.keys()
    letters = [
        NOT_ASKED if member.id not in eligible else ANSWERED if member.id in replied else SILENT
        for member in house.members
    ]
    return VoteNow(
        arm.vote, vote.arm_hash, vote.open_hash, vote.results[-1][0] if vote.results else "", arm.item,
        view.title(vote), vote.phase.value, arm.mode, vote.rule, arm.options, arm.min, arm.max, arm.places, arm.sign,
        arm.change, arm.duration_ms, arm.extend_ms, vote.extended_ms, vote.opened_ts,
        vote.deadline_ms if vote.running else 0, arm.decisive, arm.repeats, len(replied), len(eligible),
        "".join(letters), figures_before(vote, sitting), vote.results[-1][2].outcome if vote.results else "",
    )  # fmt: skip


def _floor(sitting: SittingState, item: str, now_ms: int, sorts: SpeechSorts) -> FloorNow:
    floor = floor_of(sitting.speeches, item, now_ms, sorts)
    current = floor.current
    granted = Counter(speech.speaker for _, speech in sitting.speeches if speech.act == "grant")
    running_ms = max(0, now_ms - current.since_ms) if current is not None else 0
    return FloorNow(
        None
        if current is None
        else SpeechNow(current.speaker, current.item, current.sort, current.since_ms, current.deadline_ms),
        tuple(RequestNow(one.speaker, one.sort, one.since_ms) for one in floor.queue),
        int(floor.closed),
        tuple(
            # Without the running speech, so that a document changes when something happens and not with the clock.
            SpokenNow(one, ms - (running_ms if current is not None and one == current.speaker else 0), granted[one])
            for one, ms in floor.totals_ms.items()
        ),
    )


def _waiting(state: LogState, name: str) -> WaitingNow:
    entry = state.pending[name]
    by = "chair" if By.SECRETARY in entry.record.by else "secretary"
    return WaitingNow(name, entry.record.kind, entry.author.owner, by)


def _line(view: LogView, sitting: SittingState, vote: VoteState) -> VoteLine:
    arm, over = vote.arm, is_over(vote)
    hidden = int(over and was_in_camera(sitting, vote))
    line = VoteLine(arm.vote, arm.item, view.title(vote), vote.phase.value, arm.mode, hidden=hidden)
    if not over or not vote.results:
        return line
    result = vote.results[-1][2]
    return replace(line, outcome=result.outcome, counts=result.counts)


def is_over(vote: VoteState) -> bool:
    """True of a vote that was opened and has ended, or was voided."""
    return bool(vote.open_hash) and (vote.phase in ENDED or vote.phase is Phase.VOID)


def was_in_camera(sitting: SittingState, vote: VoteState) -> bool:
    """True of a vote that ended while the public was out."""
    turns = [what for index, what, _ in sitting.turns if index < vote.end_index and what.startswith("in-camera-")]
    return bool(turns) and turns[-1] == "in-camera-on"


def compose_vote(view: LogView, vote: VoteState) -> VoteRecord:
    """A vote that has ended, with its named list."""
    arm, tally = vote.arm, count_vote(vote)
    outcome, needed, elected = final_outcome(vote, tally)
    attested = view.state.sessions
    answers = []
    for member, standing in tally.standings.items():
        ballot = vote.ballots.get(member)
        person = vote.members[member]
        session = attested.get(ballot.session) if ballot is not None else None
        answers.append(
            NamedAnswer(
                member, person.name, person.group, STANDING_WORDS[standing],
                ballot.choice if ballot is not None else (), int(ballot is not None and not ballot.session),
                int(session is not None and session.attested),
            )
        )  # fmt: skip
    return VoteRecord(
        arm.sitting, arm.vote, vote.open_hash, vote.results[-1][0] if vote.results else "", arm.item,
        view.title(vote), arm.mode, vote.phase.value, vote.rule, arm.options, tally.counts, tally.figures,
        outcome, needed, elected, vote.casting, tally.not_voting, tally.absent, tally.recused, int(is_plain(vote)),
        vote.results[-1][2].ts if vote.results else 0, vote.void_code, vote.void_basis, arm.repeats, vote.repeated_by,
        tuple(answers),
    )  # fmt: skip
