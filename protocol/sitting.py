"""What a log means: `evolve(state, entry)`, and how a leaf is opened before it.

The live controller, recovery, the verifier, the minutes and the console all call this one function. It never refuses:
an entry that takes no effect is listed as void with a reason.

Source: `docs/protocol.md` sections 6 and 7.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, cast

from protocol import records
from protocol.encoding import from_base64url
from protocol.errors import EnvelopeRefused, SignatureRefused, SignerUnknown
from protocol.jws import Envelope, read_envelope
from protocol.keys import key_of_jwk
from protocol.meaning import ballot, outcome, proceedings, roster, session, trust, voting
from protocol.meaning.shared import judge_officer, refuse, sitting_of
from protocol.record import By, Record
from protocol.records import read_record, trust_again
from protocol.state import Entry, KeyOwner, LogState, SittingState

Judge = Callable[[LogState, Entry], str]
Apply = Callable[[LogState, Entry], None]


class Meaning(NamedTuple):
    """One kind's judgement and effect."""

    judge: Judge
    apply: Apply


def _judge_ack(state: LogState, entry: Entry) -> str:
    """Another officer agrees to something that waits and would still be legal now."""
    pending = state.pending.get(cast("records.Ack", entry.record).of)
    reason = judge_officer(state, entry)
    if reason or pending is None:
        return reason or refuse("nothing-waits")
    own_office = By.SECRETARY in pending.record.by and entry.author.role == "secretary"
    if own_office or pending.author.owner == entry.author.owner:
        return refuse("own-act")
    if isinstance(pending.record, records.VoteVoid) and entry.author.role != "secretary":
        return refuse("not-your-act")
    return _still_legal(state, pending, entry.index)


def _still_legal(state: LogState, pending: Entry, index: int) -> str:
    """Judge the waiting record again, without its `seq` and `seen`, and as its key stands now."""
    again = replace(pending, index=index, author=state.keys[pending.kid], again=True)
    return MEANINGS[pending.record.kind].judge(state, again)


def _apply_ack(state: LogState, entry: Entry) -> None:
    """The waiting record takes effect here."""
    pending = state.pending.pop(cast("records.Ack", entry.record).of)
    MEANINGS[pending.record.kind].apply(state, replace(pending, index=entry.index))


NOTES = (records.Incident, records.Speech, records.Recusal)
"""What a seat or card may enter at will, within a budget."""

MEANINGS: dict[str, Meaning] = {
    "trust": Meaning(trust.judge_trust, trust.apply_trust),
    "officer": Meaning(trust.judge_root_signed, trust.apply_officer),
    "key-change": Meaning(trust.judge_root_signed, trust.apply_key_change),
    "roster-part": Meaning(roster.judge_part, roster.apply_part),
    "eligible-part": Meaning(roster.judge_part, roster.apply_part),
    "roster": Meaning(roster.judge_roster, roster.apply_roster),
    "session": Meaning(session.judge_session, session.apply_session),
    "session-attested": Meaning(session.judge_session, session.apply_session),
    "session-bind": Meaning(session.judge_bind, session.apply_bind),
    "session-end": Meaning(session.judge_session_end, session.apply_session_end),
    "presence": Meaning(session.judge_presence, session.apply_presence),
    "device-revoke": Meaning(session.judge_revoke, session.apply_revoke),
    "sitting-open": Meaning(proceedings.judge_sitting_open, proceedings.apply_sitting_open),
    "presiding": Meaning(proceedings.judge_presiding, proceedings.apply_presiding),
    "agenda": Meaning(proceedings.judge_agenda, proceedings.apply_agenda),
    "item": Meaning(proceedings.judge_item, proceedings.apply_item),
    "speech": Meaning(proceedings.judge_speech, proceedings.apply_speech),
    "recusal": Meaning(proceedings.judge_recusal, ballot.apply_recusal),
    "quorum-check": Meaning(proceedings.judge_quorum_check, proceedings.apply_quorum_check),
    "in-camera": Meaning(proceedings.judge_in_camera, proceedings.apply_in_camera),
    "adjourn": Meaning(proceedings.judge_sitting_move, proceedings.apply_sitting_move),
    "resume": Meaning(proceedings.judge_sitting_move, proceedings.apply_sitting_move),
    "sitting-close": Meaning(proceedings.judge_sitting_move, proceedings.apply_sitting_move),
    "minutes": Meaning(proceedings.judge_minutes, proceedings.apply_minutes),
    "incident": Meaning(proceedings.judge_incident, proceedings.apply_incident),
    "takeover": Meaning(proceedings.judge_takeover, proceedings.apply_nothing),
    "vote-arm": Meaning(voting.judge_arm, voting.apply_arm),
    "vote-open": Meaning(voting.judge_open, voting.apply_open),
    "vote-act": Meaning(voting.judge_act, voting.apply_act),
    "ballot": Meaning(ballot.judge_ballot, ballot.count_ballot),
    "assisted-ballot": Meaning(ballot.judge_assisted, ballot.apply_assisted),
    "vote-close": Meaning(voting.judge_close, voting.apply_end),
    "vote-expired": Meaning(voting.judge_expired, voting.apply_end),
    "result": Meaning(outcome.judge_result, outcome.apply_result),
    "casting-vote": Meaning(outcome.judge_casting, outcome.apply_casting),
    "lot": Meaning(outcome.judge_secretary_on_vote, outcome.apply_lot),
    "vote-announce": Meaning(outcome.judge_announce, outcome.apply_announce),
    "vote-void": Meaning(outcome.judge_void, outcome.apply_void),
    "rule-correction": Meaning(outcome.judge_secretary_on_vote, outcome.apply_rule_correction),
    "paper-result": Meaning(outcome.judge_secretary_on_vote, outcome.apply_paper),
    "correction": Meaning(outcome.judge_secretary_on_vote, outcome.apply_correction),
    "ack": Meaning(_judge_ack, _apply_ack),
}


def judge(state: LogState, entry: Entry) -> str:
    """The void reason this entry would get at this place in the log, or nothing.

    `state` may be followed by `/` and the name of what stands against it: for people, never for the log.
    """
    if entry.hash in state.index_by_hash:
        return "duplicate"
    return MEANINGS[entry.record.kind].judge(state, entry)


def evolve(state: LogState, entry: Entry, judged: str | None = None) -> str:
    """Give the next leaf its meaning, changing `state` in place. Returns its void reason, or nothing.

    `judged`: what `judge` has just said of this entry on this very state, so that it is not asked twice.
    """
    record = entry.record
    reason = judge(state, entry) if judged is None else judged
    reason = reason and reason.partition("/")[0]
    if type(record) is records.Ballot:
        ballot.take_ballot(state, entry, reason)
    else:
        _evolve_act(state, entry, reason)
    home = state.sittings.get(entry.author.sitting)
    if home is not None:
        home.last_index = entry.index  # the leaf cannot be read without the roster that gave its key
    state.index_by_hash.setdefault(entry.hash, entry.index)
    state.size = entry.index + 1
    return reason


def _evolve_act(state: LogState, entry: Entry, reason: str) -> None:
    """Everything but a ballot."""
    record = entry.record
    if isinstance(record, NOTES):
        state.notes[entry.kid] = state.notes.get(entry.kid, 0) + 1
    before = sitting_of(state, record)  # an `ack` takes away what names its sitting
    if reason:
        state.voids[entry.index] = reason
        if isinstance(record, records.Result) and outcome.contradicts(state, record):
            state.disputed.append(entry.index)
    elif _waits_for_ack(state, entry):
        state.pending[entry.hash] = entry
    else:
        MEANINGS[record.kind].apply(state, entry)
    _note_author_and_sitting(state, entry, before)


def _note_author_and_sitting(state: LogState, entry: Entry, before: SittingState | None) -> None:
    """An officer's `seq` is used up, void or not; a sitting reaches to its last record."""
    if entry.author.by is By.OFFICER:
        officer = state.officers[entry.author.owner]
        officer.last_seq = max(officer.last_seq, getattr(entry.record, "seq", 0))
    for sitting in (before, sitting_of(state, entry.record), _sitting_quoted(state, entry.record)):
        if sitting is not None:
            sitting.last_index = entry.index


def _sitting_quoted(state: LogState, record: Record) -> SittingState | None:
    """Another sitting without which the record cannot be judged: that of the vote it repeats, of the key it revokes."""
    if isinstance(record, records.VoteArm):
        repeated = state.opens.get(record.repeats)
        return None if repeated is None else state.sitting_of_vote(repeated)
    if isinstance(record, records.DeviceRevoke):
        owner = state.keys.get(record.kid)
        return None if owner is None else state.sittings.get(owner.sitting)
    return None


def _waits_for_ack(state: LogState, entry: Entry) -> bool:
    record = entry.record
    if isinstance(record, records.Roster):
        return record.prev != ""
    if isinstance(record, records.VoteVoid):
        return outcome.void_needs_ack(state, entry)
    return record.needs_ack


def open_leaf(state: LogState, data: bytes, index: int, data_hash: str = "") -> Entry:
    """Open the bytes of a leaf at `index`: envelope, key from earlier leaves, signature, record.

    `data_hash`: `hash_text(data)` where the caller knows it already.
    Raises `EnvelopeRefused`, `PayloadRefused`, `KindUnknown`, `SignerUnknown` or `SignatureRefused`; changes nothing.
    """
    envelope = read_envelope(data)
    record = read_record(envelope.kind, envelope.payload)
    author = author_of(state, envelope, record)
    envelope.verify(author.key)
    if isinstance(record, records.SessionBind):
        _check_possession(state, record)
    return Entry(index, data_hash or envelope.hash, envelope.kid, author, record)


def open_known_leaf(state: LogState, data: bytes, index: int) -> Entry:
    """Open a leaf that this log accepted before, without checking it again: recovery, after the root was compared."""
    envelope = read_envelope(data)
    record = trust_again(envelope.kind, envelope.payload)
    return Entry(index, envelope.hash, envelope.kid, author_of(state, envelope, record), record)


def author_of(state: LogState, envelope: Envelope, record: Record) -> KeyOwner:
    """Whose key this is. Raises `SignerUnknown`: no earlier leaf has it, or its class may never sign this kind."""
    owner = state.keys.get(envelope.kid)
    if owner is None and isinstance(record, records.Trust) and state.trust is None:
        root = key_of_jwk(record.root)
        owner = KeyOwner(root, By.ROOT, "root") if root.thumbprint == envelope.kid else None
    if owner is None:
        raise SignerUnknown(f"no earlier leaf introduces the key of this {envelope.kind}")
    allowed = record.by
    if owner.by not in allowed and not (owner.by is By.OFFICER and By.SECRETARY in allowed):
        raise SignerUnknown(f"a key of this class never signs a {envelope.kind}", "wrong-key")
    return owner


def _check_possession(state: LogState, record: records.SessionBind) -> None:
    """The session key's own signature. Raises `SignatureRefused`."""
    pending = state.sessions.get(record.session)
    if pending is None:
        raise SignatureRefused("a binding of a session that is not in the log", "session")
    try:
        message = session.pop_message(from_base64url(record.session.encode("ascii")))
        pending.key.verify(message, from_base64url(record.pop.encode("ascii")))
    except EnvelopeRefused as error:
        raise SignatureRefused("a proof of possession that is not base64url") from error


def replay(state: LogState, leaves: list[bytes], *, known: bool) -> None:
    """Evolve `state` over leaves that follow `state.size`. `known` leaves are not checked again.

    Raises what `open_leaf` raises.
    """
    opener = open_known_leaf if known else open_leaf
    for data in leaves:
        evolve(state, opener(state, data, state.size))
