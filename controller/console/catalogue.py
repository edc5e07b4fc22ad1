"""Every action of a console in one place: footer, command palette, help and plain mode are made of it. Pure.

An action has a stable id (keymaps quote it), a key if it has one, the screens where the key means it, and a guard that
says whether it is legal on what the console knows: "" or the name of what stands against it, a name of
`refusal_words`. `QUESTION` acts are asked about first; `TYPED` ones want words typed in (`forms.py`), and have no key.
What an action sends stands in `simple_acts.py` and `forms.py`.

Source: `docs/protocol.md` sections 6.2, 7.1 and 7.2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from controller.console.snapshot import LIVE, OVER, Snapshot
from protocol.explain import Catalogue

FLOOR, AGENDA, SPEAKERS, ATTENDANCE, SEATS, RESULTS = "floor", "agenda", "speakers", "attendance", "seats", "results"
SCREENS: Final = (FLOOR, AGENDA, SPEAKERS, ATTENDANCE, SEATS, RESULTS)
"""In the order of their digits."""
CHAIRS: Final = frozenset({"chair", "deputy", "eldest"})
CONDUCTORS: Final = CHAIRS | {"operator"}
SECRETARIES: Final = frozenset({"secretary"})
EXTEND_MS: Final = 30_000
NO_LINK = "no-link"


class Way(Enum):
    """How an act is brought about."""

    AT_ONCE = "at-once"
    """By its key alone: it can be taken back, or changes nothing that counts."""
    QUESTION = "question"
    """By its key and another one."""
    TYPED = "typed"
    """From the palette, with words typed in."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected on the screen: an item, a speaker, a member (by id), a seat, a vote; each may be empty."""

    item: str = ""
    speaker: str = ""
    member: str = ""
    seat: str = ""
    vote: str = ""


Guarding = Callable[[Snapshot, Selection], str]


@dataclass(frozen=True, slots=True)
class Action:
    """An action. `screens`: where its key means it, empty for everywhere. `offices`: roles that may, empty for all."""

    id: str
    way: Way
    legal: Guarding
    key: str = ""
    screens: tuple[str, ...] = ()
    offices: frozenset[str] = CONDUCTORS

    def objection(self, snapshot: Snapshot, selection: Selection) -> str:
        """What stands against it now: "" if it is legal. The link and the office come first."""
        if self.offices and not snapshot.fresh:
            return NO_LINK
        if self.offices and snapshot.role not in self.offices:
            return "not-your-act"
        if self.offices == CONDUCTORS and not (snapshot.presides or snapshot.by_order):
            return "not-presiding"
        return self.legal(snapshot, selection)


def _always(_snapshot: Snapshot, _selection: Selection) -> str:
    return ""


def _sitting_open(snapshot: Snapshot) -> str:
    if not snapshot.now.sitting:
        return "sitting-unknown"
    return "" if snapshot.now.phase == "open" else f"sitting-is-{snapshot.now.phase}"


def _no_vote(snapshot: Snapshot) -> str:
    vote = snapshot.now.vote
    if vote is None or vote.phase in OVER:
        return _sitting_open(snapshot)
    return _sitting_open(snapshot) or ("vote-runs" if vote.phase in LIVE else "vote-is-armed")


def _phases(*phases: str) -> Guarding:
    def legal(snapshot: Snapshot, _selection: Selection) -> str:
        vote = snapshot.now.vote
        if vote is None:
            return _sitting_open(snapshot) or "vote-unknown"
        return "" if vote.phase in phases else f"vote-is-{vote.phase}"

    return legal


def _arm(snapshot: Snapshot, _selection: Selection) -> str:
    return _no_vote(snapshot) or ("" if snapshot.quorum_met else "quorum-missing")


def _arm_anything(snapshot: Snapshot, _selection: Selection) -> str:
    return _no_vote(snapshot)


def _announce(snapshot: Snapshot, selection: Selection) -> str:
    vote = snapshot.now.vote
    if vote is not None and vote.phase == "closed":
        return "" if vote.result and vote.outcome != "tie" else "result-unknown"
    return _phases("closed")(snapshot, selection)


