"""The verbs of the secretary on votes."""

from datetime import datetime
from pathlib import Path

import click

from controller.commands.act.verb import CODE, FILE, IDENTIFIER, SECRETARY, VOTE, Done, Work, verb
from controller.words import _, catalogue, choose_language

_HELD_AT = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@verb("assisted", SECRETARY, _("Enter the answer of a member whose seat is dead; say it aloud, so that all can hear."))
@click.argument("member", type=IDENTIFIER)
@click.argument("choice", nargs=-1, required=True, type=IDENTIFIER)
@VOTE
async def assisted(work: Work, member: str, choice: tuple[str, ...], vote: str) -> Done:
    """One member's."""
    from controller.procedures.entries import Answer, enter_answers

    found = work.view.vote(work.sitting, vote)
    name = work.view.member(work.sitting, member).name
    sent = await enter_answers(await work.officer(), work.view, found, [Answer(member, choice)], "assisted", 0)
    said = {"name": name, "choice": ", ".join(choice)}
    return Done(sent[0], found.arm.vote, (_("Announce it aloud: %(name)s, %(choice)s.") % said,))


@verb("roll-call", SECRETARY, _("Enter answers from a sheet of lines member,choice; nothing is sent if one is wrong."))
@click.argument("file", type=FILE)
@click.option(
    "--how", type=click.Choice(["roll-call", "paper"]), default="roll-call", show_default=True, help=_("How.")
)
@click.option(
    "--held-at",
    type=click.DateTime(_HELD_AT),
    required=True,
    help=_("When it was held, as 2024-01-31 18:05, local time."),
)
@VOTE
async def roll_call(work: Work, file: Path, how: str, held_at: datetime, vote: str) -> Done:
    """All of them."""
    from controller.procedures.entries import enter_answers, read_sheet

    answers = read_sheet(file, catalogue(choose_language()))
    found = work.view.vote(work.sitting, vote)
    held_ms = int(held_at.timestamp() * 1_000)
    sent = await enter_answers(await work.officer(), work.view, found, answers, how, held_ms)
    return Done(sent[-1], found.arm.vote, (_("answers entered: %(count)d") % {"count": len(sent)},), sent)


class FigureType(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no argument here
    """`OPTION=N`."""

    name = "option=n"

    def convert(
        self, value: str | tuple[str, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """An option and its figure."""
        if isinstance(value, tuple):
            return value
        option, _sign, figure = value.partition("=")
        if not option or not figure.isascii() or not figure.isdecimal():
            self.fail(_("%(value)s: write OPTION=NUMBER") % {"value": value}, param, ctx)
        return option, int(figure)


_PAPERS = click.IntRange(0)


@verb("paper-result", SECRETARY, _("Enter the count of a vote held on paper; the chair then acknowledges it."))
@click.option("--issued", type=_PAPERS, required=True, help=_("Papers handed out."))
@click.option("--returned", type=_PAPERS, required=True, help=_("Papers in the box."))
@click.option("--valid", type=_PAPERS, required=True, help=_("Valid ones."))
@click.option("--invalid", type=_PAPERS, required=True, help=_("Invalid ones."))
@click.option("--figure", "figures", multiple=True, type=FigureType(), help=_("OPTION=N for each option."))
@click.option("--round", "number", type=click.IntRange(1), default=1, show_default=True, help=_("Which round."))
@click.option("--held-at", type=click.DateTime(_HELD_AT), help=_("When it was held, as 2024-01-31 18:05, local time."))
@VOTE
async def paper_result(
    work: Work, figures: tuple[tuple[str, int], ...], number: int, held_at: datetime | None, vote: str, **papers: int
) -> Done:
    """One round."""
    from controller.procedures.entries import PaperCount, enter_paper_result

    found = work.view.vote(work.sitting, vote)
    held_ms = int(held_at.timestamp() * 1_000) if held_at is not None else 0
    count = PaperCount(
        papers["issued"], papers["returned"], papers["valid"], papers["invalid"], dict(figures), number, held_ms
    )
    return Done(await enter_paper_result(await work.officer(), work.view, found, count), found.arm.vote)


@verb("lot", SECRETARY, _("Enter what the lot drew on a tie; the chair then acknowledges it."))
@click.argument("choice", type=IDENTIFIER)
@VOTE
async def lot(work: Work, choice: str, vote: str) -> Done:
    """Drawn in front of everybody."""
    from controller.procedures.entries import enter_lot

    found = work.view.vote(work.sitting, vote)
    return Done(await enter_lot(await work.officer(), work.view, found, choice), found.arm.vote)


@verb("correct", SECRETARY, _("Enter what a member states after the result to have meant; the result stays."))
@click.argument("member", type=IDENTIFIER)
@click.argument("choice", type=IDENTIFIER)
@VOTE
async def correct(work: Work, member: str, choice: str, vote: str) -> Done:
    """On the record, beside the result."""
    from controller.procedures.entries import Answer, enter_correction

    found = work.view.vote(work.sitting, vote)
    sent = await enter_correction(await work.officer(), work.view, found, Answer(member, (choice,)))
    return Done(sent, found.arm.vote)


@verb("rule-correction", SECRETARY, _("Judge the same ballots by another rule; the chair then acknowledges it."))
@click.option("--rule", required=True, help=_("Id of the right rule."))
@CODE
@VOTE
async def rule_correction(work: Work, rule: str, code: str, vote: str) -> Done:
    """Both outcomes are shown."""
    from controller.procedures.entries import correct_rule, explain_by

    sitting = work.sitting
    found = work.view.vote(sitting, vote)
    right = work.view.rule(sitting, rule)
    words = catalogue(choose_language())
    said = [(one.id, explain_by(found, one, words)) for one in (found.rule, right)]
    sent = await correct_rule(await work.officer(), work.view, found, rule, code)
    return Done(sent, found.arm.vote, tuple(f"{rule_id}: {why}" for rule_id, why in said if why))
