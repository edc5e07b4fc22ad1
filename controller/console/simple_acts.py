"""The act of each action that asks for no words, from what is known and selected: pure.

An action of the catalogue is either here, or has a form (`forms.py`); a test says so.

Source: `docs/protocol.md` sections 6.3 to 6.7.
"""

from collections.abc import Callable
from typing import Final

from controller.conduct import VotePlan
from controller.console.acts import SPEECH_SORT, Act
from controller.console.catalogue import EXTEND_MS, Selection
from controller.console.snapshot import Snapshot
from protocol.floor import SpeechSorts

Making = Callable[[Snapshot, Selection], Act]


def act_of(action: str, snapshot: Snapshot, selection: Selection) -> Act | None:
    """The act of an action; None where it first needs words: a vote that was not prepared."""
    if action == "arm":
        plan = snapshot.next_vote(snapshot.now.item)
        return None if plan is None else (lambda acts: acts.arm(plan))
    return SIMPLE[action](snapshot, selection)


def _trial(stem: str) -> Making:
    """A test vote: it counts nowhere. Its rule is only needed because a vote has one."""

    def make(snapshot: Snapshot, _selection: Selection) -> Act:
        rule = snapshot.house.rules[0].id if snapshot.house.rules else ""
        title = {"test": "Test vote", "control": "Control vote"}[stem]
        plan = VotePlan(snapshot.free_vote_id(stem), title, rule, snapshot.now.item, mode="test")
        return lambda acts: acts.arm(plan)

    return make


def _item(act: str) -> Making:
    def make(snapshot: Snapshot, selection: Selection) -> Act:
        item = selection.item if act in {"activate", "reopen"} else snapshot.now.item
        return lambda acts: acts.move_item(item, act)

    return make


def _next_speaker(snapshot: Snapshot, _selection: Selection) -> Act:
    """End the running speech; without one give the floor to whoever waits first."""
    if snapshot.now.floor.current is not None:
        return _stop(snapshot, _selection)
    first = snapshot.now.floor.queue[0]
    return _grant(snapshot, first.speaker, first.sort)


def _give_floor(snapshot: Snapshot, selection: Selection) -> Act:
    """Give it to who is selected; whoever speaks already and is selected, or nobody selected: end the speech."""
    current = snapshot.now.floor.current
    if current is not None and selection.speaker in {"", current.speaker}:
        return _stop(snapshot, selection)
    sort = next((one.sort for one in snapshot.now.floor.queue if one.speaker == selection.speaker), SPEECH_SORT)
    return _grant(snapshot, selection.speaker, sort)


def _grant(snapshot: Snapshot, speaker: str, sort: str) -> Act:
    item, given_ms = snapshot.now.item, SpeechSorts(snapshot.house.sorts).of(sort).default_ms
    return lambda acts: acts.speech(item, speaker, "grant", sort, given_ms)


def _stop(snapshot: Snapshot, _selection: Selection) -> Act:
    current = snapshot.now.floor.current
    assert current is not None, "the guard asked"
    return lambda acts: acts.speech(current.item, current.speaker, "stop", current.sort)


def _extend_speech(snapshot: Snapshot, _selection: Selection) -> Act:
    current = snapshot.now.floor.current
    assert current is not None, "the guard asked"
    return lambda acts: acts.speech(current.item, current.speaker, "extend", current.sort, EXTEND_MS)


def _remove(snapshot: Snapshot, selection: Selection) -> Act:
    sort = next((one.sort for one in snapshot.now.floor.queue if one.speaker == selection.speaker), SPEECH_SORT)
    item = snapshot.now.item
    return lambda acts: acts.speech(item, selection.speaker, "withdraw", sort)


def _close_list(snapshot: Snapshot, _selection: Selection) -> Act:
    item, officer = snapshot.now.item, snapshot.officer
    return lambda acts: acts.speech(item, officer, "close-list")


def _presence(state: str) -> Making:
    return lambda _snapshot, selection: lambda acts: acts.presence(selection.member, state)


SIMPLE: Final[dict[str, Making]] = {
    "control-vote": _trial("control"),
    "test-vote": _trial("test"),
    "open": lambda _snapshot, _selection: lambda acts: acts.open(),
    "hold": lambda _snapshot, _selection: lambda acts: acts.hold(),
    "resume": lambda _snapshot, _selection: lambda acts: acts.resume(),
    "extend": lambda _snapshot, _selection: lambda acts: acts.extend(EXTEND_MS),
    "last-call": lambda _snapshot, _selection: lambda acts: acts.last_call(),
    "close": lambda _snapshot, _selection: lambda acts: acts.close(),
    "announce": lambda _snapshot, _selection: lambda acts: acts.announce(),
    "disarm": lambda _snapshot, _selection: lambda acts: acts.disarm(),
    "reopen": lambda _snapshot, _selection: lambda acts: acts.reopen(),
    "activate": _item("activate"),
    "note": _item("note"),
    "defer": _item("defer"),
    "withdraw-item": _item("withdraw"),
    "reopen-item": _item("reopen"),
    "next-speaker": _next_speaker,
    "give-floor": _give_floor,
    "stop-speech": _stop,
    "extend-speech": _extend_speech,
    "remove-request": _remove,
    "close-list": _close_list,
    "open-sitting": lambda _snapshot, _selection: lambda acts: acts.open_sitting(),
    "resume-sitting": lambda _snapshot, _selection: lambda acts: acts.resume_sitting("continued"),
    "in-camera": lambda _snapshot, _selection: lambda acts: acts.in_camera("on"),
    "public-again": lambda _snapshot, _selection: lambda acts: acts.in_camera("off"),
    "preside": lambda _snapshot, _selection: lambda acts: acts.preside("handover"),
    "mark-present": _presence("present"),
    "mark-left": _presence("left"),
    "mark-excused": _presence("excused"),
}
