"""What a seat shows: its fault, its retained status, its lamp.

Source: `docs/protocol.md` sections 5.1 and 5.3.
"""

from seat_client.errors import ForkSeen
from seat_client.events import Happening, ShowButtons, ShowLamp
from seat_client.lamps import Lamp, Situation, choose_lamp
from seat_client.outgoing import Outgoing
from seat_client.presses import Press


class Face:
    """The faults and the lamp as last shown. A fork stays until somebody has looked and switched the seat off and on.

    `fault` makes the seat unfit to vote; `reader` is what the reader fails by, empty while it works; `buttons` names
    those that are stuck or bounce, by which.
    """

    __slots__ = ("_journal_failed", "_lit", "_outgoing", "_shown", "buttons", "fault", "reader")

    def __init__(self, outgoing: Outgoing) -> None:
        self.fault = self.reader = ""
        self.buttons: dict[str, str] = {}
        self._lit = (False, False)
        self._journal_failed = False
        self._outgoing = outgoing
        self._shown: tuple[Lamp, str] | None = None

    def set_fault(self, reason: str, member: str) -> None:
        """A fault makes the seat unfit; empty ends every fault but a fork."""
        if self.fault in {reason, ForkSeen.code}:
            return
        self.fault = reason
        if reason:
            self._outgoing.tell(Happening.FAULT, member, reason=reason)
        self.show_status()

    def set_reader(self, reason: str, member: str) -> None:
        """The reader fails, or works again (empty): told, and seen in lamp and status."""
        if self.reader == reason:
            return
        self.reader = reason
        if reason:
            self._outgoing.tell(Happening.FAULT, member, reason=reason)
        self.show_status()

    def set_button(self, button: str, code: str, member: str) -> None:
        """A button fails (`code`) or works again (empty): told, and seen in the status; the others still vote."""
        if self.buttons.get(button, "") == code:
            return
        if code:
            self.buttons[button] = code
            self._outgoing.tell(Happening.FAULT, member, reason=f"button-{code}")
        else:
            del self.buttons[button]
        self.show_status()

    def show_buttons(self, *, may_press: bool, asks_to_speak: bool) -> None:
        """Light the buttons, if they are not lit so already."""
        if (may_press, asks_to_speak) != self._lit:
            self._lit = (may_press, asks_to_speak)
            self._outgoing.effects.append(ShowButtons(may_press, asks_to_speak))

    def note_journal(self, member: str) -> None:
        """The journal failed: told, and seen in the status, but the seat still votes."""
        self._journal_failed = True
        self._outgoing.tell(Happening.FAULT, member, reason="journal")
        self.show_status()

    def show_status(self) -> None:
        """Publish the retained status."""
        self._outgoing.show_status(fault=bool(self.fault or self.reader or self.buttons) or self._journal_failed)

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
