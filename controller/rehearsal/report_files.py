"""Readiness reports on the disk: where one goes, writing it without ever overwriting, checking one that lies there.

`readiness-{sitting}-{n}.jws` is the signed report, `.json` one that nobody signed, `.txt` the same for people. Who may
have signed is asked of the log of the body, never of the report.
"""

import os
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from controller.export import OutputRefused
from controller.installation import read_installation, state_directory
from controller.procedures.log_view import open_log
from controller.rehearsal.report import Report, ReportRefused, check_signature, open_report, sign_report, write_report
from controller.words import _
from protocol.explain import ENGLISH, Catalogue
from protocol.jws import ENVELOPE_BYTES_MAX
from protocol.keys import PublicKey, Signer
from protocol.record import By

SIGNED, UNSIGNED, TEXT = ".jws", ".json", ".txt"


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """A report whose signature holds, and whose it is."""

    report: Report
    officer: str
    key: PublicKey


def place_for(file: Path, sitting: str, out: Path | None, *, signed: bool) -> Path:
    """Where a report goes: `out`, else the next free number beside the sitting's file.

    Raises `OutputRefused`: something lies there already, or nothing can be written there.
    """
    if out is not None:
        place = out
        taken = [path for path in (place, place.with_suffix(TEXT)) if os.path.lexists(path)]
        if taken or place.suffix == TEXT:
            raise OutputRefused(_("%(file)s is there already; give another --out") % {"file": (taken or [place])[0]})
    else:
        suffixes = (SIGNED, UNSIGNED, TEXT)
        stems = (file.parent / f"readiness-{sitting}-{number}" for number in count(1))
        stem = next(s for s in stems if not any(os.path.lexists(f"{s}{suffix}") for suffix in suffixes))
        place = stem.with_name(stem.name + (SIGNED if signed else UNSIGNED))
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise OutputRefused(_("cannot write to %(folder)s; give --out") % {"folder": place.parent})
    return place


def write_files(place: Path, report: Report, signer: Signer | None, text: str) -> None:
    """Write the report and its text beside it. Raises `OutputRefused`; nothing that lies there is touched."""
    data = sign_report(report, signer) if signer is not None else write_report(report)
    try:
        for path, content in ((place, data + b"\n"), (place.with_suffix(TEXT), text.encode("utf-8"))):
            with path.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise OutputRefused(f"{error.filename}: {error.strerror}") from error


def check_file(path: Path, directory: Path | None) -> CheckedReport:
    """Read a report and check who signed it, by the log of the body it names in the installation in `directory`.

    Raises `ReportRefused`: no report, unsigned, not signed by a secretary of that log; `InstallationRefused`,
    `NotFound`: no such installation, body or log.
    """
    try:
        with path.open("rb") as file:
            data = file.read(ENVELOPE_BYTES_MAX + 2)
    except OSError as error:
        raise ReportRefused(f"{path}: {error.strerror}") from error
    if data.startswith(b"{"):
        raise ReportRefused(_("%(file)s is unsigned: it proves nothing") % {"file": path})
    envelope, report = open_report(data)
    installation = read_installation(state_directory(directory))
    if report.chamber != installation.chamber:
        said = {"theirs": report.chamber, "ours": installation.chamber}
        raise ReportRefused(_("a report of the chamber %(theirs)s; the installation is of %(ours)s") % said)
    with open_log(installation.folder_of(report.body)) as log:
        owner = log.view.state.keys.get(envelope.kid)
    if owner is None or owner.by is not By.OFFICER or owner.role != "secretary":
        raise ReportRefused(_("no secretary of this chamber's log has the key that signed %(file)s") % {"file": path})
    check_signature(envelope, owner.key)
    return CheckedReport(report, owner.owner, owner.key)


def signature_line(key: PublicKey | None, officer: str, words: Catalogue = ENGLISH) -> str:
    """By whom a report is signed, or that it is not."""
    if key is None:
        return words.gettext("UNSIGNED: nobody answers for this report.")
    said = {"officer": officer, "key": key.thumbprint}
    return words.gettext("Signed by %(officer)s, key %(key)s") % said
