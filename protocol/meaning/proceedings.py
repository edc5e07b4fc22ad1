"""The sitting itself: opening, who presides, agenda and items, floor, adjourning, closing, notes.

Source: `docs/protocol.md` sections 6.6 and 7.1.
"""

from typing import cast

from protocol import records
from protocol.floor import objection
from protocol.meaning.roster import parts_are_sound, put_first_roster_in_force
from protocol.meaning.session import end_all_sessions
from protocol.meaning.shared import (
    item_of,
    judge_officer,
    judge_open_for_business,
    refuse,
    refuse_sitting,
    sitting_of,
)
from protocol.record import By
from protocol.state import ITEM_MOVES, Entry, LogState, SittingPhase, SittingState

_OVER = frozenset({SittingPhase.CLOSED, SittingPhase.SIGNED})


def judge_sitting_open(state: LogState, entry: Entry) -> str:
    """A prepared sitting, its first roster, and exactly the trust records that stand before."""
    record = cast("records.SittingOpen", entry.record)
    sitting = state.sittings.get(record.sitting)
    reason = judge_officer(state, entry)
    if reason or sitting is None or sitting.phase is not SittingPhase.PREPARED:
        return reason or refuse_sitting(sitting)
    if record.roster != sitting.first_roster:
        return refuse("roster-not-latest")
    if record.trust != state.trust_digest():
        return refuse("trust-not-latest")
    return "" if parts_are_sound(state, state.rosters[sitting.first_roster]) else refuse("roster-unsound")


def apply_sitting_open(state: LogState, entry: Entry) -> None:
    """The roster is in force from here on."""
    sitting = state.sittings[cast("records.SittingOpen", entry.record).sitting]
    put_first_roster_in_force(state, sitting)
    sitting.phase, sitting.opened_index = SittingPhase.OPEN, entry.index
    sitting.presiding = entry.author.owner
    sitting.presided.append((entry.index, entry.author.owner))
    state.last_sitting_open = entry.hash
    state.notes.clear()


def judge_presiding(state: LogState, entry: Entry) -> str:
    """Signed by the one who takes the chair, who does not have it yet."""
    record = cast("records.Presiding", entry.record)
    sitting = state.sittings.get(record.sitting)
    reason = judge_officer(state, entry)
    if reason or sitting is None or sitting.phase in _OVER:
        return reason or refuse_sitting(sitting)
    if record.officer != entry.author.owner:
        return refuse("not-your-act")
    return refuse("presides-already") if record.officer == sitting.presiding else ""


def apply_presiding(state: LogState, entry: Entry) -> None:
    """From here on this officer's acts count, and the former's do not."""
    sitting = state.sittings[cast("records.Presiding", entry.record).sitting]
    sitting.presiding = entry.author.owner
    sitting.presided.append((entry.index, entry.author.owner))
    sitting.last_change = entry.index


def judge_agenda(state: LogState, entry: Entry) -> str:
    """A newer version for a sitting that is not over."""
    record = cast("records.Agenda", entry.record)
    sitting = state.sittings.get(record.sitting)
    reason = judge_officer(state, entry)
    if reason or sitting is None or sitting.phase in _OVER:
        return reason or refuse_sitting(sitting)
    return "" if sitting.agenda is None or record.version > sitting.agenda.version else refuse("version-behind")


def apply_agenda(state: LogState, entry: Entry) -> None:
    """The newest version is the agenda."""
    record = cast("records.Agenda", entry.record)
    sitting = state.sittings[record.sitting]
    sitting.agenda = record
    sitting.turns.append((entry.index, "agenda", str(record.version)))


def judge_item(state: LogState, entry: Entry) -> str:
    """A move of the table of items; an item with a running vote stands still."""
    record = cast("records.Item", entry.record)
    sitting = state.sittings.get(record.sitting)
    reason = judge_officer(state, entry) or judge_open_for_business(sitting)
    if reason or sitting is None:
        return reason
    running = state.running is not None and (state.running.arm.sitting, state.running.arm.item) == (
        record.sitting,
        record.item,
    )
    if running:
        return refuse("vote-runs")
    phase = item_of(sitting, record.item).phase
    return "" if (phase, record.act) in ITEM_MOVES else refuse(f"item-is-{phase.value}")


def apply_item(state: LogState, entry: Entry) -> None:
    """Move the item."""
    record = cast("records.Item", entry.record)
    sitting = state.sittings[record.sitting]
    item = sitting.items.setdefault(record.item, item_of(sitting, record.item))
    item.phase = ITEM_MOVES[item.phase, record.act]
    item.decision = record.decision or item.decision
    item.last_change = entry.index
    item.changes.append((entry.index, record.act))


def judge_speech(state: LogState, entry: Entry) -> str:
    """A member asks for himself, everything else is the chair's; and each act is a move of the table of the floor."""
    record = cast("records.Speech", entry.record)
    sitting = state.sittings.get(record.sitting)
    untimely = judge_open_for_business(sitting)
    if untimely or sitting is None:
        return untimely
    if entry.author.by is By.SESSION:
        session = state.sessions[entry.author.owner]
        own = session.live and (session.sitting, session.member) == (record.sitting, record.speaker)
        if not own or record.act not in {"request", "withdraw"}:
            return "session"
    elif reason := judge_officer(state, entry):
        return reason
    against = objection(sitting.speeches, record)
    return refuse(against) if against else ""