def _tie(snapshot: Snapshot, _selection: Selection) -> str:
    vote = snapshot.now.vote
    if vote is None or vote.phase != "closed" or vote.outcome != "tie":
        return "no-tie"
    return "" if vote.rule.tie == "casting-vote" else "rule-has-no-casting-vote"


def _extend(snapshot: Snapshot, _selection: Selection) -> str:
    vote = snapshot.now.vote
    if vote is None or vote.phase not in LIVE:
        return _phases(*LIVE)(snapshot, _selection)
    return "" if vote.duration_ms and vote.extended_ms + EXTEND_MS <= vote.extend_ms else "extension-too-long"


def _item_is(*phases: str) -> Guarding:
    def legal(snapshot: Snapshot, selection: Selection) -> str:
        untimely = _sitting_open(snapshot) or ("vote-runs" if snapshot.vote_is_live else "")
        if untimely:
            return untimely
        if not selection.item:
            return "item-not-active"
        phase = snapshot.item_phase(selection.item)
        return "" if phase in phases else f"item-is-{phase}"

    return legal


def _active_item(snapshot: Snapshot, _selection: Selection) -> str:
    untimely = _sitting_open(snapshot) or ("vote-runs" if snapshot.vote_is_live else "")
    return untimely or ("" if snapshot.now.item else "item-not-active")


def _next_speaker(snapshot: Snapshot, _selection: Selection) -> str:
    untimely = _sitting_open(snapshot)
    floor = snapshot.now.floor
    return untimely or ("" if floor.current is not None or floor.queue else "turn-is-none")


def _grant(snapshot: Snapshot, selection: Selection) -> str:
    untimely = _sitting_open(snapshot)
    return untimely or ("" if selection.speaker or snapshot.now.floor.current is not None else "turn-is-none")


def _speech_runs(snapshot: Snapshot, _selection: Selection) -> str:
    return _sitting_open(snapshot) or ("" if snapshot.now.floor.current is not None else "turn-is-none")


def _list_open(snapshot: Snapshot, _selection: Selection) -> str:
    return _sitting_open(snapshot) or ("list-closed" if snapshot.now.floor.closed else "")


def _waits_selected(snapshot: Snapshot, selection: Selection) -> str:
    waits = any(one.speaker == selection.speaker for one in snapshot.now.floor.queue)
    return _sitting_open(snapshot) or ("" if waits else "turn-is-none")


def _opening(snapshot: Snapshot, _selection: Selection) -> str:
    if not snapshot.house.sitting:
        return "sitting-unknown"
    return "" if snapshot.now.phase == "prepared" else f"sitting-is-{snapshot.now.phase}"


def _adjourned(snapshot: Snapshot, _selection: Selection) -> str:
    return "" if snapshot.now.phase == "adjourned" else f"sitting-is-{snapshot.now.phase or 'prepared'}"


def _no_live_vote(snapshot: Snapshot, _selection: Selection) -> str:
    return _sitting_open(snapshot) or ("vote-runs" if snapshot.vote_is_live else "")


def _closing(snapshot: Snapshot, selection: Selection) -> str:
    return "" if snapshot.now.phase == "adjourned" else _no_live_vote(snapshot, selection)


def _in_camera(wanted: int) -> Guarding:
    def legal(snapshot: Snapshot, _selection: Selection) -> str:
        return _sitting_open(snapshot) or ("" if snapshot.now.in_camera == wanted else "already-so")

    return legal


def _preside(snapshot: Snapshot, _selection: Selection) -> str:
    return _sitting_open(snapshot) or ("presides-already" if snapshot.presides else "")


def _waits_for(office: str) -> Guarding:
    def legal(snapshot: Snapshot, _selection: Selection) -> str:
        return "" if any(one.by == office for one in snapshot.now.waiting) else "nothing-waits"

    return legal


def _ended_vote(snapshot: Snapshot, selection: Selection) -> str:
    return "" if selection.vote in snapshot.votes else "vote-unknown"


def _any_vote(snapshot: Snapshot, _selection: Selection) -> str:
    return _sitting_open(snapshot) or ("" if snapshot.vote_is_live or snapshot.votes else "vote-unknown")


