"""The secretary's attendance: the same list, corrected by keys that the application asks about first."""

from controller.console.bodies.attendance import AttendanceBody
from controller.console.rows.attendance import attendance_heading
from controller.console.rows.record import waiting_lines
from controller.console.rows.table import Line


class SecretaryAttendanceBody(AttendanceBody):
    """What waits for the secretary is said above the list."""

    def make_heading(self, width: int) -> tuple[Line, ...]:
        """What waits, then quorum and numbers."""
        waiting = waiting_lines(self.known, self.words, width)
        return (*waiting, *attendance_heading(self.known, self.words, width))