def apply_speech(state: LogState, entry: Entry) -> None:
    """Keep it in order."""
    record = cast("records.Speech", entry.record)
    state.sittings[record.sitting].speeches.append((entry.index, record))


def judge_recusal(state: LogState, entry: Entry) -> str:
    """The member's own seat or the secretary, for a member of this open sitting, and a change of what is so already."""
    record = cast("records.Recusal", entry.record)
    sitting = state.sittings.get(record.sitting)
    untimely = judge_open_for_business(sitting)
    if untimely or sitting is None or record.member not in sitting.members:
        return untimely or refuse("member-unknown")
    if entry.author.by is By.SESSION:
        session = state.sessions[entry.author.owner]
        if not session.live or (session.sitting, session.member) != (record.sitting, record.member):
            return "session"
    elif reason := judge_officer(state, entry):
        return reason
    recused = record.member in sitting.recusals.get(record.item, set())
    return refuse("already-so") if recused == (record.act == "declare") else ""


def judge_quorum_check(state: LogState, entry: Entry) -> str:
    """The list of who is here stands in the log."""
    record = cast("records.QuorumCheck", entry.record)
    reason = judge_officer(state, entry) or judge_open_for_business(state.sittings.get(record.sitting))
    listed = state.eligible_list(record.sitting, record.present) is not None
    return reason or ("" if listed else refuse("list-unknown"))


def apply_quorum_check(state: LogState, entry: Entry) -> None:
    """Remember who was found here."""
    record = cast("records.QuorumCheck", entry.record)
    found = state.eligible_list(record.sitting, record.present) or frozenset()
    state.sittings[record.sitting].quorum_checks.append((entry.index, record.how, found))


def judge_in_camera(state: LogState, entry: Entry) -> str:
    """On only when off, off only when on."""
    record = cast("records.InCamera", entry.record)
    sitting = state.sittings.get(record.sitting)
    reason = judge_officer(state, entry) or judge_open_for_business(sitting)
    if reason or sitting is None:
        return reason
    return refuse("already-so") if sitting.in_camera == (record.state == "on") else ""


def apply_in_camera(state: LogState, entry: Entry) -> None:
    """The hall goes blank, or comes back."""
    record = cast("records.InCamera", entry.record)
    sitting = state.sittings[record.sitting]
    sitting.in_camera = record.state == "on"
    sitting.turns.append((entry.index, f"in-camera-{record.state}", ""))


SITTING_MOVES: dict[tuple[SittingPhase, str], SittingPhase] = {
    (SittingPhase.OPEN, "adjourn"): SittingPhase.ADJOURNED,
    (SittingPhase.ADJOURNED, "resume"): SittingPhase.OPEN,
    (SittingPhase.OPEN, "sitting-close"): SittingPhase.CLOSED,
    (SittingPhase.ADJOURNED, "sitting-close"): SittingPhase.CLOSED,
}


def judge_sitting_move(state: LogState, entry: Entry) -> str:
    """Adjourn, resume or close: a move of the table, and never over a running vote."""
    sitting = sitting_of(state, entry.record)
    reason = judge_officer(state, entry)
    if reason or sitting is None or (sitting.phase, entry.record.kind) not in SITTING_MOVES:
        return reason or refuse_sitting(sitting)
    running = state.running is not None and state.sitting_of_vote(state.running) is sitting
    return refuse("vote-runs") if running else ""


def apply_sitting_move(state: LogState, entry: Entry) -> None:
    """Move the sitting; adjourning and closing end all sessions."""
    sitting = cast("SittingState", sitting_of(state, entry.record))
    kind = entry.record.kind
    sitting.phase = SITTING_MOVES[sitting.phase, kind]
    sitting.turns.append((entry.index, kind, cast("records.Adjourn", entry.record).code))
    if kind != "resume":
        end_all_sessions(state, sitting, entry.index, kind)
    if kind == "sitting-close":
        sitting.closed_index = entry.index
    sitting.last_change = entry.index


def judge_minutes(state: LogState, entry: Entry) -> str:
    """Minutes belong to a sitting that is closed."""
    sitting = state.sittings.get(cast("records.Minutes", entry.record).sitting)
    reason = judge_officer(state, entry)
    if reason or (sitting is not None and sitting.phase in _OVER):
        return reason
    return refuse_sitting(sitting)


def apply_minutes(state: LogState, entry: Entry) -> None:
    """Keep the version; a signed one signs the sitting."""
    record = cast("records.Minutes", entry.record)
    sitting = state.sittings[record.sitting]
    sitting.minutes.append((entry.index, record))
    if record.state == "signed":
        sitting.phase = SittingPhase.SIGNED


def judge_incident(state: LogState, entry: Entry) -> str:
    """Any key of the roster, any officer, the controller."""
    return judge_officer(state, entry)


def apply_incident(state: LogState, entry: Entry) -> None:
    """Keep it in order."""
    state.incidents.append((entry.index, cast("records.Incident", entry.record)))


def judge_takeover(state: LogState, entry: Entry) -> str:
    """It names a size that this log has reached."""
    record = cast("records.Takeover", entry.record)
    return judge_officer(state, entry) or ("" if record.size <= entry.index else refuse("size-not-reached"))


def apply_nothing(state: LogState, entry: Entry) -> None:
    """The record is its own meaning: it stands in the log for people to read."""