def _member_selected(snapshot: Snapshot, selection: Selection) -> str:
    return _sitting_open(snapshot) or ("" if selection.member else "member-unknown")


def _answers_taken(snapshot: Snapshot, selection: Selection) -> str:
    return _phases("open", "last-call")(snapshot, selection)


def _is_member(snapshot: Snapshot, selection: Selection) -> str:
    return "" if snapshot.house.sitting and selection.member else "member-unknown"


ACTIONS: Final[tuple[Action, ...]] = (
    # The vote, everywhere.
    Action("arm", Way.AT_ONCE, _arm, "f5", (FLOOR, AGENDA, SPEAKERS, RESULTS)),
    Action("control-vote", Way.AT_ONCE, _arm_anything, "f5", (ATTENDANCE,)),
    Action("test-vote", Way.AT_ONCE, _arm_anything, "f5", (SEATS,)),
    Action("open", Way.QUESTION, _phases("armed"), "f6"),
    Action("hold", Way.AT_ONCE, _phases("open"), "f6"),
    Action("resume", Way.AT_ONCE, _phases("held"), "f6"),
    Action("extend", Way.AT_ONCE, _extend, "f7", (FLOOR, AGENDA, ATTENDANCE, SEATS, RESULTS)),
    Action("last-call", Way.AT_ONCE, _phases("open"), "f8"),
    Action("close", Way.AT_ONCE, _phases("last-call", "held"), "f8"),
    Action("announce", Way.AT_ONCE, _announce, "f9"),
    Action("disarm", Way.AT_ONCE, _phases("armed"), "escape"),
    Action("reopen", Way.AT_ONCE, _phases("last-call"), "escape"),
    # Items.
    Action("activate", Way.AT_ONCE, _item_is("planned", "deferred"), "f4", (AGENDA,)),
    Action("decide", Way.TYPED, _active_item),
    Action("note", Way.QUESTION, _active_item),
    Action("defer", Way.QUESTION, _active_item),
    Action("withdraw-item", Way.QUESTION, _active_item),
    Action("reopen-item", Way.QUESTION, _item_is("decided", "noted", "withdrawn")),
    # The floor.
    Action("next-speaker", Way.AT_ONCE, _next_speaker, "f3", (FLOOR,)),
    Action("give-floor", Way.AT_ONCE, _grant, "f3", (SPEAKERS,)),
    Action("stop-speech", Way.AT_ONCE, _speech_runs),
    Action("extend-speech", Way.AT_ONCE, _speech_runs, "f7", (SPEAKERS,)),
    Action("remove-request", Way.AT_ONCE, _waits_selected, "delete", (SPEAKERS,)),
    Action("close-list", Way.QUESTION, _list_open),
    # A vote that is not prepared, and what seldom happens.
    Action("new-vote", Way.TYPED, _arm_anything),
    Action("casting-vote", Way.TYPED, _tie, offices=CHAIRS),
    Action("void", Way.TYPED, _any_vote, offices=CHAIRS),
    Action("acknowledge", Way.TYPED, _waits_for("chair"), offices=CHAIRS),
    # The sitting.
    Action("open-sitting", Way.QUESTION, _opening, "f4", (ATTENDANCE,), CHAIRS),
    Action("adjourn", Way.TYPED, _no_live_vote, offices=CHAIRS),
    Action("resume-sitting", Way.QUESTION, _adjourned, offices=CHAIRS),
    Action("close-sitting", Way.TYPED, _closing, offices=CHAIRS),
    Action("in-camera", Way.QUESTION, _in_camera(0), offices=CHAIRS),
    Action("public-again", Way.QUESTION, _in_camera(1), offices=CHAIRS),
    Action("preside", Way.QUESTION, _preside, offices=CHAIRS),
)
"""What chair and operator do. The first legal one of a key on a screen is what the key means."""

