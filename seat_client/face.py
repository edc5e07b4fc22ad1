"""What a seat shows: its fault, its retained status, its lamp.

How the status works. After every event `show_status` compares what matters in it with what was published last. New or
asked for, it is published at once, but not within `STATUS_PAUSE_S` of the one before: then the deadline brings whatever
is true by then. Counters and uptime alone are no news; they travel with the heartbeat.

Source: `docs/protocol.md` sections 5.1 and 5.3.
"""

from dataclasses import replace
from typing import Final

from protocol.seat_status import FAULT, ONLINE, SeatStatus
from seat_client.errors import ForkSeen
from seat_client.events import Happening, Measured, ShowButtons, ShowLamp
from seat_client.lamps import Lamp, Situation, choose_lamp
from seat_client.outgoing import Outgoing
from seat_client.presses import Press

STATUS_PAUSE_S: Final = 1.0
JOURNAL: Final = "journal"


class Face:
    """The faults and the lamp as last shown. A fork stays until somebody has looked and switched the seat off and on.

    `fault` makes the seat unfit to vote; `reader` is what the reader fails by, empty while it works; `buttons` names
    those that are stuck or bounce, by which; `tray` is what the tray refused its card for.
    """

    __slots__ = (
        "_journal_failed", "_lit", "_measured", "_outgoing", "_pause_ends_s", "_published", "_shown", "_started_s",
        "_version", "buttons", "fault", "reader", "tray",
    )  # fmt: skip

    def __init__(self, outgoing: Outgoing) -> None:
        self.fault = self.reader = self.tray = ""
        self._measured = Measured()
        self._version = ""
        self._started_s = 0.0
        self._pause_ends_s = float("-inf")
        self._published: SeatStatus | None = None
        self.buttons: dict[str, str] = {}
        self._lit = (False, False)
        self._journal_failed = False
        self._outgoing = outgoing
        self._shown: tuple[Lamp, str] | None = None

    def start(self, version: str) -> None:
        """The seat has power: its uptime begins."""
        self._version, self._started_s = version, self._outgoing.moment.now_s

    def set_fault(self, reason: str, member: str) -> None:
        """A fault makes the seat unfit; empty ends every fault but a fork."""
        if self.fault in {reason, ForkSeen.code}:
            return
        self.fault = reason
        if reason:
            self._outgoing.tell(Happening.FAULT, member, reason=reason)

    def set_reader(self, reason: str, member: str) -> None:
        """The reader fails, or works again (empty): told, and seen in lamp and status."""
        if self.reader == reason:
            return
        self.reader = reason
        if reason:
            self._outgoing.tell(Happening.FAULT, member, reason=reason)

    def set_button(self, button: str, code: str, member: str) -> None:
        """A button fails (`code`) or works again (empty): told, and seen in the status; the others still vote."""
        if self.buttons.get(button, "") == code:
            return
        if code:
            self.buttons[button] = code
            self._outgoing.tell(Happening.FAULT, member, reason=f"button-{code}")
        else:
            del self.buttons[button]

    def show_buttons(self, *, may_press: bool, asks_to_speak: bool) -> None:
        """Light the buttons, if they are not lit so already."""
        if (may_press, asks_to_speak) != self._lit:
            self._lit = (may_press, asks_to_speak)
            self._outgoing.effects.append(ShowButtons(may_press, asks_to_speak))

    def note_journal(self, member: str) -> None:
        """The journal failed: told, and seen in the status, but the seat still votes."""
        self._journal_failed = True
        self._outgoing.tell(Happening.FAULT, member, reason=JOURNAL)

    def note_measures(self, measured: Measured) -> None:
        """How the unit itself is; the status is published afresh, so that its counters and uptime are true."""
        self._measured = measured
        self.ask_status()

    def ask_status(self) -> None:
        """Publish the status again, whatever was published before: a new link, or a heartbeat."""
        self._published = None

    @property
    def status(self) -> SeatStatus:
        """The status as it is at the newest event."""
        fault = self.fault or self.reader or (JOURNAL if self._journal_failed else "")
        return SeatStatus(
            state=FAULT if fault or self.buttons else ONLINE,
            fault=fault,
            reader_errors=self._measured.reader_errors,
            missed_beats=self._measured.missed_beats,
            throttled=self._measured.throttled,
            undervolted=self._measured.undervolted,
            tray=self.tray,
            button=",".join(f"{button}:{code}" for button, code in self.buttons.items()),
            uptime_s=int(self._outgoing.moment.now_s - self._started_s),
            version=self._version,
        )

    def status_due_s(self) -> float | None:
        """When a status that waits for the end of the pause may be published; None if none waits."""
        return self._pause_ends_s if self._outgoing.online and _news(self.status) != self._published else None

    def show_status(self) -> None:
        """Publish the retained status, if there is a link, news and no pause. Called at the end of each event."""
        due_s, now_s = self.status_due_s(), self._outgoing.moment.now_s
        if due_s is not None and now_s >= due_s:
            self._outgoing.publish_status(self.status)
            self._published, self._pause_ends_s = _news(self.status), now_s + STATUS_PAUSE_S

    def show_lamp(self, situation: Situation, denied: str, press: Press | None) -> None:
        """Show the lamp for a situation, if it is not shown already. `denied`: why there is no session."""
        lamp, reason = choose_lamp(situation), ""
        if lamp is Lamp.FAULT:
            reason = self.fault or self.reader
        elif lamp is Lamp.NOT_COUNTED:
            reason = denied or (press.reason if press is not None else "")
        if (lamp, reason) != self._shown:
            self._shown = (lamp, reason)
            self._outgoing.effects.append(ShowLamp(lamp, reason))


def _news(status: SeatStatus) -> SeatStatus:
    """What of a status is worth a message of its own."""
    return replace(status, reader_errors=0, missed_beats=0, uptime_s=0)
