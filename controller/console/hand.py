"""The hand of a console: what a key, a click or a choice brings about, and when this console closes a vote. Pure.

Every key that acts goes through one `Guard`. What comes of it is an order: ask, let words be typed in, do, say a line,
or put the question away. Here stands also what a console remembers besides the snapshot: which act has no answer yet,
the arm after which it asks at once whether to open, and the last call that it gave and will close after.

    F8 --last-call--> its seconds run, seen by everybody --> this console sends the close, once
       Esc, another console's reopen, or the close itself: nothing more is sent
       no link meanwhile: the seconds begin anew when it is back

Source: `docs/protocol.md` sections 6.2 and 7.2; reference of the console, keys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Final

from controller.console.acts import Act
from controller.console.catalogue import NO_LINK, Action, Selection, Way, actions_of, meaning_of
from controller.console.forms import has_form
from controller.console.guard import Answer, Guard, may_close
from controller.console.questions import QUIT
from controller.console.simple_acts import act_of
from controller.console.snapshot import Snapshot

CONFIRM, OTHER_CONFIRM = "f6", "f5"
UNDER_WAY: Final = "under-way"
_ARMING: Final = frozenset({"arm", "new-vote", "control-vote", "test-vote"})
_FOR_GOOD: Final = frozenset({"close", "announce"})
"""At once by their key, which has a guard of its own; asked about when they are chosen from a list."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask about an action; `confirm` is the key that does it."""

    action: str
    confirm: str


@dataclass(frozen=True, slots=True)
class Fill:
    """Let words be typed in for an action."""

    action: str


@dataclass(frozen=True, slots=True)
class Do:
    """Bring an act about; `answered` or `failed` must follow."""

    action: str
    act: Act


@dataclass(frozen=True, slots=True)
class Say:
    """Say what stands against it: a name of `refusal_words`."""

    name: str


@dataclass(frozen=True, slots=True)
class PutAway:
    """Put question or form away. `name`: why, "" for the way back that a person took."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the console."""


