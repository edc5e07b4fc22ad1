"""The sitting as a whole: its roster and agenda, opening and closing, who presides, quorum, notes, minutes.

Source: `docs/protocol.md` sections 6.4, 6.6 and 7.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from controller.conduct import Chair
from controller.officer import OfficerClient
from controller.procedures.legal import legal_verbs
from controller.procedures.log_view import LogView, OutOfOrder
from controller.procedures.texts import send_optional_text, send_text
from protocol import records
from protocol.agenda import AgendaDocument, write_agenda
from protocol.state import SittingPhase, SittingState, VoteState
from protocol.vote import ENDED

_MOVES = {"adjourn": records.Adjourn, "resume": records.Resume, "sitting-close": records.SittingClose}


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of membership. Entries are those of `roster-part`; `remove` are ids of members and seats."""

    in_office: int
    statutory: int
    members: Sequence[dict[str, Any]] = ()
    seats: Sequence[dict[str, Any]] = ()
    remove: Sequence[str] = ()


def check_phase(view: LogView, sitting: SittingState, phase: SittingPhase) -> None:
    """Raises `OutOfOrder`: the sitting is in another phase. Asked where a record goes before the one that is judged."""
    if sitting.phase is not phase:
        raise OutOfOrder(f"sitting-is-{sitting.phase.value}", legal_verbs(view.state, sitting))


async def submit_agenda(client: OfficerClient, view: LogView, sitting: SittingState, document: AgendaDocument) -> str:
    """Submit the next version of the agenda. Raises `AgendaRefused`."""
    items = await send_text(client, write_agenda(document).decode())
    version = view.agenda_version(sitting) + 1
    sent, _ = await client.act(lambda seq, seen, ts: records.Agenda(sitting.id, version, items, seq, seen, ts))
    return sent


async def amend_roster(client: OfficerClient, view: LogView, sitting: SittingState, amendment: Amendment) -> str:
    """Submit an amendment of the roster in force; it takes effect when the chair acknowledges it.

    Raises `NotFound`: nobody of that name goes; `OutOfOrder`: the sitting is not open.
    """
    check_phase(view, sitting, SittingPhase.OPEN)
    for gone in amendment.remove:
        if gone not in sitting.seats:
            view.member(sitting, gone)
    parts = []
    members, seats = tuple(amendment.members), tuple(amendment.seats)
    if members or seats:
        part, _ = await client.act(lambda _seq, _seen, ts: records.RosterPart(sitting.id, 1, members, seats, ts))
        parts.append(part)
    add = tuple(entry["id"] for entry in (*members, *seats))
    sent, _ = await client.act(
        lambda seq, seen, ts: records.Roster(
            sitting.id, amendment.statutory, amendment.in_office, tuple(parts), sitting.rules, records.MEANING_VERSION,
            sitting.roster, add, tuple(amendment.remove), seq, seen, ts,
        )
    )  # fmt: skip
    return sent


async def acknowledge(client: OfficerClient, record: str) -> str:
    """Agree to another officer's record, which takes effect here."""
    sent, _ = await client.act(lambda seq, seen, ts: records.Ack(record, seq, seen, ts))
    return sent


async def open_sitting(client: OfficerClient, view: LogView, sitting: SittingState) -> str:
    """Acknowledge the latest roster and open the sitting."""
    return await Chair(client).open_sitting(sitting.id, view.roster_hash(sitting), view.state.last_sitting_open)


async def move_sitting(client: OfficerClient, sitting: SittingState, move: str, code: str) -> str:
    """Adjourn, resume or close; `move` is the record's kind."""
    kind = _MOVES[move]
    sent, _ = await client.act(lambda seq, seen, ts: kind(sitting.id, code, seq, seen, ts))
    return sent


async def preside(client: OfficerClient, sitting: SittingState, why: str) -> str:
    """Take the chair; this officer presides from the record on."""
    officer = client.officer
    sent, _ = await client.act(lambda seq, seen, ts: records.Presiding(sitting.id, officer, why, seq, seen, ts))
    return sent


async def go_in_camera(client: OfficerClient, sitting: SittingState, state: str) -> str:
    """End the public part (`on`) or begin it again (`off`)."""
    sent, _ = await client.act(lambda seq, seen, ts: records.InCamera(sitting.id, state, seq, seen, ts))
    return sent


async def list_members(secretary: OfficerClient, view: LogView, sitting: SittingState, members: Sequence[str]) -> str:
    """Submit a list of members, for a vote or a quorum check to quote.

    Raises `NotFound`: one is not in the roster; `OutOfOrder`: the sitting is not open.
    """
    check_phase(view, sitting, SittingPhase.OPEN)
    for member in members:
        view.member(sitting, member)
    listed = tuple(dict.fromkeys(members))
    sent, _ = await secretary.act(lambda _seq, _seen, ts: records.EligiblePart(sitting.id, 1, listed, ts))
    return sent


async def check_quorum(chair: OfficerClient, sitting: SittingState, how: str, listed: str) -> str:
    """Establish who is here, by a list that stands in the log."""
    sent, _ = await chair.act(lambda seq, seen, ts: records.QuorumCheck(sitting.id, how, listed, seq, seen, ts))
    return sent


def answered(view: LogView, vote: VoteState) -> tuple[str, ...]:
    """Who answered a control vote that has ended. Raises `OutOfOrder`: it has not; before that nobody is told."""
    if vote.phase not in ENDED:
        raise view.out_of_order(vote)
    return tuple(sorted(vote.ballots))


async def note_incident(client: OfficerClient, about: str, code: str, text: str) -> str:
    """Put on the record that something happened; the words go into a blob that can be withheld."""
    text_hash = await send_optional_text(client, text)
    sent, _ = await client.act(lambda _seq, _seen, ts: records.Incident(about, code, text_hash, ts))
    return sent


@dataclass(frozen=True, slots=True)
class MinutesPlan:
    """A version of the minutes: hashes of its PDF and package, and of what it replaces, each possibly empty."""

    version: int
    state: str
    pdf_hash: str = ""
    package_hash: str = ""
    replaces: str = ""


async def submit_minutes(client: OfficerClient, sitting: SittingState, plan: MinutesPlan) -> str:
    """Enter a version of the minutes; a signed one ends the sitting's log."""
    sent, _ = await client.act(
        lambda _seq, _seen, ts: records.Minutes(
            sitting.id, plan.version, plan.state, plan.pdf_hash, plan.package_hash, plan.replaces, ts
        )
    )
    return sent
