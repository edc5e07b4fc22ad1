"""What all verbs of `chamber act` share: their options, the officer at work, and how they are run."""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from controller.commands.act.telling import tell, tell_legal, tell_refusal
from controller.words import _

if TYPE_CHECKING:
    from controller.installation import Installation
    from controller.procedures.line import PromptClient, Room
    from controller.procedures.log_view import LogView
    from protocol.state import SittingState

CHAIR, SECRETARY, EITHER = "chair", "secretary", "either"
"""Who a verb belongs to; `EITHER` is decided by what it is about."""
REFUSED = 4


@dataclass(frozen=True, slots=True)
class Done:
    """What a verb brought about. `record`: the hash of the record to show; `records`: all, where there are several.

    `notes` are lines for people.
    """

    record: str
    vote: str = ""
    notes: tuple[str, ...] = ()
    records: tuple[str, ...] = ()


@dataclass(slots=True)
class Work:
    """A verb at work: the room, who was asked to act, and for which sitting."""

    installation: "Installation"
    room: "Room"
    office: str
    asked_body: str
    asked_officer: str
    asked_sitting: str

    @property
    def view(self) -> "LogView":
        """The log as it was last read."""
        return self.room.view

    @property
    def body(self) -> str:
        """The identifier of the body at work."""
        return self.installation.body(self.asked_body).body

    @property
    def sitting(self) -> "SittingState":
        """The sitting that was asked for, else the only open or the newest one. Raises `NotFound`."""
        return self.view.sitting(self.asked_sitting)

    async def officer(self, office: str = "") -> "PromptClient":
        """Who acts: `--as`, else the officer to whom this falls (`office`: another than the verb's)."""
        return await self.room.officer(self.asked_officer or self._default(office or self.office))

    async def another(self, office: str) -> "PromptClient":
        """A second officer whose part this needs, whatever `--as` says."""
        return await self.room.officer(self._default(office))

    def _default(self, office: str) -> str:
        if office == SECRETARY:
            return SECRETARY
        sittings = self.view.state.sittings
        return self.view.presiding(self.sitting if sittings and self.asked_sitting in {"", *sittings} else None)


Run = Callable[..., Awaitable[Done]]


class IdentifierType(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no argument here
    """An identifier of the protocol, so that a slip is told before anything is sent."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        """Let an identifier pass, and nothing, which stands for what was not said."""
        from protocol.fields import is_identifier

        if value and not is_identifier(value):
            self.fail(_("%(value)s: write a-z, 0-9 and hyphens, at most 40") % {"value": value}, param, ctx)
        return str(value)


IDENTIFIER = IdentifierType()
CODE = click.option(
    "--code", type=IDENTIFIER, default="none", show_default=True, help=_("The reason as a code; never in free words.")
)
VOTE = click.option("--vote", "vote", type=IDENTIFIER, default="", help=_("Which vote; the one at hand if not given."))
ITEM = click.option("--item", type=IDENTIFIER, default="", help=_("Which item; the active one if not given."))
FILE = click.Path(path_type=Path, dir_okay=False)
_COMMON = (
    click.option(
        "--dir", "directory", type=click.Path(path_type=Path), help=_("The installation; else CHAMBER_DIR, else here.")
    ),
    click.option("--body", default="", help=_("Whose sitting, where an installation has more bodies than one.")),
    click.option("--sitting", default="", help=_("Which sitting; the open one, else the newest, if not given.")),
    click.option("--as", "officer", default="", help=_("Which officer acts, by id or role.")),
    click.option("--broker", default="", help=_("Where the controller is met, if not where chamber.toml says.")),
    click.option("--json", "as_json", is_flag=True, help=_("Print one JSON object.")),
)
VERBS: dict[str, list[click.Command]] = {CHAIR: [], SECRETARY: [], EITHER: []}
"""All verbs, by who acts."""


def verb(name: str, office: str, words: str) -> Callable[[Run], click.Command]:
    """Make a verb of a coroutine function of a `Work` and its own options."""

    def enter(run: Run) -> click.Command:
        @functools.wraps(run)
        def command(**given: Any) -> None:  # noqa: ANN401 - options of many types
            common = {name: given.pop(name) for name in _COMMON_NAMES}
            _perform(name, office, run, common, given)

        for option in reversed(_COMMON):
            option(command)
        made = click.command(name, help=words)(command)
        VERBS[office].append(made)
        return made

    return enter


_COMMON_NAMES = ("directory", "body", "sitting", "officer", "broker", "as_json")


def _perform(name: str, office: str, run: Run, common: dict[str, Any], given: dict[str, Any]) -> None:
    import asyncio

    from controller.installation import read_installation, state_directory
    from controller.officer import ActRefused
    from controller.procedures.log_view import NotFound, OutOfOrder
    from protocol.errors import PayloadRefused

    installation = read_installation(state_directory(common["directory"]))
    try:
        asyncio.run(_act(installation, name, office, run, common, given))
    except (ActRefused, OutOfOrder) as error:
        tell_refusal(error.why or error.code, error.legal)
        raise SystemExit(REFUSED) from error
    except NotFound as error:
        click.echo(f"chamber: {error.fact}", err=True)
        tell_legal(error.legal)
        raise SystemExit(REFUSED) from error
    except PayloadRefused as error:
        raise click.UsageError(error.fact) from error


async def _act(
    installation: "Installation", name: str, office: str, run: Run, common: dict[str, Any], given: dict[str, Any]
) -> None:
    from controller.officer import ActRefused
    from controller.procedures.legal import legal_verbs
    from controller.procedures.line import open_room

    async with open_room(installation, common["body"], common["broker"]) as room:
        work = Work(installation, room, office, common["body"], common["officer"], common["sitting"])
        try:
            done = await run(work, **given)
        except ActRefused as error:
            sittings = room.log.read_on().state.sittings
            if not error.legal and sittings:
                error.legal = legal_verbs(room.view.state, work.sitting)
            raise
        room.log.read_on()
        tell(name, work, done, as_json=common["as_json"])
