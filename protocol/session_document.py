"""`session.json` and `votings.csv`: the sitting for machines and people, derived from the state and the blobs at hand.

The export writes them, the verifier writes them again and compares bytes. A withheld blob leaves its title empty.

Source: `docs/protocol.md` section 10.
"""

import csv
import io
from collections.abc import Mapping
from typing import Any

from protocol.encoding import canonical_json, from_canonical_json, text_of_blob
from protocol.errors import PayloadRefused
from protocol.explain import explain_outcome
from protocol.state import LogState, SittingState, VoteState
from protocol.tally import STANDING_WORDS, Tally, count_vote, is_plain, outcome_of
from protocol.vote import ENDED, Phase

CSV_HEADER = ("sitting", "vote", "item", "mode", "title", "outcome", "member", "name", "group", "standing", "choice")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Blobs = Mapping[str, bytes]


def write_session_json(state: LogState, sitting: SittingState, blobs: Blobs) -> bytes:
    """`session.json` in canonical JSON."""
    return canonical_json(session_document(state, sitting, blobs)) + b"\n"


def session_document(state: LogState, sitting: SittingState, blobs: Blobs) -> dict[str, Any]:
    """The sitting as one JSON object; every figure is computed from the ballots, every index points into the log."""
    assert state.trust is not None, "a sitting has an anchor"
    titles = item_titles(sitting, blobs)
    return {
        "v": 1,
        "chamber": state.trust.chamber,
        "body": state.trust.body,
        "term": state.trust.term,
        "sitting": sitting.id,
        "state": sitting.phase.value,
        "statutory": sitting.statutory,
        "in_office": sitting.in_office,
        "rules": sitting.rules,
        "opened_index": sitting.opened_index,
        "closed_index": max(sitting.closed_index, 0),
        "officers": [{"id": o.id, "role": o.role, "name": o.name} for o in state.officers.values()],
        "presided": [{"index": index, "officer": officer} for index, officer in sitting.presided],
        "members": [{"id": m.id, "name": m.name, "group": m.group, "grade": m.auth} for m in sitting.members.values()],
        "attendance": [{"index": i, "member": member, "state": word} for i, member, word in sitting.attendance],
        "items": [
            {"id": i.id, "title": titles.get(i.id, ""), "state": i.phase.value, "decision": i.decision}
            for i in sitting.items.values()
        ],
        "votes": [vote_document(state, vote, blobs) for vote in sitting.votes.values()],
        "turns": [{"index": index, "what": what, "code": code} for index, what, code in sitting.turns],
        "quorum_checks": [
            {"index": index, "how": how, "present": sorted(present)} for index, how, present in sitting.quorum_checks
        ],
        "recusals": [
            {"index": i, "item": r.item, "member": r.member, "act": r.act, "code": r.code}
            for i, r in sitting.recusal_acts
        ],
        "speeches": [
            {"index": i, "item": r.item, "speaker": r.speaker, "act": r.act, "sort": r.sort, "ms": r.ms, "ts": r.ts}
            for i, r in sitting.speeches
        ],
        "incidents": [{"index": i, "about": r.about, "code": r.code} for i, r in incidents_of(state, sitting)],
    }


def incidents_of(state: LogState, sitting: SittingState) -> list[tuple[int, Any]]:
    """(index, incident) of every incident between the sitting's opening and its last record."""
    return [(i, record) for i, record in state.incidents if sitting.opened_index <= i <= sitting.last_index]


def vote_document(state: LogState, vote: VoteState, blobs: Blobs) -> dict[str, Any]:
    """One vote: what was asked, what was needed, what came out and why, and each member's answer."""
    tally = count_vote(vote)
    outcome, needed, elected = final_outcome(vote, tally)
    repeated = state.opens.get(vote.arm.repeats)
    return {
        "id": vote.arm.vote,
        "item": vote.arm.item,
        "title": text_or_empty(blobs, vote.arm.title_hash),
        "mode": vote.arm.mode,
        "decisive": vote.arm.decisive,
        "rule": vote.rule.id,
        "rule_title": vote.rule.title,
        "citation": vote.rule.citation,
        "phase": vote.phase.value,
        "open_index": max(vote.open_index, 0),
        "end_index": max(vote.end_index, 0),
        "counts": dict(zip(vote.arm.options, tally.counts, strict=False)),
        "present": tally.present,
        "not_voting": tally.not_voting,
        "absent": tally.absent,
        "recused": tally.recused,
        "casting": vote.casting,
        "needed": needed,
        "outcome": outcome,
        "elected": list(elected),
        "why": why_of(vote, tally),
        "results": [
            {"index": index, "needed": result.needed, "outcome": result.outcome} for _, index, result in vote.results
        ],
        "lots": list(vote.lots),
        "paper": _paper(vote),
        "entered": [
            {"index": b.index, "member": b.member, "how": b.how, "held_at": b.held_at}
            for b in vote.ballots.values()
            if b.how
        ],
        "void_code": vote.void_code,
        "void_basis": vote.void_basis,
        "repeats": repeated.arm.vote if repeated is not None else "",
        "rule_corrections": [{"index": i, "from": old, "to": new} for i, old, new in vote.rule_corrections],
        "stated": [{"index": i, "member": member, "stated": word} for i, member, word in vote.stated],
        "ballots": _ballots(state, vote, tally),
        "void_leaves": _void_leaves(state, vote),
    }


