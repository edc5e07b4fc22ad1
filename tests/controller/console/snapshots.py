"""Snapshots of an invented council in every state that a console shows, made without a controller."""

from dataclasses import replace

from controller.conduct import VotePlan
from controller.console.snapshot import Snapshot
from controller.desk.documents import (
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
)
from protocol.agenda import AgendaItem, Motion, Speaker
from protocol.floor import DEFAULT_SORTS
from protocol.majority import Figures, simple_rule
from protocol.seat_status import SeatStatus

NOON_MS = 1_796_000_000_000
ALL = simple_rule("all", "Majority of all members", base="statutory")
SIMPLE = simple_rule("simple", "More votes for than against")
QUORUM = simple_rule(
    "quorum", "Half of all members", base="none", quorum_base="statutory", quorum_numerator=1, quorum_denominator=2
)
CASTING = simple_rule("casting", "A tie is decided by the chair", tie="casting-vote")
ITEMS = (
    AgendaItem("i-1", "Minutes of the 11th sitting"),
    AgendaItem(
        "i-2",
        "Amendments to the 2026 budget",
        motions=(
            Motion("v-2a", "Amendment 1", "amendment", "v-2", 1, "simple"),
            Motion("v-2", "Amendments to the 2026 budget", "motion", "", 2, "all"),
        ),
    ),
    AgendaItem("i-3", "Local tax rates for 2027", motions=(Motion("v-3", "Local tax rates", "motion", "", 1, "all"),)),
    AgendaItem("i-3-1", "Property tax", parent="i-3"),
    AgendaItem("i-4", "Any other business"),
)


def house(seats: int = 39) -> House:
    """A house of so many seats, one member each; groups A, B, C and nobody's."""
    members = tuple(
        HouseMember(f"m-{n:04}", f"Member {n:03} Surname", ("A", "B", "C", "")[n % 4]) for n in range(1, seats + 1)
    )
    return House(
        "kikinda", "skupstina", "2024", "s-12", "R" * 43, "", max(seats, 1), max(seats, 1), members,
        tuple(HouseSeat(f"s-{n:04}", str(n)) for n in range(1, seats + 1)),
        tuple(HouseOfficer(role, role, f"The {role}") for role in ("chair", "deputy", "operator", "secretary")),
        (ALL, SIMPLE, QUORUM, CASTING), 1, ITEMS, (Speaker("treasurer", "The treasurer", "treasurer"),),
        DEFAULT_SORTS.sorts,
    )  # fmt: skip


