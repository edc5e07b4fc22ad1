"""What seats, officers and the hall are shown, computed from the state: pure.

Before a vote's end nothing here tells how anybody voted: turnout is the only figure.

Source: `docs/protocol.md` sections 5.2 and RECORDS' rule that nobody sees the split before the close.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from protocol.encoding import base64url, is_normal, text_of_blob
from protocol.errors import PayloadRefused
from protocol.explain import ENGLISH, Catalogue, explain_needed, explain_outcome
from protocol.messages import Hall, Head
from protocol.state import SittingPhase, SittingState, VoteState
from protocol.tally import count_vote, figures_before, is_plain
from protocol.vote import ENDED, Phase

TITLE_BLOB_BYTES_MAX = 4_000
"""A longer title is not shown: a head holds title, blob and three exact records in 48,000 bytes."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the chamber stands: the sitting and the vote that screens speak of, either may be absent."""

    sitting: SittingState | None
    vote: VoteState | None
    item: str


def scene_of(sitting: SittingState | None, vote: VoteState | None) -> Scene:
    """The sitting, its latest vote, and the item they are at."""
    if sitting is None:
        return Scene(None, None, "")
    active = [item.id for item in sitting.items.values() if item.phase.value == "active"]
    item = vote.arm.item if vote is not None and (vote.running or vote.phase is Phase.ARMED) else ""
    return Scene(sitting, vote, item or (active[-1] if active else ""))


def sitting_word(sitting: SittingState | None) -> str:
    """The sitting's state in the head's word."""
    if sitting is None:
        return ""
    return "in-camera" if sitting.in_camera and sitting.phase is SittingPhase.OPEN else sitting.phase.value


def title_of(vote: VoteState | None, blobs: Mapping[str, bytes]) -> tuple[str, str]:
    """(title in words, base64url of its blob), both empty where the blob is withheld or no message can show it."""
    blob = blobs.get(vote.arm.title_hash, b"") if vote is not None else b""
    if not blob or len(blob) > TITLE_BLOB_BYTES_MAX:
        return "", ""
    try:
        title = text_of_blob(blob)
    except PayloadRefused:
        return "", ""
    return (title, base64url(blob)) if is_normal(title) else ("", "")


def compose_head(
    scene: Scene, exact: Mapping[str, bytes], blobs: Mapping[str, bytes], checkpoint: bytes, number: int, now_ms: int
) -> Head:
    """The head: exact records of the vote at hand, and the newest checkpoint."""
    vote = scene.vote
    title, blob = title_of(vote, blobs)
    arm = open_ = result = ""
    if vote is not None:
        arm, open_ = exact[vote.arm_hash].decode(), exact.get(vote.open_hash, b"").decode()
        result = exact.get(vote.results[-1][0], b"").decode() if vote.results else ""
    sitting = scene.sitting
    return Head(
        number, sitting.id if sitting else "", sitting_word(sitting), scene.item, vote.phase.value if vote else "",
        arm, open_, result, title, blob, checkpoint.decode(), now_ms,
    )  # fmt: skip


def compose_hall(
    scene: Scene, blobs: Mapping[str, bytes], number: int, now_ms: int, words: Catalogue = ENGLISH
) -> Hall:
    """What the big screen shows. In camera it tells nothing but that."""
    sitting, vote = scene.sitting, scene.vote
    word = sitting_word(sitting)
    if sitting is None or vote is None or word == "in-camera":
        here = len(sitting.present) if sitting and word != "in-camera" else 0
        return Hall(number, sitting.id if sitting else "", word, scene.item, "", "", here, 0, 0, "", (), "", now_ms)
    title, _ = title_of(vote, blobs)
    figures, needed, outcome, why = _figures(sitting, vote, words)
    return Hall(
        number, sitting.id, word, scene.item, title, vote.phase.value, len(sitting.present),
        len(vote.ballots), needed, outcome, figures, why, now_ms,
    )  # fmt: skip


def _figures(sitting: SittingState, vote: VoteState, words: Catalogue) -> tuple[tuple[int, ...], int, str, str]:
    """(figures, needed, outcome, why): figures only once the vote has a result."""
    if vote.phase in ENDED and vote.results:
        tally, result = count_vote(vote), vote.results[-1][2]
        f = tally.figures
        why = explain_outcome(vote.rule, f, vote.casting, words) if is_plain(vote) else ""
        shown = (f.for_, f.against, f.abstain, tally.not_voting, tally.absent, tally.recused)
        return shown, result.needed, result.outcome, why
    if vote.phase is Phase.VOID:
        return (), 0, "void", vote.void_code
    return (), 0, "", explain_needed(vote.rule, figures_before(vote, sitting), words)