def final_outcome(vote: VoteState, tally: Tally) -> tuple[str, int, tuple[str, ...]]:
    """(outcome, needed, elected) of a vote that ended; `void`, or `none` where there is none."""
    if vote.phase is Phase.VOID:
        return "void", outcome_of(vote, tally)[1], ()
    return outcome_of(vote, tally) if vote.phase in ENDED else ("none", 0, ())


def why_of(vote: VoteState, tally: Tally) -> str:
    """The explaining sentence, in English; empty for votes among candidates and votes without an end."""
    if vote.end_index < 0 or not is_plain(vote) or vote.arm.mode == "test":
        return ""
    return explain_outcome(vote.rule, tally.figures, vote.casting)


def _ballots(state: LogState, vote: VoteState, tally: Tally) -> list[dict[str, Any]]:
    """Each member's standing. `attested`: 1 for the ballot of a session that the controller attested (grade B)."""
    rows = []
    for member, standing in tally.standings.items():
        ballot = vote.ballots.get(member)
        word = STANDING_WORDS[standing]
        if ballot is None:
            rows.append({"member": member, "standing": word, "choice": [], "how": "", "attested": 0, "index": 0})
            continue
        session = state.sessions.get(ballot.session)
        rows.append({
            "member": member, "standing": word, "choice": list(ballot.choice), "how": ballot.how or "seat",
            "attested": int(session is not None and session.attested), "index": ballot.index,
        })  # fmt: skip
    return rows


def _paper(vote: VoteState) -> dict[str, int]:
    """The papers of a vote held on paper, empty for every other."""
    paper = vote.paper
    if paper is None:
        return {}
    return {
        "round": paper.round, "issued": paper.issued, "returned": paper.returned, "valid": paper.valid,
        "invalid": paper.invalid, "held_at": paper.held_at,
    }  # fmt: skip


def _void_leaves(state: LogState, vote: VoteState) -> list[dict[str, Any]]:
    if vote.open_index < 0 or vote.end_index < 0:
        return []
    return [
        {"index": index, "reason": state.voids[index]}
        for index in range(vote.open_index, vote.end_index + 1)
        if index in state.voids
    ]


def text_or_empty(blobs: Blobs, blob_hash: str) -> str:
    """The text of a salted blob, empty if it is withheld or damaged."""
    try:
        return text_of_blob(blobs[blob_hash])
    except (KeyError, PayloadRefused):
        return ""


def item_titles(sitting: SittingState, blobs: Blobs) -> dict[str, str]:
    """Titles of the agenda's items by id, empty if the agenda's blob is withheld or malformed."""
    if sitting.agenda is None:
        return {}
    try:
        document = from_canonical_json(text_or_empty(blobs, sitting.agenda.items).encode("utf-8"))
        return {str(item["id"]): str(item["title"]) for item in document["items"]}
    except (PayloadRefused, KeyError, TypeError):
        return {}


def write_votings_csv(sitting: SittingState, blobs: Blobs) -> bytes:
    """`votings.csv`: RFC 4180, one line a member and vote; cells that a spreadsheet would run get an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(CSV_HEADER)
    people: dict[str, tuple[str, ...]] = {}
    members = None
    for vote in sitting.votes.values():
        if vote.end_index < 0:
            continue
        if vote.members is not members:  # one dictionary for all votes between two changes of the roster
            members = vote.members
            people = {m.id: tuple(map(_harmless, (m.id, m.name, m.group))) for m in members.values()}
        writer.writerows(_voting_rows(sitting, vote, people, blobs))
    return buffer.getvalue().encode("utf-8")


def _voting_rows(
    sitting: SittingState, vote: VoteState, people: Mapping[str, tuple[str, ...]], blobs: Blobs
) -> list[tuple[str, ...]]:
    tally, arm = count_vote(vote), vote.arm
    title, outcome = text_or_empty(blobs, arm.title_hash), final_outcome(vote, tally)[0]
    head = tuple(map(_harmless, (sitting.id, arm.vote, arm.item, arm.mode, title, outcome)))
    choices = {member: ballot.choice for member, ballot in vote.ballots.items()}
    words = {choice: _harmless("+".join(choice)) for choice in {(), *choices.values()}}
    return [
        (*head, *people[member], STANDING_WORDS[standing], words[choices.get(member, ())])
        for member, standing in tally.standings.items()
    ]


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell
