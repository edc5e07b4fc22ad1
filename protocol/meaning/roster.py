"""Rosters: their parts, the first one of a sitting, amendments, who is eligible.

Source: `docs/protocol.md` section 6.4.
"""

from typing import cast

from protocol import records
from protocol.errors import KeyRefused
from protocol.keys import PublicKey, key_of_jwk
from protocol.meaning.session import end_session, set_presence
from protocol.meaning.shared import judge_officer, judge_open_for_business, refuse, refuse_sitting
from protocol.record import By
from protocol.state import Entry, KeyOwner, LogState, Member, Seat, SittingPhase, SittingState


def judge_part(state: LogState, entry: Entry) -> str:
    """The secretary wrote it; a list of members belongs to a known sitting, so that its package holds the list."""
    record = entry.record
    known = isinstance(record, records.RosterPart) or cast("records.EligiblePart", record).sitting in state.sittings
    return judge_officer(state, entry) or ("" if known else refuse("sitting-unknown"))


def apply_part(state: LogState, entry: Entry) -> None:
    """Keep the part under its hash until a roster or a vote quotes it."""
    record = entry.record
    if isinstance(record, records.RosterPart):
        state.parts[entry.hash] = record
    else:
        state.eligible_parts[entry.hash] = cast("records.EligiblePart", record)


def judge_roster(state: LogState, entry: Entry) -> str:
    """A first roster for a new sitting, or an amendment of the one in force; its parts are in the log and sound."""
    reason = judge_officer(state, entry)
    record = cast("records.Roster", entry.record)
    sitting = state.sittings.get(record.sitting)
    if reason or any(part not in state.parts for part in record.parts):
        return reason or refuse("part-unknown")
    objection = _judge_first(sitting, record) if record.prev == "" else _judge_amendment(state, sitting, record)
    if objection:
        return objection
    if not 0 < record.in_office <= record.statutory:
        return refuse("numbers-impossible")
    return "" if parts_are_sound(state, record) else refuse("roster-unsound")


def _judge_first(sitting: SittingState | None, record: records.Roster) -> str:
    if sitting is not None and sitting.phase is not SittingPhase.PREPARED:
        return refuse_sitting(sitting)
    return refuse("roster-unsound") if record.add or record.remove else ""


def _judge_amendment(state: LogState, sitting: SittingState | None, record: records.Roster) -> str:
    untimely = judge_open_for_business(sitting)
    if untimely or sitting is None:
        return untimely
    if sitting.roster != record.prev:
        return refuse("roster-not-latest")
    return "" if _amends(state, sitting, record) else refuse("roster-unsound")


def _amends(state: LogState, sitting: SittingState, record: records.Roster) -> bool:
    """Law and meaning stay; what is added stands in the parts; what is removed is there."""
    first = state.rosters[sitting.roster]
    members, seats = _entries(state, record)
    known = {**sitting.members, **sitting.seats}
    named = {entry["id"] for entry in (*members, *seats)}
    return (
        (record.rules, record.evolve) == (first.rules, first.evolve)
        and set(record.add) == named
        and all(gone in known for gone in record.remove)
        and not (named & known.keys() - set(record.remove))
    )


def _entries(state: LogState, record: records.Roster) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    parts = [state.parts[part] for part in record.parts]
    return [m for part in parts for m in part.members], [s for part in parts for s in part.seats]


def parts_are_sound(state: LogState, record: records.Roster) -> bool:
    """No id twice, no key twice or in another's hands, every key admissible and of the right type."""
    members, seats = _entries(state, record)
    ids = [entry["id"] for entry in members], [entry["id"] for entry in seats]
    if any(len(set(group)) != len(group) for group in ids) or any(
        state.parts[p].sitting != record.sitting for p in record.parts
    ):
        return False
    kids: set[str] = set()
    for entry, by in [(m, By.CARD) for m in members] + [(s, By.DEVICE) for s in seats]:
        if not entry["jwk"] and by is By.CARD and entry["auth"] != "piv":
            continue
        try:
            key = key_of_jwk(cast("dict[str, str]", entry["jwk"]))
        except KeyRefused:
            return False
        owner = state.keys.get(key.thumbprint)
        taken = owner is not None and (owner.by, owner.owner) != (by, entry["id"])
        if taken or key.thumbprint in state.session_kids or key.thumbprint in kids or not _type_fits(key, by):
            return False
        kids.add(key.thumbprint)
    return True


def _type_fits(key: PublicKey, by: By) -> bool:
    return key.algorithm == ("ES256" if by is By.CARD else "Ed25519")


def apply_roster(state: LogState, entry: Entry) -> None:
    """A first roster prepares its sitting; an amendment takes effect at the chair's `ack`, which calls this."""
    record = cast("records.Roster", entry.record)
    state.rosters[entry.hash] = record
    if record.prev == "":
        sitting = state.sittings.setdefault(record.sitting, SittingState(record.sitting, _first_index(state, record)))
        sitting.first_roster = entry.hash
        sitting.first_index = min(sitting.first_index, _first_index(state, record))
        return
    sitting = state.sittings[record.sitting]
    sitting.first_index = min(sitting.first_index, _first_index(state, record))
    _end_removed(state, sitting, record, entry.index)
    _put_in_force(state, sitting, record, entry.hash)
    sitting.turns.append((entry.index, "roster", ""))
    sitting.last_change = entry.index


def _first_index(state: LogState, record: records.Roster) -> int:
    """A sitting begins with the earliest of its roster parts."""
    return min([state.index_by_hash[part] for part in record.parts], default=state.size)


def put_first_roster_in_force(state: LogState, sitting: SittingState) -> None:
    """The opening of a sitting acknowledges its first roster."""
    _put_in_force(state, sitting, state.rosters[sitting.first_roster], sitting.first_roster)


def _put_in_force(state: LogState, sitting: SittingState, record: records.Roster, roster_hash: str) -> None:
    members, seats = dict(sitting.members), dict(sitting.seats)
    for gone in record.remove:
        members.pop(gone, None)
        seats.pop(gone, None)
    for part in (state.parts[part] for part in record.parts):
        for entry in part.members:
            kid = _enter_key(state, entry["jwk"], By.CARD, entry["id"], sitting.id)
            members[entry["id"]] = Member(entry["id"], entry["name"], entry["group"], entry["auth"], kid)
        for entry in part.seats:
            kid = _enter_key(state, entry["jwk"], By.DEVICE, entry["id"], sitting.id)
            seats[entry["id"]] = Seat(entry["id"], kid, entry["place"])
    sitting.members, sitting.seats, sitting.roster = members, seats, roster_hash
    sitting.statutory, sitting.in_office, sitting.rules = record.statutory, record.in_office, record.rules


def _enter_key(state: LogState, jwk: dict[str, str], by: By, owner: str, sitting: str) -> str:
    if not jwk:
        return ""
    key = key_of_jwk(jwk)
    state.keys[key.thumbprint] = KeyOwner(key, by, owner, sitting=sitting)
    return key.thumbprint


def _end_removed(state: LogState, sitting: SittingState, record: records.Roster, index: int) -> None:
    """Sessions of removed members and seats end, also those not bound yet; a removed member is present no more."""
    removed = frozenset(record.remove)
    for session in state.sessions.values():
        if session.sitting == sitting.id and session.end_index < 0 and removed & {session.member, session.seat}:
            end_session(state, session, index, "roster")
    for member in sorted(removed & sitting.present):
        set_presence(sitting, member, "left", index)