Order = Ask | Fill | Do | Say | PutAway | Leave


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is asked about: the action, what was selected then, and the arm of the vote at hand then."""

    action: Action | None
    selection: Selection
    arm: str
    is_form: bool = False


class Hand:
    """The hand of one console. `now_s`: a clock that never goes back, in seconds."""

    def __init__(self, now_s: Callable[[], float], last_call_s: float) -> None:
        self.guard = Guard()
        self._now_s, self._last_call_s = now_s, last_call_s
        self._pending: _Pending | None = None
        self._under_way = ""
        self._armed = ""
        self._called = ""
        self._shown, self._shown_since_s = "", 0.0

    @property
    def asks(self) -> bool:
        """True while a question or form waits."""
        return self._pending is not None

    @property
    def under_way(self) -> str:
        """The id of the action that has no answer yet, or ""."""
        return self._under_way

    def seconds_left(self, snapshot: Snapshot) -> int | None:
        """Whole seconds of the last call that this console gave and will close after; None if there is none."""
        vote = snapshot.now.vote
        if vote is None or vote.phase != "last-call" or self._called != vote.open:
            return None
        shown_s = self._now_s() - self._shown_since_s if self._shown == vote.open else 0.0
        return max(0, ceil(self._last_call_s - shown_s))

    # --- What a person does.

    def push(self, key: str, screen: str, snapshot: Snapshot, selection: Selection) -> Order | None:
        """A key, or a click on what stands for one."""
        answer = self.guard.push(key, self._now_s())
        if answer is Answer.THROUGH:
            return self._begin_key(key, screen, snapshot, selection)
        if answer is Answer.BACK:
            self._pending = None
            return PutAway()
        return self._confirmed(snapshot) if answer is Answer.DO else None

    def choose(self, action: Action, snapshot: Snapshot, selection: Selection) -> Order:
        """An action chosen from the palette."""
        objection = action.objection(snapshot, selection)
        return Say(objection) if objection else self._begin(action, "enter", snapshot, selection, chosen=True)

    def leave(self, snapshot: Snapshot) -> Order | None:
        """Ctrl+Q: ask."""
        if self.guard.push("ctrl+q", self._now_s()) is not Answer.THROUGH:
            return None
        return self._ask(None, "ctrl+q", snapshot, Selection())

    def filled(self, act: Act, snapshot: Snapshot) -> Order | None:
        """The confirming key of a form whose answers hold; `act` comes of them. None: too early, or held down.

        What was typed stays where it is while the act has no place.
        """
        pending = self._pending
        assert pending is not None, "a form is filled in"
        assert pending.action is not None, "nobody types to leave"
        objection = pending.action.objection(snapshot, pending.selection)
        if objection:
            return None if self.guard.is_held(CONFIRM, self._now_s()) else Say(objection)
        if self.guard.push(CONFIRM, self._now_s()) is not Answer.DO:
            return None
        self._pending = None
        return self._do(pending.action.id, act, snapshot)

    # --- What time and the controller do.

    def tick(self, snapshot: Snapshot, *, free: bool) -> Order | None:
        """Called after news and ten times a second. `free`: nothing is asked and no dialog is open."""
        stale = self._stale(snapshot)
        if stale:
            self.guard.withdraw()
            self._pending = None
            return PutAway(stale)
        return self._watch_last_call(snapshot) or (self._ask_after_arm(snapshot) if free else None)

    def answered(self, action: str, record: str) -> None:
        """The act is in the log."""
        self._under_way = ""
        if action in _ARMING:
            self._armed = record

    def failed(self, action: str) -> None:
        """The act was refused, or nobody answered. Nothing is tried twice."""
        self._under_way = ""
        if action == "last-call":
            self._called = ""

    # --- Inside.

    def _begin_key(self, key: str, screen: str, snapshot: Snapshot, selection: Selection) -> Order | None:
        action, objection = meaning_of(key, screen, snapshot, selection)
        if action is None:
            return None
        if action.id in _ARMING and objection == "vote-is-armed":
            # Whoever was led back, or found the vote armed, opens it with the same two keys.
            action = next(one for one in actions_of(snapshot.role) if one.id == "open")
            objection = action.objection(snapshot, selection)
        return Say(objection) if objection else self._begin(action, key, snapshot, selection)

    def _begin(
        self, action: Action, key: str, snapshot: Snapshot, selection: Selection, *, chosen: bool = False
    ) -> Order:
        if self._under_way:
            return Say(UNDER_WAY)
        if has_form(action.id):
            return self._fill(action, key, snapshot, selection)
        if action.way is Way.QUESTION or (chosen and action.id in _FOR_GOOD):
            return self._ask(action, key, snapshot, selection)
        if action.id == "close":
            return self._close(action, key, snapshot, selection)
        act = act_of(action.id, snapshot, selection)
        if act is None:  # nothing is prepared: a vote is written now
            new_vote = next(one for one in actions_of(snapshot.role) if one.id == "new-vote")
            return self._fill(new_vote, key, snapshot, selection)
        return self._do(action.id, act, snapshot)

    def _close(self, action: Action, key: str, snapshot: Snapshot, selection: Selection) -> Order:
        vote = snapshot.now.vote
        if vote is not None and vote.phase == "held":  # nobody was called, so it is asked
            return self._ask(action, key, snapshot, selection)
        shown_s = self._now_s() - self._shown_since_s if vote is not None and self._shown == vote.open else 0.0
        objection = may_close(len(snapshot.missing()), shown_s, self._last_call_s)
        if objection:
            return Say(objection)
        act = act_of("close", snapshot, selection)
        assert act is not None, "only a vote that is not prepared has none"
        return self._do("close", act, snapshot)

    def _ask(self, action: Action | None, key: str, snapshot: Snapshot, selection: Selection) -> Order:
        confirm = OTHER_CONFIRM if key == CONFIRM else CONFIRM
        name = action.id if action is not None else QUIT
        self._wait_for(action, name, key, confirm, snapshot, selection)
        return Ask(name, confirm)

    def _fill(self, action: Action, key: str, snapshot: Snapshot, selection: Selection) -> Order:
        if action.id == "new-vote" and not any(rule.base != "none" for rule in snapshot.house.rules):
            return Say("rules-missing")
        self._wait_for(action, action.id, key, CONFIRM, snapshot, selection)
        return Fill(action.id)

    def _wait_for(
        self, action: Action | None, name: str, key: str, confirm: str, snapshot: Snapshot, selection: Selection
    ) -> None:
        self.guard.ask(name, key, (confirm,), self._now_s())
        is_form = action is not None and has_form(action.id)
        self._pending = _Pending(action, selection, _arm_of(snapshot), is_form)

    def _confirmed(self, snapshot: Snapshot) -> Order:
        pending, self._pending = self._pending, None
        assert pending is not None, "the guard knows of a question"
        if pending.action is None:
            return Leave()
        objection = pending.action.objection(snapshot, pending.selection)
        if objection:
            return PutAway(objection)
        act = act_of(pending.action.id, snapshot, pending.selection)
        assert act is not None, "what needs words has a form"
        return self._do(pending.action.id, act, snapshot)

    def _do(self, action: str, act: Act, snapshot: Snapshot) -> Order:
        if self._under_way:
            return Say(UNDER_WAY)
        self._under_way = action
        self._armed = ""
        vote = snapshot.now.vote
        if action == "last-call" and vote is not None:
            self._called = vote.open
        elif action in {"reopen", "close"}:
            self._called = ""
        return Do(action, act)

    def _stale(self, snapshot: Snapshot) -> str:
        """Why what is asked about has no place any more. What is typed is judged when it is confirmed."""
        pending = self._pending
        if pending is None or pending.action is None or pending.is_form:
            return ""
        changed = _arm_of(snapshot) != pending.arm and pending.action.id in {"open", "close", "announce"}
        return "stale" if changed else pending.action.objection(snapshot, pending.selection)

    def _watch_last_call(self, snapshot: Snapshot) -> Order | None:
        vote = snapshot.now.vote
        opened = vote.open if vote is not None and vote.phase == "last-call" else ""
        if opened != self._shown:
            if self._shown == self._called:
                self._called = self._called if opened == self._called else ""
            self._shown, self._shown_since_s = opened, self._now_s()
        if not opened or self._called != opened or self._under_way:
            return None
        if not snapshot.fresh:
            self._shown_since_s = self._now_s()
            return None
        if self._now_s() - self._shown_since_s < self._last_call_s:
            return None
        self._called = ""
        action = next(one for one in actions_of(snapshot.role) if one.id == "close")
        act = None if action.objection(snapshot, Selection()) else act_of("close", snapshot, Selection())
        return None if act is None else self._do("close", act, snapshot)

    def _ask_after_arm(self, snapshot: Snapshot) -> Order | None:
        vote = snapshot.now.vote
        if not self._armed or vote is None or vote.arm != self._armed:
            return None
        self._armed = ""
        action = next(one for one in actions_of(snapshot.role) if one.id == "open")
        if action.objection(snapshot, Selection()):
            return None
        return self._ask(action, OTHER_CONFIRM, snapshot, Selection())


def _arm_of(snapshot: Snapshot) -> str:
    return snapshot.now.vote.arm if snapshot.now.vote is not None else ""


__all__ = ["NO_LINK", "Ask", "Do", "Fill", "Hand", "Leave", "Order", "PutAway", "Say"]
