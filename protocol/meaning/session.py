"""Sessions: a card at a seat, from its signature through the seat's binding to its end; and presence.

One live session a member and one a seat: binding ends the member's older session and the seat's other one, at that
very index. Ending a session never voids a ballot that is already in the log.

Source: `docs/protocol.md` sections 6.5 and 7.3.
"""

from typing import cast

from protocol import records
from protocol.errors import KeyRefused
from protocol.keys import key_of_jwk
from protocol.meaning.shared import is_open, judge_author, judge_officer, judge_open_for_business, refuse
from protocol.record import By
from protocol.state import Entry, KeyOwner, LogState, SessionState, SittingState

POP_PREFIX = b"cvs-pop/1"


def judge_session(state: LogState, entry: Entry) -> str:
    """Card, seat, device and sitting belong together; the nonce and the key are new."""
    record = cast("records.Session", entry.record)
    sitting = state.sittings.get(record.sitting)
    untimely = judge_open_for_business(sitting)
    if untimely or sitting is None or record.ctx != state.origin:
        return untimely or refuse("another-log")
    member, seat = sitting.members.get(record.member), sitting.seats.get(record.seat)
    if member is None or seat is None or record.dev != seat.kid or seat.kid in sitting.revoked:
        return "seat"
    if entry.author.by is By.CARD and member.kid != entry.kid:
        return "session"
    if entry.author.by is By.CONTROLLER and member.auth == "piv":
        return "session"
    if record.nonce in state.nonces:
        return "session"
    try:
        key = key_of_jwk(record.key)
    except KeyRefused:
        return "session"
    taken = key.thumbprint in state.keys or key.thumbprint in state.session_kids
    return "session" if key.algorithm != "Ed25519" or taken else ""


def apply_session(state: LogState, entry: Entry) -> None:
    """Remember the session; its key is believed only once the seat has bound it."""
    record = cast("records.Session | records.SessionAttested", entry.record)
    key = key_of_jwk(record.key)
    state.nonces.add(record.nonce)
    state.session_kids.add(key.thumbprint)
    state.sessions[entry.hash] = SessionState(
        entry.hash, entry.index, record.sitting, record.member, record.seat, record.dev, key,
        attested=entry.author.by is By.CONTROLLER,
    )  # fmt: skip
    if isinstance(record, records.SessionAttested):
        state.card_counters[record.card_ref] = max(record.counter, state.card_counters.get(record.card_ref, 0))


def pop_message(session_hash: bytes) -> bytes:
    """What the session key signs to prove it is held: the prefix and the raw 32-byte hash."""
    return POP_PREFIX + session_hash


def judge_bind(state: LogState, entry: Entry) -> str:
    """A session binds once, by its own seat, and only if it is newer than the member's live one."""
    session = state.sessions.get(cast("records.SessionBind", entry.record).session)
    if session is None or session.bound_index >= 0 or session.end_index >= 0 or session.device_kid != entry.kid:
        return "session"
    sitting = state.sittings[session.sitting]
    member, seat = sitting.members.get(session.member), sitting.seats.get(session.seat)
    if not is_open(sitting) or member is None or seat is None or seat.kid in sitting.revoked:
        return judge_open_for_business(sitting) or refuse("not-of-the-roster")
    live = sitting.live_by_member.get(session.member)
    return "session" if live and state.sessions[live].index > session.index else ""


def apply_bind(state: LogState, entry: Entry) -> None:
    """The session lives; the member is present; what it supersedes ends here."""
    session = state.sessions[cast("records.SessionBind", entry.record).session]
    sitting = state.sittings[session.sitting]
    for older in (sitting.live_by_member.get(session.member), sitting.live_by_seat.get(session.seat)):
        if older and state.sessions[older].live:
            end_session(state, state.sessions[older], entry.index, "superseded")
    session.bound_index = entry.index
    sitting.live_by_member[session.member] = sitting.live_by_seat[session.seat] = session.hash
    state.keys[session.key.thumbprint] = KeyOwner(session.key, By.SESSION, session.hash, sitting=sitting.id)
    set_presence(sitting, session.member, "present", entry.index)


def judge_session_end(state: LogState, entry: Entry) -> str:
    """The session itself, its seat's device or who presides may end it, once."""
    session = state.sessions.get(cast("records.SessionEnd", entry.record).session)
    if session is None or session.end_index >= 0:
        return "session"
    author = entry.author
    own = author.by is By.SESSION and author.owner == session.hash
    device = author.by is By.DEVICE and entry.kid == session.device_kid
    if author.by is By.OFFICER:
        return judge_author(state, entry)
    return "" if own or device else refuse("not-your-act")


def apply_session_end(state: LogState, entry: Entry) -> None:
    """End it here."""
    record = cast("records.SessionEnd", entry.record)
    end_session(state, state.sessions[record.session], entry.index, record.why)


def end_session(state: LogState, session: SessionState, index: int, why: str) -> None:
    """End a session at `index`; its member is absent from here on if it was the live one."""
    session.end_index, session.why = index, why
    sitting = state.sittings[session.sitting]
    if sitting.live_by_seat.get(session.seat) == session.hash:
        del sitting.live_by_seat[session.seat]
    if sitting.live_by_member.get(session.member) == session.hash:
        del sitting.live_by_member[session.member]
        set_presence(sitting, session.member, "left", index)


def end_all_sessions(state: LogState, sitting: SittingState, index: int, why: str) -> None:
    """Adjourning and closing end every session of the sitting, also one not bound yet; nobody is present any more."""
    for session in state.sessions.values():
        if session.sitting == sitting.id and session.end_index < 0:
            end_session(state, session, index, why)
    for member in sorted(sitting.present):
        set_presence(sitting, member, "left", index)


def judge_presence(state: LogState, entry: Entry) -> str:
    """The secretary corrects the presence of a member of this open sitting."""
    record = cast("records.Presence", entry.record)
    sitting = state.sittings.get(record.sitting)
    reason = judge_officer(state, entry) or judge_open_for_business(sitting)
    if reason or sitting is None:
        return reason
    return "" if record.member in sitting.members else refuse("member-unknown")


def apply_presence(state: LogState, entry: Entry) -> None:
    """The latest of bind, end and this decides."""
    record = cast("records.Presence", entry.record)
    set_presence(state.sittings[record.sitting], record.member, record.state, entry.index)


def set_presence(sitting: SittingState, member: str, presence: str, index: int) -> None:
    """Note that a member came, left or is excused at `index`."""
    before = member in sitting.present
    (sitting.present.add if presence == "present" else sitting.present.discard)(member)
    (sitting.excused.add if presence == "excused" else sitting.excused.discard)(member)
    if before != (presence == "present") or presence == "excused":
        sitting.attendance.append((index, member, presence))


def judge_revoke(state: LogState, entry: Entry) -> str:
    """The secretary names a seat and its key that this log knows."""
    record = cast("records.DeviceRevoke", entry.record)
    owner = state.keys.get(record.kid)
    known = owner is not None and owner.by is By.DEVICE and owner.owner == record.seat
    return judge_officer(state, entry) or ("" if known else refuse("device-unknown"))


def apply_revoke(state: LogState, entry: Entry) -> None:
    """The key is believed no more in any sitting, and its session ends."""
    record = cast("records.DeviceRevoke", entry.record)
    for sitting in state.sittings.values():
        sitting.revoked.add(record.kid)
        session = sitting.live_by_seat.get(record.seat)
        if session and state.sessions[session].device_kid == record.kid:
            end_session(state, state.sessions[session], entry.index, "revoked")