SECRETARY_ACTIONS: Final[tuple[Action, ...]] = (
    Action("mark-present", Way.QUESTION, _member_selected, "f5", (ATTENDANCE,), SECRETARIES),
    Action("mark-left", Way.QUESTION, _member_selected, "f6", (ATTENDANCE,), SECRETARIES),
    Action("mark-excused", Way.QUESTION, _member_selected, "f7", (ATTENDANCE,), SECRETARIES),
    Action("recuse", Way.TYPED, _is_member, "", (), SECRETARIES),
    Action("unrecuse", Way.TYPED, _is_member, "", (), SECRETARIES),
    Action("enter-answer", Way.TYPED, _answers_taken, "", (), SECRETARIES),
    Action("enter-paper", Way.TYPED, _any_vote, "", (), SECRETARIES),
    Action("state-correction", Way.TYPED, _ended_vote, "", (), SECRETARIES),
    Action("enter-lot", Way.TYPED, _ended_vote, "", (), SECRETARIES),
    Action("correct-rule", Way.TYPED, _ended_vote, "", (), SECRETARIES),
    Action("void-ended", Way.TYPED, _ended_vote, "", (), SECRETARIES),
    Action("acknowledge", Way.TYPED, _waits_for("secretary"), "", (), SECRETARIES),
    Action("note-incident", Way.TYPED, _always, "", (), SECRETARIES),
)
"""What the secretary enters; export and what follows it stand in `secretary_desk`."""


def actions_of(role: str) -> tuple[Action, ...]:
    """The actions of a console of this role."""
    return SECRETARY_ACTIONS if role in SECRETARIES else ACTIONS


def meaning_of(key: str, screen: str, snapshot: Snapshot, selection: Selection) -> tuple[Action | None, str]:
    """What a key means on a screen now: the first legal action, else the first one and what stands against it.

    (None, "") for a key that means nothing there.
    """
    first: tuple[Action | None, str] = (None, "")
    for action in actions_of(snapshot.role):
        if action.key != key or (action.screens and screen not in action.screens):
            continue
        objection = action.objection(snapshot, selection)
        if not objection:
            return action, ""
        if first[0] is None:
            first = action, objection
    return first


def legal_keys(screen: str, snapshot: Snapshot, selection: Selection) -> tuple[Action, ...]:
    """What the footer shows: one action a key, in the order of the keys' numbers, only what is legal now."""
    found: dict[str, Action] = {}
    for action in actions_of(snapshot.role):
        here = action.key and (not action.screens or screen in action.screens)
        if here and action.key not in found and not action.objection(snapshot, selection):
            found[action.key] = action
    return tuple(found[key] for key in sorted(found, key=_key_order))


def _key_order(key: str) -> tuple[int, int]:
    return (0, int(key[1:])) if key[:1] == "f" and key[1:].isdigit() else (1, len(key))


def key_name(key: str) -> str:
    """A key as its cap says it."""
    return {"escape": "Esc", "delete": "Del", "enter": "Enter", "space": "Space"}.get(key, key.upper())


