"""The buttons of one seat together: which push counts. Pure.

With `second` set, a press counts only while that button is held as well, so that one hand cannot reach two seats: the
rule against voting for an absent neighbour. The second button itself gives no press then.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from seat_client.buttons.debounce import DEFAULT_LIMITS, Debouncer, Limits, Signal, Told


@dataclass(frozen=True, slots=True)
class ButtonSignal:
    """What a button told. `alone`: it was pressed without the second button, and does not count."""

    button: str
    signal: Signal
    since_s: float
    alone: bool = False


class ButtonGroup:
    """Several buttons by name."""

    def __init__(self, names: Iterable[str], limits: Limits = DEFAULT_LIMITS, second: str = "") -> None:
        self._buttons = {name: Debouncer(limits) for name in names}
        self._second = second
        if second and second not in self._buttons:
            raise ValueError("the second button is none of the buttons")

    def level(self, name: str, pushed: bool, now_s: float) -> list[ButtonSignal]:  # noqa: FBT001 - as in Debouncer
        """The pin of one button has this level now."""
        told = self.time(now_s)
        return told + self._judge(name, self._buttons[name].level(pushed, now_s))

    def time(self, now_s: float) -> list[ButtonSignal]:
        """Time has passed. Returns what is due; the second button is looked at first."""
        order = sorted(self._buttons, key=lambda name: name != self._second)
        return [told for name in order for told in self._judge(name, self._buttons[name].time(now_s))]

    def next_deadline_s(self) -> float | None:
        """When `time` has something to do."""
        due_s = [button.next_deadline_s() for button in self._buttons.values()]
        return min((when_s for when_s in due_s if when_s is not None), default=None)

    def _judge(self, name: str, told: list[Told]) -> list[ButtonSignal]:
        signals = []
        for one in told:
            is_press = one.signal in {Signal.PRESSED, Signal.LONG_PRESSED}
            if is_press and name == self._second:
                continue
            alone = is_press and bool(self._second) and not self._buttons[self._second].held
            signals.append(ButtonSignal(name, one.signal, one.since_s, alone))
        return signals
