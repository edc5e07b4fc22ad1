"""Words that more than one screen uses for the same thing, each short enough for a column. Pure."""

from datetime import UTC, datetime
from typing import Final

from controller.console.map.marks import Mark, mark_word
from controller.console.snapshot import Snapshot
from controller.console.text import width_of
from controller.picture import phase_word
from protocol.explain import Catalogue
from protocol.vote import Phase

ACTIVE, DONE, REJECTED, DEFERRED, WITHDRAWN, RUNNING, NEXT = "►", "√", "×", "→", "-", "●", "○"
"""Glyphs of items and motions, all of them in the fonts that the map's glyphs are chosen for."""
COUNTS_TITLE: Final = "▲:▼:■"
NOBODYS: Final = "–"
STANDINGS: Final = ("for", "against", "abstain", "chose", "not-voting", "absent", "recused")
"""In the order of a named list."""
MARK_OF_STANDING: Final = {
    "for": Mark.FOR, "against": Mark.AGAINST, "abstain": Mark.ABSTAIN, "chose": Mark.VOTED,
    "not-voting": Mark.NOT_VOTING, "absent": Mark.ABSENT, "recused": Mark.RECUSED,
}  # fmt: skip


def outcome_words(words: Catalogue) -> dict[str, str]:
    """The outcome of a vote in a word or two."""
    return {
        "adopted": words.pgettext("outcome", "adopted"),
        "not-adopted": words.pgettext("outcome", "not adopted"),
        "no-quorum": words.pgettext("outcome", "no quorum"),
        "tie": words.pgettext("outcome", "tie"),
        "elected": words.pgettext("outcome", "elected"),
        "none": words.pgettext("outcome", "counted"),
    }


def item_words(words: Catalogue) -> dict[str, str]:
    """Where an item stands."""
    return {
        "planned": "",
        "active": words.pgettext("item", "active"),
        "decided": words.pgettext("item", "decided"),
        "noted": words.pgettext("item", "noted"),
        "deferred": words.pgettext("item", "deferred"),
        "withdrawn": words.pgettext("item", "withdrawn"),
    }


def mode_words(words: Catalogue) -> dict[str, str]:
    """How a vote is held."""
    return {
        "open": words.pgettext("kind of vote", "open"),
        "secret": words.pgettext("kind of vote", "secret"),
        "paper": words.pgettext("kind of vote", "on paper"),
        "test": words.pgettext("kind of vote", "test"),
    }


def sort_words(words: Catalogue) -> dict[str, str]:
    """The sorts of speech that every council knows; a council's own are named by their ids."""
    return {
        "point-of-order": words.pgettext("speech", "point of order"),
        "ad-vocem": words.pgettext("speech", "ad vocem"),
        "reply": words.pgettext("speech", "reply"),
        "request": words.pgettext("speech", "debate"),
        "debate": words.pgettext("speech", "debate"),
    }


def phase_words(words: Catalogue) -> dict[str, str]:
    """Where a vote stands; closed is said as what is still to be done."""
    return {phase.value: phase_word(phase, words) for phase in Phase} | {
        Phase.CLOSED.value: words.pgettext("phase", "not announced"),
    }


def standing_word(standing: str, words: Catalogue) -> str:
    """What became of members, as a legend says it."""
    return mark_word(MARK_OF_STANDING[standing], words)


def counts_of(counts: tuple[int, ...]) -> str:
    """`34:19:8`; "" for a vote among candidates, or one without figures yet."""
    return ":".join(map(str, counts)) if len(counts) == 3 else ""  # noqa: PLR2004 - for, against, abstained


def counts_cells(snapshot: Snapshot) -> int:
    """The cells of `counts_of` in a house of this size."""
    digits = len(str(max(len(snapshot.house.members), 1)))
    return max(width_of(COUNTS_TITLE), 3 * digits + 2)


def hour(ms: int) -> str:
    """Hours and minutes of a moment (Unix ms) by this computer's zone; "" for none."""
    return _here(ms).strftime("%H:%M") if ms else ""


def hour_and_second(ms: int) -> str:
    """The same with seconds."""
    return _here(ms).strftime("%H:%M:%S") if ms else ""


def date_of(ms: int, words: Catalogue) -> str:
    """A day in the order of the language; "" for none."""
    if not ms:
        return ""
    day = _here(ms)
    said = {"year": day.strftime("%Y"), "month": day.strftime("%m"), "day": day.strftime("%d")}
    return words.pgettext("date", "%(year)s-%(month)s-%(day)s") % said


def _here(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC).astimezone()
