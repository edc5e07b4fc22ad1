"""The last judgement on a simulation: the log, the receipts and the package against what hands did.

Every function takes what it needs and raises `Broken`.
"""

import json
from collections.abc import Mapping, Sequence

from protocol.errors import ProofRefused
from protocol.merkle import Tree, check_consistency, leaf_hash
from tests.chamber import plain
from tests.chamber.auditor import Auditor
from tests.chamber.ledger import Ledger, Press
from tests.chamber.people import SITTING
from tests.chamber.recount import Recount, Vote
from tests.chamber.stage import require

OF_SEATS = frozenset({"ballot", "session", "session-bind", "session-end", "speech"})
"""What a seat sends may be refused because it overtook what it rests on, and enter when it comes again."""


def judge_log_only_grew(leaves: Sequence[bytes], auditor: Auditor) -> None:
    """Every checkpoint ever published is one of this tree's, proven to its end."""
    tree = Tree()
    for data in leaves:
        tree.append(leaf_hash(data))
    for size, root in auditor.checkpoints.items():
        require(size <= tree.size, "the log only grows", (size, tree.size))
        proof = tree.consistency(size, tree.size)
        try:
            check_consistency(size, root, tree.size, tree.root(), proof)
        except ProofRefused as error:
            require(holds=False, rule="the log only grows", fact=f"{size}: {error}")


def judge_receipts(leaves: Sequence[bytes], auditor: Auditor) -> None:
    """What was receipted stands where the receipt says; nothing stands twice; what was refused does not count."""
    hashes = [plain.hash_of(data) for data in leaves]
    require(len(set(hashes)) == len(hashes), "nothing stands in the log twice")
    for record, answers in auditor.receipts.items():
        for told in answers:
            stands = told.at < len(hashes) and hashes[told.at] == record
            require(stands, "nothing accepted is lost", told)


def judge_refusals(recount: Recount, auditor: Auditor) -> None:
    """An officer's refused act never took effect, and a refused ballot never counts."""
    counted = {index for vote in recount.votes.values() for index, _ in vote.counted.values()}
    for index, leaf in enumerate(recount.leaves):
        if leaf.hash in auditor.refusals:
            fact = (leaf.kind, index, auditor.refusals[leaf.hash])
            allowed = leaf.kind in OF_SEATS or _may_come_again(recount, leaf)
            require(allowed, "a refused act never takes effect", fact)
            require(leaf.kind != "ballot" or index not in counted, "a refused ballot never counts", fact)


def _may_come_again(recount: Recount, leaf: plain.Leaf) -> bool:
    """What the signer did not, or could not, sign upon what was seen: it may come again, byte for byte, and fit then.

    That is what carries no `seen`, an agreement that overtook what it agrees to, an opening without its quorum, a
    repetition armed before the first vote was void.
    """
    vote = recount.votes.get(leaf.hash)
    missed_quorum = vote is not None and vote.arm["rule"] == "quorum"
    overtook = leaf.kind == "ack" or leaf.payload.get("repeats", "") != ""
    return "seen" not in leaf.payload or overtook or missed_quorum


def judge_votes(recount: Recount, auditor: Auditor, ledger: Ledger, hostile: Mapping[str, str]) -> None:
    """Every vote that ended: results, figures on the wall, and who pressed what."""
    require(not recount.blind, "an act has seen the last change", recount.blind)
    for vote in recount.votes.values():
        if vote.end < 0:
            continue
        counts = vote.counts()
        for result in vote.results:
            require(result["counts"] == counts, "a result is what was pressed", (vote.arm["vote"], counts, result))
            require((result["from"], result["to"]) == (vote.opened, vote.end), "a count never moves", result)
        require(auditor.counts.get(vote.open, counts) == counts, "a head tells the count", vote.arm["vote"])
        for figures in auditor.figures.get(vote.open, []):
            require(figures[:3] == counts, "the wall tells the count", (vote.arm["vote"], figures, counts))
        require(vote.void or vote.results, "a vote that ended has a result", vote.arm["vote"])
        if vote.arm["sitting"] == SITTING:
            _judge_presses(recount, vote, ledger, hostile)
        _judge_receipts_of(vote, auditor, ledger)


def _judge_presses(recount: Recount, vote: Vote, ledger: Ledger, hostile: Mapping[str, str]) -> None:
    """Each counted answer was pressed by its member, or entered by the secretary where no press counts."""
    for member, (index, choice) in vote.counted.items():
        leaf = recount.leaves[index]
        require(vote.opened < index < vote.end, "nothing counts from outside the vote", (member, index))
        if leaf.kind == "assisted-ballot":
            continue
        press = ledger.presses.get(leaf.hash)
        if press is None:
            known = hostile.get(leaf.hash, "") == choice[0]
            require(known, "a choice nobody pressed never counts", (member, choice))
        else:
            require((press.member, (press.choice,)) == (member, choice), "what counts is what was pressed", press)


def _judge_receipts_of(vote: Vote, auditor: Auditor, ledger: Ledger) -> None:
    """A member's last press that was receipted as counting is the one that counts, or a still later press."""
    best: dict[str, tuple[int, Press]] = {}
    for press in ledger.presses.values():
        told = [t for t in auditor.receipts.get(press.record, []) if t.status == "counts"]
        if press.open != vote.open or not told or told[0].at <= vote.recused_at.get(press.member, -1):
            continue
        index = told[0].at
        require(index < vote.end, "nothing counts after the end", press)
        older = best.get(press.member)
        first = vote.arm["change"] == "first"
        if older is None or (index < older[0] if first else index > older[0]):
            best[press.member] = index, press
    for member, (index, press) in best.items():
        require(member in vote.counted, "a recorded press is never lost", press)
        stands = vote.counted[member][0]
        fits = stands == index if vote.arm["change"] == "first" else stands >= index
        require(fits, "the last recorded press counts", (press, stands))


def judge_package(files: Mapping[str, bytes], recount: Recount, sitting: str) -> None:
    """`session.json` names, for each vote, exactly the answers that the recount finds."""
    document = json.loads(files["session.json"])
    votes = {vote.arm["vote"]: vote for vote in recount.votes.values() if vote.arm["sitting"] == sitting}
    for announced in document["votes"]:
        vote = votes.get(announced["id"])
        if vote is None:
            require(announced["open_index"] == 0, "no vote out of nothing", announced["id"])
            continue
        named = {row["member"]: tuple(row["choice"]) for row in announced["ballots"] if row["choice"]}
        counted = {member: choice for member, (_, choice) in vote.counted.items()}
        require(named == counted, "the package names who chose what", (announced["id"], named, counted))
        require(list(announced["counts"].values()) == vote.counts(), "the package tells the count", announced["id"])
        require((announced["phase"] == "void") == vote.void, "a void vote is told as void", announced["id"])
        decided = announced["outcome"] in {"none", "void"} if announced["mode"] == "test" else True
        require(decided, "a test vote decides nothing", announced["id"])
