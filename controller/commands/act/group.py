"""The group `chamber act`: its help lists every verb under who acts."""

import click

from controller.commands.act import entries, floor, items, people, sitting, votes
from controller.commands.act.verb import CHAIR, EITHER, SECRETARY, VERBS
from controller.words import _

_SECTIONS = {
    CHAIR: _("Who presides, or the operator by order"),
    SECRETARY: _("The secretary"),
    EITHER: _("Whoever it falls to"),
}
_ORDER = [module.__name__ for module in (sitting, items, votes, entries, people, floor)]


def _verbs_of(office: str) -> list[click.Command]:
    """The verbs of an office in the order of a sitting."""
    return sorted(VERBS[office], key=lambda made: _ORDER.index(made.callback.__module__))


class VerbGroup(click.Group):
    """A group whose help is ordered by who acts."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the verbs."""
        for office, title in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(made.name or "", made.help or "") for made in _verbs_of(office)])


@click.group(
    cls=VerbGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_("Act in a sitting as an officer: each verb is a signed record of the running controller's log."),
)
def act() -> None:
    """Stand for all verbs."""


for _made in (command for office in _SECTIONS for command in _verbs_of(office)):
    act.add_command(_made)