def texts_of(words: Catalogue) -> dict[str, tuple[str, str]]:
    """Of each action's id: its name, short enough for a footer, and what it does in one sentence."""
    return {
        "arm": (words.gettext("Vote"), words.gettext("Arm the next vote of the active item and show its question.")),
        "control-vote": (
            words.gettext("Control vote"), words.gettext("Arm a test vote by which members prove that they are here."),
        ),
        "test-vote": (
            words.gettext("Test vote"), words.gettext("Arm a vote for trying the buttons; it counts nowhere."),
        ),
        "open": (words.gettext("Open"), words.gettext("Open the armed vote for pressing.")),
        "hold": (words.gettext("Hold"), words.gettext("Hold the vote: no press counts until it goes on.")),
        "resume": (words.gettext("Go on"), words.gettext("Go on with the held vote.")),
        "extend": (words.gettext("+30 s"), words.gettext("Give the running vote thirty seconds more.")),
        "last-call": (
            words.gettext("Close"), words.gettext("Give the last call; the vote closes when its seconds are over."),
        ),
        "close": (words.gettext("Close now"), words.gettext("Close the vote now.")),
        "announce": (words.gettext("Announce"), words.gettext("Declare the result.")),
        "disarm": (words.gettext("Take back"), words.gettext("Take the armed vote back; nothing has happened.")),
        "reopen": (words.gettext("Keep open"), words.gettext("Take the last call back: the vote stays open.")),
        "activate": (words.gettext("Call item"), words.gettext("Make the selected item the active one for everybody.")),
        "decide": (words.gettext("Decide"), words.gettext("Settle the active item with the number of its decision.")),
        "note": (words.gettext("Take note"), words.gettext("Settle the active item: the council took note of it.")),
        "defer": (words.gettext("Defer"), words.gettext("Put the active item off to another time.")),
        "withdraw-item": (words.gettext("Withdraw"), words.gettext("Take the active item from the agenda.")),
        "reopen-item": (words.gettext("Reopen"), words.gettext("Take the selected item up again.")),
        "next-speaker": (words.gettext("Speaker"), words.gettext("Give the floor to the next one, or end the speech.")),
        "give-floor": (words.gettext("Give floor"), words.gettext("Give the floor to who is selected, or end it.")),
        "stop-speech": (words.gettext("Stop"), words.gettext("End the running speech.")),
        "extend-speech": (words.gettext("+30 s"), words.gettext("Give the speaker thirty seconds more.")),
        "remove-request": (words.gettext("Remove"), words.gettext("Take the selected request from the list.")),
        "close-list": (words.gettext("Close list"), words.gettext("Close the list of speakers of this item.")),
        "new-vote": (words.gettext("New vote"), words.gettext("Arm a vote that was not prepared.")),
        "casting-vote": (words.gettext("Casting vote"), words.gettext("Decide a tie as the chair.")),
        "void": (words.gettext("Void"), words.gettext("Void a vote: it stays in the record with the reason.")),
        "acknowledge": (words.gettext("Acknowledge"), words.gettext("Agree to another officer's act that waits.")),
        "open-sitting": (words.gettext("Open sitting"), words.gettext("Acknowledge the roster and open the sitting.")),
        "adjourn": (words.gettext("Adjourn"), words.gettext("Adjourn: the sitting goes on another time.")),
        "resume-sitting": (words.gettext("Resume"), words.gettext("Go on with the adjourned sitting.")),
        "close-sitting": (words.gettext("Close sitting"), words.gettext("Close the sitting; only minutes follow.")),
        "in-camera": (words.gettext("In camera"), words.gettext("End the public part: the hall screen goes blank.")),
        "public-again": (words.gettext("Public"), words.gettext("Begin the public part again.")),
        "preside": (words.gettext("Take the chair"), words.gettext("Preside from now on, on the record.")),
        "mark-present": (words.gettext("Present"), words.gettext("Enter that the selected member is here.")),
        "mark-left": (words.gettext("Left"), words.gettext("Enter that the selected member has left.")),
        "mark-excused": (words.gettext("Excused"), words.gettext("Enter that the selected member is excused.")),
        "recuse": (words.gettext("Recuse"), words.gettext("Enter that a member takes no part in an item.")),
        "unrecuse": (words.gettext("End recusal"), words.gettext("Enter that a member takes part again.")),
        "enter-answer": (words.gettext("Enter answer"), words.gettext("Enter an answer given by voice or on paper.")),
        "enter-paper": (words.gettext("Paper count"), words.gettext("Enter the count of a vote on paper.")),
        "state-correction": (
            words.gettext("Correction"), words.gettext("Enter what a member states to have meant; the result stays."),
        ),
        "enter-lot": (words.gettext("Lot"), words.gettext("Enter what the lot drew.")),
        "correct-rule": (words.gettext("Other rule"), words.gettext("Name the rule that should have been applied.")),
        "void-ended": (words.gettext("Void"), words.gettext("Void an ended vote; the chair acknowledges it.")),
        "note-incident": (words.gettext("Note"), words.gettext("Put on the record that something happened.")),
    }  # fmt: skip


def objection_sentence(name: str, words: Catalogue) -> str:
    """What stands against an action, in one line that says what to do."""
    from controller.procedures.refusal_words import refusal_sentence  # noqa: PLC0415 - a table of its own

    own = {
        NO_LINK: words.gettext("No link to the server: nothing can be done until it is back."),
        "under-way": words.gettext("The act before has no answer yet: wait a moment."),
        "members-missing": words.gettext("Members are missing: wait for the end of the last call, or press Esc."),
    }
    return own.get(name) or refusal_sentence(name, words)
