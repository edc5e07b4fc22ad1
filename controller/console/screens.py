"""The bodies of a console, by the office of who sits there, and the names of its screens."""

from controller.console.bodies.agenda import AgendaBody
from controller.console.bodies.attendance import AttendanceBody
from controller.console.bodies.floor import FloorBody
from controller.console.bodies.results import ResultsBody
from controller.console.bodies.seats import SeatsBody
from controller.console.bodies.secretary_attendance import SecretaryAttendanceBody
from controller.console.bodies.secretary_package import SecretaryPackageBody
from controller.console.bodies.secretary_votes import SecretaryVotesBody
from controller.console.bodies.speakers import SpeakersBody
from controller.console.body import Body
from controller.console.catalogue import AGENDA, ATTENDANCE, FLOOR, RESULTS, SEATS, SECRETARIES, SPEAKERS
from protocol.explain import Catalogue


def conducting_bodies(*, ascii_only: bool = False) -> tuple[Body, ...]:
    """The screens of chair and operator, in the order of their digits."""
    kinds = (FloorBody, AgendaBody, SpeakersBody, AttendanceBody, SeatsBody, ResultsBody)
    return tuple(kind(ascii_only=ascii_only) for kind in kinds)


def bodies_of(role: str, *, ascii_only: bool = False) -> tuple[Body, ...]:
    """The screens of an officer: the secretary has a desk of the own."""
    if role not in SECRETARIES:
        return conducting_bodies(ascii_only=ascii_only)
    kinds = (
        SecretaryAttendanceBody, SecretaryVotesBody, AgendaBody, SpeakersBody, SeatsBody, SecretaryPackageBody,
    )  # fmt: skip
    return tuple(kind(ascii_only=ascii_only) for kind in kinds)


def screen_name(screen: str, words: Catalogue) -> str:
    """A screen in words; one that is not known is named by its id."""
    return {
        FLOOR: words.pgettext("screen", "Floor"), AGENDA: words.pgettext("screen", "Agenda"),
        SPEAKERS: words.pgettext("screen", "Speakers"), ATTENDANCE: words.pgettext("screen", "Attendance"),
        SEATS: words.pgettext("screen", "Seats"), RESULTS: words.pgettext("screen", "Results"),
        "package": words.pgettext("screen", "Package"),
    }.get(screen, screen)  # fmt: skip