def idle(seats: int = 39, officer: str = "chair") -> Snapshot:
    """Open, item 2 active, every fifth member absent, nobody speaks, no vote."""
    here = "".join("a" if n % 5 == 4 else "p" for n in range(seats))
    present = here.count("p")
    now = Now(
        number=100, ts=NOON_MS, sitting="s-12", phase="open", presiding="chair", item="i-2",
        items=(ItemNow("i-1", "decided", "1"), ItemNow("i-2", "active")), presence=here,
        occupied=tuple(n if letter == "p" else -1 for n, letter in enumerate(here)),
        quorum=QuorumNow("quorum", present, (seats + 1) // 2), legal=("arm", "decide"),
    )  # fmt: skip
    role = next(one.role for one in house(seats).officers if one.id == officer)
    return Snapshot(officer, role, linked=True, house=house(seats), now=now)


def prepared(seats: int = 39) -> Snapshot:
    """Before the opening: nobody is here."""
    known = idle(seats)
    now = replace(
        known.now, phase="prepared", item="", items=(), presence="a" * seats, occupied=(-1,) * seats,
        quorum=QuorumNow("quorum", 0, (seats + 1) // 2), legal=("open-sitting",),
    )  # fmt: skip
    return replace(known, now=now)


def with_vote(
    phase: str,
    seats: int = 39,
    answered: int = 0,
    mode: str = "open",
    officer: str = "chair",
    duration_ms: int = 60_000,
) -> Snapshot:
    """The vote of item 2 in a phase; `answered` of those who are here have pressed."""
    known = idle(seats, officer)
    letters, left = "", answered
    for presence in known.now.presence:
        letters += "1" if presence == "p" and left > 0 else "0"
        left -= presence == "p"
    live = phase in {"open", "held", "last-call"}
    opened = phase != "armed"
    over = phase in {"closed", "announced"}
    vote = VoteNow(
        "v-2", "A" * 43, "O" * 43 if opened else "", "E" * 43 if over else "", "i-2", "Amendments to the 2026 budget",
        phase, mode, ALL, ("for", "against", "abstain"), 1, 1, 1, "session", "last", duration_ms, 120_000, 0,
        NOON_MS if opened else 0, NOON_MS + duration_ms if live and duration_ms else 0, 1, "", min(answered, seats),
        seats, letters, Figures(seats, seats, known.present, 0, 0, 0, 0, known.present),
        "adopted" if over else "",
    )  # fmt: skip
    line = VoteLine("v-2", "i-2", vote.title, phase, mode)
    now = replace(known.now, vote=vote, votes=(line,))
    if not over:
        return replace(known, now=now)
    record = result(known, seats)
    line = replace(line, outcome=record.outcome, counts=record.counts)
    return replace(known, now=replace(now, votes=(line,)), votes={"v-2": record})


def result(known: Snapshot, seats: int = 39) -> VoteRecord:
    """How that vote ended: of those here every second for, every third of the rest against."""
    answers = []
    for number, (member, presence) in enumerate(zip(known.house.members, known.now.presence, strict=True)):
        standing = "absent"
        if presence == "p":
            standing = "for" if number % 4 != 3 else "against" if number % 3 else "abstain"
        choice = (standing,) if standing in {"for", "against", "abstain"} else ()
        answers.append(NamedAnswer(member.id, member.name, member.group, standing, choice))
    counts = tuple(sum(answer.standing == option for answer in answers) for option in ("for", "against", "abstain"))
    for_, against, abstain = counts
    figures = Figures(seats, seats, known.present, for_, against, abstain, 0, known.present)
    return VoteRecord(
        "s-12", "v-2", "O" * 43, "E" * 43, "i-2", "Amendments to the 2026 budget", "open", "closed", ALL,
        ("for", "against", "abstain"), counts, figures, "adopted", seats // 2 + 1, (), "", 0,
        known.now.presence.count("a"), 0, 1, NOON_MS + 60_000, "", "", "", "", tuple(answers),
    )  # fmt: skip


def with_floor(known: Snapshot) -> Snapshot:
    """Member 1 speaks since a minute, of three; three others and the treasurer wait."""
    floor = FloorNow(
        SpeechNow("m-0001", "i-2", "debate", NOON_MS - 60_000, NOON_MS + 120_000),
        (
            RequestNow("m-0002", "point-of-order", NOON_MS - 5_000), RequestNow("m-0003", "debate", NOON_MS - 50_000),
            RequestNow("treasurer", "debate", NOON_MS - 40_000), RequestNow("m-0006", "debate", NOON_MS - 30_000),
        ),
        0,
        (SpokenNow("m-0003", 170_000, 1),),
    )  # fmt: skip
    return replace(known, now=replace(known.now, floor=floor))


def with_health(known: Snapshot) -> Snapshot:
    """Seat 3 is in fault, seat 8 is gone, the rest is well."""
    health = {seat.id: SeatStatus("online", uptime_s=600, version="0.1") for seat in known.house.seats}
    if len(known.house.seats) > 8:
        health["s-0003"] = SeatStatus("fault", fault="reader-silent", reader_errors=12, uptime_s=600)
        health["s-0008"] = SeatStatus("offline")
    return replace(known, health=health)


def with_series(known: Snapshot, votes: int = 3) -> Snapshot:
    """A prepared series of votes on item 2."""
    series = tuple(VotePlan(f"n-{n}", f"Prepared vote {n}", "simple", "i-2") for n in range(1, votes + 1))
    return replace(known, series=series)


def lost(known: Snapshot) -> Snapshot:
    """The controller was heard nine seconds ago."""
    return replace(known, linked=False, heard_s=9.0)
