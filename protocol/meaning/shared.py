"""Questions that many kinds share: who may act, in what order, on what they had seen.

Source: `docs/protocol.md` sections 6.2 and 7.1.
"""

from protocol import records
from protocol.record import By, Record
from protocol.state import Entry, ItemPhase, ItemState, LogState, SittingPhase, SittingState, VoteState

OPERATOR_KINDS = frozenset({"item", "speech", "vote-arm", "vote-open", "vote-act", "vote-close", "vote-announce"})
MAY_PRESIDE = frozenset({"chair", "deputy", "eldest"})
_NEEDS_NO_VOTE = (records.VoteOpen, records.Item, records.Adjourn, records.SittingClose)
RETIRED = "retired"
"""The role of an officer's key that a later `officer` record replaced: it acts no more."""


def vote_of(state: LogState, record: Record) -> VoteState | None:
    """The vote that a record is about, or None."""
    if isinstance(record, records.VoteAct):
        return state.arms.get(record.of) if record.act == "disarm" else state.opens.get(record.of)
    if isinstance(record, records.VoteOpen):
        return state.arms.get(record.arm)
    if isinstance(record, records.VoteAnnounce):
        return state.results.get(record.result)
    return state.opens.get(getattr(record, "open", ""))


def sitting_of(state: LogState, record: Record) -> SittingState | None:
    """The sitting that a record belongs to, directly or through its vote or the record it acknowledges."""
    named = getattr(record, "sitting", None)
    if named is not None:
        return state.sittings.get(named)
    if isinstance(record, records.Ack):
        pending = state.pending.get(record.of)
        return None if pending is None else sitting_of(state, pending.record)
    if isinstance(record, records.SessionEnd | records.SessionBind):
        session = state.sessions.get(record.session)
        return None if session is None else state.sittings.get(session.sitting)
    vote = vote_of(state, record)
    return None if vote is None else state.sitting_of_vote(vote)


def presides(state: LogState, sitting: SittingState, officer: str) -> bool:
    """True if this officer has the chair: the latest effective `presiding`, else whoever holds the role of chair."""
    if sitting.presiding:
        return sitting.presiding == officer
    return state.officers[officer].role == "chair"


def refuse(name: str) -> str:
    """The void reason `state`, with the name of what stands against it: people are told it, the log is not."""
    return f"state/{name}"


def judge_author(state: LogState, entry: Entry) -> str:
    """Nothing if the author may sign this kind for this sitting; keys of other classes may if the kind names them."""
    author, kind = entry.author, entry.record.kind
    if author.by is not By.OFFICER:
        return "" if author.by in entry.record.by else refuse("not-your-act")
    if author.role == RETIRED:
        return refuse("retired")
    if author.role == "secretary" and By.SECRETARY in entry.record.by:
        return ""
    if not _role_may_sign(author.role, entry.record):
        return refuse("not-your-act")
    if author.role == "operator" or kind in {"presiding", "incident"}:
        return ""
    sitting = sitting_of(state, entry.record)
    here = author.role == "chair" if sitting is None else presides(state, sitting, author.owner)
    return "" if here else refuse("not-presiding")


def _role_may_sign(role: str, record: Record) -> bool:
    """True if an officer of this role, other than as secretary, may ever sign this kind."""
    if By.OFFICER not in record.by:
        return False
    if role == "operator":
        return record.kind in OPERATOR_KINDS
    return role in MAY_PRESIDE or record.kind == "incident"


def judge_officer(state: LogState, entry: Entry) -> str:
    """Rising `seq`, staleness and role, in the order of section 7.4: an officer's void reason, or nothing."""
    return judge_seq(state, entry) or judge_stale(state, entry) or judge_author(state, entry)


def judge_seq(state: LogState, entry: Entry) -> str:
    """An officer's `seq` rises over the whole log."""
    seq = getattr(entry.record, "seq", None)
    if seq is None or entry.again or entry.author.by is not By.OFFICER:
        return ""
    return "seq" if seq <= state.officers[entry.author.owner].last_seq else ""


def judge_stale(state: LogState, entry: Entry) -> str:
    """An officer has seen every effective change of what the record is about."""
    seen = getattr(entry.record, "seen", None)
    if seen is None or entry.again or entry.author.by is not By.OFFICER:
        return ""
    return "stale" if last_change(state, entry.record) >= int(seen.partition(":")[0]) else ""


def last_change(state: LogState, record: Record) -> int:
    """The index of the newest effective change that a record about this sitting, item and vote must have seen."""
    if isinstance(record, records.Ack):
        pending = state.pending.get(record.of)
        return -1 if pending is None else last_change(state, pending.record)
    # What needs that no vote runs must have seen the last one end: refused meanwhile, it may not come true by a replay.
    changes = [state.last_vote_end if isinstance(record, _NEEDS_NO_VOTE) else -1]
    sitting, vote = sitting_of(state, record), vote_of(state, record)
    item = getattr(record, "item", "") or (vote.arm.item if vote is not None else "")
    if sitting is not None:
        changes.append(sitting.last_change)
        if item in sitting.items:
            changes.append(sitting.items[item].last_change)
    if vote is not None:
        changes.append(vote.last_change)
    return max(changes)


def is_open(sitting: SittingState | None) -> bool:
    """True while business can be done."""
    return sitting is not None and sitting.phase is SittingPhase.OPEN


def refuse_sitting(sitting: SittingState | None) -> str:
    """Refuse for where the sitting stands."""
    return refuse("sitting-unknown" if sitting is None else f"sitting-is-{sitting.phase.value}")


def refuse_vote(vote: VoteState | None) -> str:
    """Refuse for where the vote stands."""
    return refuse("vote-unknown" if vote is None else f"vote-is-{vote.phase.value}")


def judge_open_for_business(sitting: SittingState | None) -> str:
    """Nothing while business can be done, else where the sitting stands."""
    return "" if is_open(sitting) else refuse_sitting(sitting)


def item_of(sitting: SittingState, item: str) -> ItemState:
    """The state of an item; one that nobody touched yet is planned."""
    return sitting.items.get(item) or ItemState(item)


def item_is_active(sitting: SittingState, item: str) -> bool:
    """True if votes may be held on the item; votes before there is an agenda name none."""
    return item == "" or item_of(sitting, item).phase is ItemPhase.ACTIVE
