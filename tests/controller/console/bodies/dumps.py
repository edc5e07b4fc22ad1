"""What each screen looks like, as text files to be read: `python -m tests.controller.console.bodies.dumps` draws them.

After a change of words in a catalogue the Serbian ones are drawn anew, and looked at.
"""

import asyncio
import os
from pathlib import Path

from controller.console.bodies.agenda import AgendaBody
from controller.console.bodies.attendance import AttendanceBody
from controller.console.bodies.results import ResultsBody
from controller.console.bodies.seats import SeatsBody
from controller.console.bodies.secretary_attendance import SecretaryAttendanceBody
from controller.console.bodies.secretary_package import SecretaryPackageBody
from controller.console.bodies.secretary_votes import SecretaryVotesBody
from controller.console.bodies.speakers import SpeakersBody
from controller.console.body import Body
from controller.words import catalogue
from tests.controller.console.bodies.host import Host, text_of
from tests.controller.console.rows.days import day, with_items
from tests.controller.console.snapshots import with_floor, with_health, with_vote

FOLDER = Path(__file__).parent / "dumps"
BODIES: dict[str, type[Body]] = {
    "agenda": AgendaBody, "speakers": SpeakersBody, "attendance": AttendanceBody, "seats": SeatsBody,
    "results": ResultsBody, "secretary-attendance": SecretaryAttendanceBody, "secretary-votes": SecretaryVotesBody,
    "secretary-package": SecretaryPackageBody,
}  # fmt: skip
SIZES = ((80, 24), (200, 60))
LANGUAGES = ("en", "sr-Cyrl")
KNOWN = {
    "agenda": with_items(day()), "results": day(), "secretary-votes": day(), "secretary-package": with_items(day()),
}  # fmt: skip


async def draw(screen: str, language: str, size: tuple[int, int]) -> str:
    """A screen in a language and size."""
    known = KNOWN.get(screen) or with_health(with_floor(with_vote("closed")))
    host = Host(BODIES[screen], known, catalogue(language))
    async with host.run_test(size=size) as pilot:
        await pilot.pause()
        return text_of(host)


def file_of(screen: str, language: str, size: tuple[int, int]) -> Path:
    """Where it is kept."""
    return FOLDER / f"{screen}-{language}-{size[0]}x{size[1]}.txt"


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    FOLDER.mkdir(exist_ok=True)
    for one in BODIES:
        for tongue in LANGUAGES:
            for cells in SIZES:
                file_of(one, tongue, cells).write_text(asyncio.run(draw(one, tongue, cells)), encoding="utf-8")
