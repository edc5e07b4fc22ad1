"""Where a sitting stands, as plain data for machines and as lines for people; computed from a `LogView`, pure.

Before a vote's end it tells how many have answered, never what.

Source: `docs/protocol.md` sections 6.2, 7 and 8.
"""

from typing import Any

from controller.procedures.legal import active_item, legal_verbs, vote_at_hand, waiting_in
from controller.procedures.log_view import HASH_SHOWN, LogView
from protocol.explain import ENGLISH, Catalogue, asks_only_quorum, explain_needed, explain_outcome, outcome_word
from protocol.floor import DEFAULT_SORTS, SpeechSorts, floor_of, group_totals_ms
from protocol.majority import Figures, Rule, quorum_needed_of
from protocol.record import By
from protocol.records import MAYOR
from protocol.session_document import final_outcome
from protocol.state import SittingPhase, SittingState, VoteState
from protocol.tally import count_vote, figures_before, is_plain
from protocol.vote import ENDED, Phase

Document = dict[str, Any]


def status_of(
    view: LogView,
    sitting: SittingState | None,
    now_ms: int,
    words: Catalogue = ENGLISH,
    sorts: SpeechSorts = DEFAULT_SORTS,
) -> Document:
    """The status of a sitting, or of a body that has none yet (then its `sitting` is ""). `now_ms`: for the floor."""
    if sitting is None:
        return {"sitting": "", "phase": "", "legal": list(legal_verbs(view.state, None))}
    vote = vote_at_hand(view.state, sitting)
    item = vote.arm.item if vote is not None else active_item(sitting)
    return {
        "sitting": sitting.id,
        "phase": sitting.phase.value,
        "in_camera": sitting.in_camera,
        "presiding": _officer(view, sitting),
        "item": {"id": item, "title": _item_title(view, sitting, item)},
        "members": len(sitting.members),
        "present": len(sitting.present),
        "quorum": _quorum(view, sitting, vote),
        "vote": _vote(view, sitting, vote, words),
        "results": [_result(view, one, words) for one in sitting.votes.values() if _is_over(one)],
        "floor": _floor(sitting, item, now_ms, sorts),
        "waiting": [_waiting(view, name) for name in waiting_in(view.state, sitting)],
        "legal": list(legal_verbs(view.state, sitting)),
    }


def _officer(view: LogView, sitting: SittingState) -> Document:
    officer = view.state.officers[view.presiding(sitting)]
    return {"officer": officer.id, "role": officer.role, "name": officer.name}


def _item_title(view: LogView, sitting: SittingState, item: str) -> str:
    agenda = view.agenda(sitting)
    return next((one.title for one in agenda.items if one.id == item), "") if agenda is not None else ""


def _quorum(view: LogView, sitting: SittingState, vote: VoteState | None) -> Document:
    """Who counts as here now, and how many must be, by the rule of the vote at hand or by the law on quorum."""
    if vote is not None:
        return _quorum_by(vote.rule, figures_before(vote, sitting))
    here = len(sitting.present - {MAYOR})
    rule = _quorum_rule(view, sitting)
    if rule is None:
        return {"rule": "", "here": here, "needed": 0}
    return _quorum_by(rule, Figures(sitting.statutory, sitting.in_office, here, 0, 0, 0, 0, here))


def _quorum_by(rule: Rule, figures: Figures) -> Document:
    return {"rule": rule.id, "here": figures.registered, "needed": quorum_needed_of(rule, figures)}


def _quorum_rule(view: LogView, sitting: SittingState) -> Rule | None:
    roster = view.state.rosters.get(view.roster_hash(sitting))
    book = view.state.rule_books.get(roster.rules) if roster is not None else None
    return next((rule for rule in book.rules.values() if asks_only_quorum(rule)), None) if book is not None else None


def _vote(view: LogView, sitting: SittingState, vote: VoteState | None, words: Catalogue) -> Document | None:
    if vote is None:
        return None
    eligible = vote.eligible if vote.open_hash else sitting.members.keys()
    needed = explain_needed(vote.rule, figures_before(vote, sitting), words)
    return {
        "id": vote.arm.vote,
        "title": view.title(vote),
        "phase": vote.phase.value,
        "mode": vote.arm.mode,
        "rule": vote.rule.id,
        "turnout": len(vote.ballots.keys() | vote.assisted.keys()),
        "eligible": len(eligible),
        "deadline_ms": vote.deadline_ms if vote.running else 0,
        "needed": "" if vote.arm.mode == "test" else needed,
    }


def _is_over(vote: VoteState) -> bool:
    return bool(vote.open_hash) and (vote.phase in ENDED or vote.phase is Phase.VOID)


def _result(view: LogView, vote: VoteState, words: Catalogue) -> Document:
    tally = count_vote(vote)
    outcome, needed, elected = final_outcome(vote, tally)
    told = is_plain(vote) and vote.arm.mode != "test"
    return {
        "id": vote.arm.vote,
        "title": view.title(vote),
        "phase": vote.phase.value,
        "mode": vote.arm.mode,
        "outcome": outcome,
        "counts": dict(zip(vote.arm.options, tally.counts, strict=False)),
        "needed": needed,
        "elected": list(elected),
        "why": explain_outcome(vote.rule, tally.figures, vote.casting, words) if told else "",
        "void_code": vote.void_code,
    }


def _floor(sitting: SittingState, item: str, now_ms: int, sorts: SpeechSorts) -> Document:
    floor = floor_of(sitting.speeches, item, now_ms, sorts)
    groups = {member.id: member.group for member in sitting.members.values()}
    current = floor.current
    return {
        "current": None
        if current is None
        else {
            "speaker": current.speaker, "item": current.item, "sort": current.sort, "since_ms": current.since_ms,
            "deadline_ms": current.deadline_ms, "left_ms": current.left_ms,
        },
        "queue": [
            {"speaker": one.speaker, "sort": one.sort, "since_ms": one.since_ms, "position": one.position}
            for one in floor.queue
        ],
        "closed": floor.closed,
        "spoken_ms": dict(floor.totals_ms),
        "spoken_ms_by_group": group_totals_ms(floor.totals_ms, groups),
    }  # fmt: skip


def _waiting(view: LogView, name: str) -> Document:
    entry = view.state.pending[name]
    by = "chair" if By.SECRETARY in entry.record.by else "secretary"
    return {"record": name, "kind": entry.record.kind, "author": entry.author.owner, "by": by}


# --- In words.


def status_lines(status: Document, words: Catalogue = ENGLISH) -> list[str]:
    """The status as lines for people."""
    if not status["sitting"]:
        return [words.gettext("There is no sitting yet."), _legal_line(status, words)]
    lines = [
        words.gettext("Sitting %(sitting)s: %(phase)s") % {**status, "phase": _phase(status, words)},
        words.gettext("Presiding: %(name)s (%(officer)s)") % status["presiding"],
        *_item_lines(status, words),
        _present_line(status, words),
        *_vote_lines(status["vote"], words),
        *(_result_line(result, words) for result in status["results"]),
        *_floor_lines(status["floor"], words),
        *(_waiting_line(waiting, words) for waiting in status["waiting"]),
        _legal_line(status, words),
    ]
    return [line for line in lines if line]


def _phase(status: Document, words: Catalogue) -> str:
    named = {
        SittingPhase.PREPARED.value: words.gettext("prepared, not open yet"),
        SittingPhase.OPEN.value: words.gettext("open"),
        SittingPhase.ADJOURNED.value: words.gettext("adjourned"),
        SittingPhase.CLOSED.value: words.gettext("closed"),
        SittingPhase.SIGNED.value: words.gettext("closed, its minutes signed"),
    }
    return named[str(status["phase"])] + (words.gettext(", in camera") if status["in_camera"] else "")


def vote_phase(phase: str, words: Catalogue) -> str:
    """Where a vote stands, in words."""
    return {
        Phase.ARMED.value: words.gettext("armed, not open yet"),
        Phase.DISARMED.value: words.gettext("taken back"),
        Phase.OPEN.value: words.gettext("voting is open"),
        Phase.HELD.value: words.gettext("held"),
        Phase.LAST_CALL.value: words.gettext("last call"),
        Phase.CLOSED.value: words.gettext("closed, not announced yet"),
        Phase.ANNOUNCED.value: words.gettext("announced"),
        Phase.VOID.value: words.gettext("void"),
    }[phase]


def _item_lines(status: Document, words: Catalogue) -> list[str]:
    if not status["item"]["id"]:
        return []
    return [(words.gettext("Item %(id)s: %(title)s") % status["item"]).rstrip(": ")]


def _present_line(status: Document, words: Catalogue) -> str:
    here = words.gettext("Present %(present)d of %(members)d") % status
    quorum = words.gettext("for the quorum %(here)d count, %(needed)d are needed") % status["quorum"]
    return f"{here}; {quorum}." if status["quorum"]["needed"] else f"{here}."


def _vote_lines(vote: Document | None, words: Catalogue) -> list[str]:
    if vote is None:
        return []
    said = {**vote, "phase": vote_phase(vote["phase"], words)}
    turnout = words.gettext("Answered: %(turnout)d of %(eligible)d.") % vote
    return [words.gettext("Vote %(id)s (%(title)s): %(phase)s") % said, turnout, vote["needed"]]


def _result_line(result: Document, words: Catalogue) -> str:
    counts = ", ".join(f"{option} {count}" for option, count in result["counts"].items())
    if result["phase"] == Phase.VOID.value:
        told = words.gettext("void (%(code)s)") % {"code": result["void_code"]} + f": {counts}"
    else:
        told = str(result["why"]) or f"{counts}. {outcome_word(result['outcome'], words)}"
    elected = " " + ", ".join(result["elected"]) if result["elected"] else ""
    return words.gettext("Result of %(id)s (%(title)s): ") % result + told + elected


def _floor_lines(floor: Document, words: Catalogue) -> list[str]:
    lines = []
    current = floor["current"]
    if current is not None:
        said = {**current, "left": _clock(current["left_ms"])}
        line = words.gettext("Speaking: %(speaker)s (%(sort)s)") % said
        lines.append(line + (words.gettext(", time left %(left)s") % said if current["deadline_ms"] else ""))
    lines += [words.gettext("Waiting %(position)d: %(speaker)s (%(sort)s)") % one for one in floor["queue"]]
    if floor["closed"]:
        lines.append(words.gettext("The list of speakers is closed."))
    if floor["spoken_ms_by_group"]:
        others = words.gettext("others")
        spoken = [f"{group or others} {_clock(ms)}" for group, ms in floor["spoken_ms_by_group"].items()]
        lines.append(words.gettext("Spoken so far: %(times)s") % {"times": ", ".join(spoken)})
    return lines


def _clock(left_ms: int) -> str:
    """Minutes and seconds, negative past the deadline: `-0:05`."""
    minutes, seconds = divmod(abs(left_ms) // 1_000, 60)
    return f"{'-' if left_ms < 0 else ''}{minutes}:{seconds:02d}"


def _waiting_line(waiting: Document, words: Catalogue) -> str:
    said = {**waiting, "hash": waiting["record"][:HASH_SHOWN]}
    if waiting["by"] == "chair":
        return words.gettext("%(kind)s %(hash)s by %(author)s waits for the chair: acknowledge it") % said
    return words.gettext("%(kind)s %(hash)s by %(author)s waits for the secretary: acknowledge it") % said


def _legal_line(status: Document, words: Catalogue) -> str:
    return words.gettext("Legal now: %(verbs)s") % {"verbs": ", ".join(status["legal"])} if status["legal"] else ""
