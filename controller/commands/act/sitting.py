"""The verbs of the sitting as a whole."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from controller.commands.act.verb import CHAIR, CODE, EITHER, FILE, IDENTIFIER, SECRETARY, Done, Work, verb
from controller.words import _, catalogue, choose_language

if TYPE_CHECKING:
    from controller.conduct import RosterPlan
    from controller.preparing.preparation import PreparedSitting


def prepared(work: Work, path: Path) -> "PreparedSitting":
    """The sitting of a whole file, of this body. Raises `SheetRefused`: a line for all that is wrong or missing."""
    from controller.preparing.preparation import prepare
    from controller.procedures.entries import SheetRefused

    found = prepare(path, work.installation, catalogue(choose_language()))
    if found.sitting is None:
        problems = [f"{one.where}: {one.words}" for level in ("wrong", "missing") for one in found.of_level(level)]
        raise SheetRefused("\n".join([_("%(file)s cannot be used yet:") % {"file": path}, *problems]))
    if found.sitting.body != work.body:
        said = {"file": path, "theirs": found.sitting.body, "ours": work.body}
        raise SheetRefused(_("%(file)s is for the body %(theirs)s, not for %(ours)s: say --body") % said)
    if work.asked_sitting not in {"", found.sitting.sitting}:
        said = {"file": path, "theirs": found.sitting.sitting, "ours": work.asked_sitting}
        raise SheetRefused(_("%(file)s is for the sitting %(theirs)s, not for %(ours)s: say --sitting") % said)
    work.asked_sitting = found.sitting.sitting
    return found.sitting


def _words_in(path: Path) -> list[str]:
    """Ids, one a line. Raises `SheetRefused`."""
    from controller.procedures.entries import SheetRefused

    try:
        return path.read_text(encoding="utf-8-sig").split()
    except (OSError, UnicodeDecodeError) as error:
        raise SheetRefused(f"{path}: {error}") from error


def _hash_of(path: Path) -> str:
    """The hash of a file. Raises `SheetRefused`."""
    from controller.procedures.entries import SheetRefused
    from protocol.encoding import hash_text

    try:
        return hash_text(path.read_bytes())
    except OSError as error:
        raise SheetRefused(f"{path}: {error.strerror}") from error


@verb("roster", SECRETARY, _("Submit the roster and the law of a prepared sitting, from its sitting.toml."))
@click.argument("file", type=FILE)
async def roster(work: Work, file: Path) -> Done:
    """Rules, parts, roster."""
    from controller.conduct import Secretary
    from controller.procedures.sitting import check_phase
    from protocol.state import SittingPhase

    plan: RosterPlan = prepared(work, file).roster
    earlier = work.view.state.sittings.get(plan.sitting)
    if earlier is not None:  # its parts would enter a log that then refuses the roster itself
        check_phase(work.view, earlier, SittingPhase.PREPARED)
    return Done(await Secretary(await work.officer()).submit_roster(plan))


@verb("agenda", SECRETARY, _("Submit the agenda, or its next version, from sitting.toml."))
@click.argument("file", type=FILE)
async def agenda(work: Work, file: Path) -> Done:
    """A version of the agenda."""
    from controller.procedures.sitting import submit_agenda

    document = prepared(work, file).agenda
    return Done(await submit_agenda(await work.officer(), work.view, work.sitting, document))


@verb("open-sitting", CHAIR, _("Acknowledge the roster and open the sitting."))
async def open_sitting(work: Work) -> Done:
    """The sitting begins."""
    from controller.procedures import sitting as procedures_sitting

    return Done(await procedures_sitting.open_sitting(await work.officer(), work.view, work.sitting))


async def _move(work: Work, move: str, code: str) -> Done:
    from controller.procedures.sitting import move_sitting

    return Done(await move_sitting(await work.officer(), work.sitting, move, code))


@verb("adjourn", CHAIR, _("Adjourn: the sitting goes on another time, and every session ends."))
@CODE
async def adjourn(work: Work, code: str) -> Done:
    """Until another time."""
    return await _move(work, "adjourn", code)


@verb("resume-sitting", CHAIR, _("Go on with an adjourned sitting."))
@CODE
async def resume_sitting(work: Work, code: str) -> Done:
    """It goes on."""
    return await _move(work, "resume", code)


@verb("close-sitting", CHAIR, _("Close the sitting; only its minutes can follow."))
@CODE
async def close_sitting(work: Work, code: str) -> Done:
    """It is over."""
    return await _move(work, "sitting-close", code)


@verb("preside", CHAIR, _("Take the chair: say who with --as, for example --as deputy."))
@click.option("--why", type=IDENTIFIER, default="handover", show_default=True, help=_("The reason as a code."))
async def preside(work: Work, why: str) -> Done:
    """Signed by the one who takes it."""
    from controller.procedures import sitting as procedures_sitting

    return Done(await procedures_sitting.preside(await work.officer(), work.sitting, why))


@verb("in-camera", CHAIR, _("End the public part (on), or begin it again (off)."))
@click.argument("state", type=click.Choice(["on", "off"]))
async def in_camera(work: Work, state: str) -> Done:
    """The hall goes blank, or comes back."""
    from controller.procedures.sitting import go_in_camera

    return Done(await go_in_camera(await work.officer(), work.sitting, state))


@verb(
    "quorum",
    CHAIR,
    _("Establish who is here: by the cards, a control vote, or a roll-call. The secretary's key signs the list."),
)
@click.option(
    "--how", type=click.Choice(["cards", "control-vote", "roll-call"]), default="cards", show_default=True,
    help=_("How it was established."),
)  # fmt: skip
@click.option("--present", default="", help=_("Ids of those who are here, separated by commas."))
@click.option("--present-file", type=FILE, help=_("A file with one id a line."))
@click.option("--vote", type=IDENTIFIER, default="", help=_("The control vote; who answered it is here."))
async def quorum(work: Work, how: str, present: str, present_file: Path | None, vote: str) -> Done:
    """A list by the secretary, a check by who presides."""
    from controller.procedures.sitting import answered, check_quorum, list_members

    sitting = work.sitting
    if present_file is not None:
        named = _words_in(present_file)
    elif how == "control-vote":
        named = list(answered(work.view, work.view.vote(sitting, vote)))
    elif how == "cards" and not present:
        named = sorted(sitting.present)
    elif not present:
        raise click.UsageError(_("say who is here: --present or --present-file"))
    else:
        named = [member.strip() for member in present.split(",") if member.strip()]
    listed = await list_members(await work.another(SECRETARY), work.view, sitting, named)
    sent = await check_quorum(await work.officer(), sitting, how, listed)
    return Done(sent, notes=(_("here: %(here)d of %(all)d") % {"here": len(named), "all": len(sitting.members)},))


@verb("incident", SECRETARY, _("Put on the record that something happened; the words can be withheld later."))
@click.option("--about", required=True, help=_("A seat, member, vote or hash."))
@click.option("--text", default="", help=_("What happened, in words."))
@CODE
async def incident(work: Work, about: str, text: str, code: str) -> Done:
    """A note."""
    from controller.procedures.sitting import note_incident

    return Done(await note_incident(await work.officer(), about, code, text))


@verb("minutes", SECRETARY, _("Enter a version of the minutes of a closed sitting, by the hashes of its files."))
@click.option(
    "--state", type=click.Choice(["draft", "objections", "adopted", "signed"]), required=True,
    help=_("How far they are; signed ends the sitting."),
)  # fmt: skip
@click.option("--version", type=click.IntRange(1), help=_("Its number; that of the latest if not given."))
@click.option("--pdf", type=FILE, help=_("The minutes themselves."))
@click.option(
    "--package", type=click.Path(path_type=Path, file_okay=False), help=_("The package: its manifest is hashed.")
)
@click.option("--replaces", default="", help=_("The hash of the file that this one replaces."))
async def minutes(
    work: Work, state: str, version: int | None, pdf: Path | None, package: Path | None, replaces: str
) -> Done:
    """A version, by hashes."""
    from controller.procedures.sitting import MinutesPlan, submit_minutes

    sitting = work.sitting
    latest = sitting.minutes[-1][1].version if sitting.minutes else 1
    pdf_hash = _hash_of(pdf) if pdf is not None else ""
    package_hash = _hash_of(package / "manifest.json") if package is not None else ""
    plan = MinutesPlan(version or latest, state, pdf_hash, package_hash, replaces)
    return Done(await submit_minutes(await work.officer(), sitting, plan))


@verb("acknowledge", EITHER, _("Agree to another officer's record that waits for it, by the beginning of its hash."))
@click.argument("record", default="")
async def acknowledge(work: Work, record: str) -> Done:
    """The chair for what the secretary wrote, the secretary for a void after the close."""
    from controller.procedures import sitting as procedures_sitting
    from protocol.record import By

    waiting = work.view.pending(work.sitting, record)
    vote = work.view.state.opens.get(getattr(waiting.record, "open", ""))
    office = CHAIR if By.SECRETARY in waiting.record.by else SECRETARY
    sent = await procedures_sitting.acknowledge(await work.officer(office), waiting.hash)
    return Done(sent, vote.arm.vote if vote is not None else "")


@verb("amend", SECRETARY, _("Change the membership in mid-sitting; the chair then acknowledges it."))
@click.option("--remove", multiple=True, type=IDENTIFIER, help=_("A member or seat that goes; may be repeated."))
@click.option("--add-csv", type=FILE, help=_("Members who come: a table like the roster of a sitting."))
@click.option("--seats-csv", type=FILE, help=_("Seats that come: a table like the seats of a sitting."))
@click.option("--add", multiple=True, help=_("A member who comes, as id,name,group,seat,card; may be repeated."))
@click.option("--in-office", type=click.IntRange(1), help=_("Members in office from now on; counted if not given."))
@click.option("--statutory", type=click.IntRange(1), help=_("Seats by law, where that changed."))
async def amend(
    work: Work,
    remove: tuple[str, ...],
    add: tuple[str, ...],
    in_office: int | None,
    statutory: int | None,
    **files: Path | None,
) -> Done:
    """Parts and an amendment."""
    from controller.procedures.roster import Additions, read_additions
    from controller.procedures.sitting import Amendment, amend_roster
    from protocol.records import MAYOR

    sitting = work.sitting
    if not remove and not add and not any(files.values()) and in_office is None:
        raise click.UsageError(_("say who goes (--remove) or comes (--add), or the new number (--in-office)"))
    asked = Additions(files["add_csv"], files["seats_csv"], add)
    members, seats = read_additions(work.view, sitting, asked, catalogue(choose_language()))
    gone = sum(name in sitting.members and name != MAYOR for name in remove)
    come = sum(entry["id"] != MAYOR for entry in members)
    numbers = in_office or sitting.in_office - gone + come, statutory or sitting.statutory
    return Done(
        await amend_roster(await work.officer(), work.view, sitting, Amendment(*numbers, members, seats, remove))
    )
