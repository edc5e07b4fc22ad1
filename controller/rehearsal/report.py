"""The readiness report: what a rehearsal walked, with what came of it, in one signed envelope of kind `readiness`.

{"v":1,"chamber","body","sitting","sitting_file_hash","rules_hash","roster_hash","seats","members",
 "steps":[{"id","what","state","detail"}],"ready","not_checked":[…],"ts"}

Canonical JSON, signed by the secretary's key; the kind is that of no record, so a report can never stand in a log. An
unsigned report is the payload alone. `ready` is true if no step failed. Words are those of the language it was made in.

Source: `docs/protocol.md` sections 1 and 2.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from controller.words import _
from protocol.encoding import canonical_json, from_canonical_json, is_normal
from protocol.errors import ChamberError, PayloadRefused
from protocol.explain import ENGLISH, Catalogue
from protocol.jws import Envelope, read_envelope, seal
from protocol.keys import PublicKey, Signer

KIND: Final = "readiness"
PAYLOAD_BYTES_MAX: Final = 47_000
"""Base64url makes it a third longer, and an envelope has at most 65,535 bytes."""
DETAIL_CHARACTERS_MAX: Final = 600
State = Literal["ok", "failed", "not-checked"]
STATES: Final[tuple[State, ...]] = ("ok", "failed", "not-checked")
_MEMBERS: Final = {
    "v": int, "chamber": str, "body": str, "sitting": str, "sitting_file_hash": str, "rules_hash": str,
    "roster_hash": str, "seats": int, "members": int, "steps": list, "ready": bool, "not_checked": list, "ts": int,
}  # fmt: skip
_STEP: Final = ("id", "what", "state", "detail")


class ReportRefused(ChamberError):
    """A file is no readiness report, or nobody of this chamber signed it."""

    code = "report"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was walked. `id` is stable, `what` says it in words, `detail` what was found or why not."""

    id: str
    what: str
    state: State
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a rehearsal leaves. Hashes as in the log; `ts` in Unix ms."""

    chamber: str
    body: str
    sitting: str
    sitting_file_hash: str
    rules_hash: str
    roster_hash: str
    seats: int
    members: int
    steps: tuple[Step, ...]
    not_checked: tuple[str, ...]
    ts: int

    @property
    def ready(self) -> bool:
        """True if something was walked and nothing failed."""
        return bool(self.steps) and all(step.state != "failed" for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The members in their order."""
        values = asdict(self) | {"v": 1, "ready": self.ready, "steps": [asdict(step) for step in self.steps]}
        return {name: list(value) if isinstance(value := values[name], tuple) else value for name in _MEMBERS}


def write_report(report: Report) -> bytes:
    """The payload. A report that an envelope could not hold loses the details of what is ok, then those steps."""
    short = replace(report, steps=tuple(replace(step, detail=_shown(step.detail)) for step in report.steps))
    bare = replace(short, steps=tuple(replace(s, detail="") if s.state == "ok" else s for s in short.steps))
    for fitting in (short, bare):
        data = canonical_json(fitting.as_json())
        if len(data) <= PAYLOAD_BYTES_MAX:
            return data
    left = [step for step in bare.steps if step.state != "ok"]
    counted = Step("left-out", f"ok: {len(bare.steps) - len(left)}", "ok", f"not listed besides: {len(left)}")
    room = PAYLOAD_BYTES_MAX - len(canonical_json(replace(bare, steps=(counted,)).as_json()))
    kept: list[Step] = []
    for step in left:
        room -= len(canonical_json(asdict(step))) + 1
        if room < 0:
            break
        kept.append(step)
    counted = replace(counted, detail=f"not listed besides: {len(left) - len(kept)}")
    return canonical_json(replace(bare, steps=(*kept, counted)).as_json())


def _shown(text: str) -> str:
    """A detail as a report may hold it, whatever an error said."""
    normal = unicodedata.normalize("NFC", text)[:DETAIL_CHARACTERS_MAX]
    return "".join(letter if is_normal(letter) else "?" for letter in normal)


def sign_report(report: Report, signer: Signer) -> bytes:
    """The report in its envelope."""
    return seal(KIND, write_report(report), signer)


def open_report(data: bytes) -> tuple[Envelope, Report]:
    """The envelope, whose signature nobody has checked yet, and what it says. Raises `ReportRefused`."""
    try:
        envelope = read_envelope(data.strip())
    except ChamberError as error:
        raise ReportRefused(_("not a signed report: %(fact)s") % {"fact": error.fact}) from error
    if envelope.kind != KIND:
        raise ReportRefused(_("not a readiness report but another record: %(kind)s") % {"kind": envelope.kind})
    return envelope, read_report(envelope.payload)


def check_signature(envelope: Envelope, key: PublicKey) -> None:
    """Raises `ReportRefused`: another key signed it, or its bytes were changed."""
    try:
        envelope.verify(key)
    except ChamberError as error:
        raise ReportRefused(_("the signature does not hold: %(fact)s") % {"fact": error.fact}) from error


def read_report(payload: bytes) -> Report:
    """Read a payload. Raises `ReportRefused`: not canonical, other members, or `ready` against its own steps."""
    try:
        value = from_canonical_json(payload)
    except PayloadRefused as error:
        raise ReportRefused(_("the report is malformed: %(fact)s") % {"fact": error.fact}) from error
    if type(value) is not dict or {name: type(member) for name, member in value.items()} != _MEMBERS:
        raise ReportRefused(_("the report has not exactly the members of one"))
    if list(value) != list(_MEMBERS) or value["v"] != 1:
        raise ReportRefused(_("the report is of another version, or its members are out of order"))
    members = {name: member for name, member in value.items() if name not in {"v", "ready"}}
    for name, kind in _MEMBERS.items():
        if kind is str:
            _text(value[name])
    members["steps"] = tuple(_step(entry) for entry in value["steps"])
    members["not_checked"] = tuple(_text(entry) for entry in value["not_checked"])
    report = Report(**members)
    if report.ready != value["ready"]:
        raise ReportRefused(_("the report's steps say another thing than its `ready`"))
    return report


def _text(value: Any) -> str:  # noqa: ANN401 - as above
    if type(value) is not str or not is_normal(value):
        raise ReportRefused(_("a text of the report is none, not in normal form C, or has control characters"))
    return value


def _step(entry: Any) -> Step:  # noqa: ANN401 - untyped JSON becomes typed here
    if type(entry) is not dict or list(entry) != list(_STEP) or entry["state"] not in STATES:
        raise ReportRefused(_("a step of the report has not exactly its members"))
    return Step(_text(entry["id"]), _text(entry["what"]), entry["state"], _text(entry["detail"]))


# --- For people. --------------------------------------------------------------------------------------------


def not_checked(words: Catalogue = ENGLISH) -> tuple[str, ...]:
    """What a rehearsal on this machine can never tell: a fixed list, also in the report of a perfect one."""
    return (
        words.gettext("The card readers in the room and the members' own cards: cards here were simulated."),
        words.gettext("The lamps and buttons in the room: what a seat lights was read, and no bulb was seen."),
        words.gettext("The seats' own devices and keys: the keys here were made for the rehearsal and thrown away."),
        words.gettext("The network of the hall, its cables and switches: everything ran on this machine."),
        words.gettext("The power of the hall, and batteries."),
        words.gettext("The screen of the hall, the loudspeakers and the printers."),
        words.gettext("Whether the people know what to do."),
    )


def state_word(state: State, words: Catalogue = ENGLISH) -> str:
    """A step's state for people."""
    table: dict[State, str] = {
        "ok": words.pgettext("rehearsal", "ok"),
        "failed": words.pgettext("rehearsal", "FAILED"),
        "not-checked": words.pgettext("rehearsal", "not checked"),
    }
    return table[state]


def step_line(step: Step, words: Catalogue = ENGLISH) -> str:
    """A step in one line."""
    said = f"{state_word(step.state, words)}: {step.what}"
    return f"{said}: {step.detail}" if step.detail else said


def verdict_line(report: Report, words: Catalogue = ENGLISH) -> str:
    """Ready or not, with the numbers of the steps."""
    counts = Counter(step.state for step in report.steps)
    said = {"ok": counts["ok"], "failed": counts["failed"], "not_checked": counts["not-checked"]}
    verdict = words.gettext("READY") if report.ready else words.gettext("NOT READY")
    return f"{verdict}. " + words.gettext("Steps ok %(ok)d, failed %(failed)d, not checked %(not_checked)d.") % said


def text_of(report: Report, signature: str, words: Catalogue = ENGLISH) -> str:
    """The report for a person; `signature` is the line that says by whom it is signed, or that it is not."""
    day = datetime.fromtimestamp(report.ts / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    facts = {
        "chamber": report.chamber, "body": report.body, "sitting": report.sitting, "seats": report.seats,
        "members": report.members, "day": day,
    }  # fmt: skip
    lines = [
        words.gettext("Readiness of sitting %(sitting)s, %(chamber)s/%(body)s") % facts,
        words.gettext("Rehearsed %(day)s with %(seats)d seats and %(members)d members") % facts,
        verdict_line(report, words),
        signature,
        "",
        *_list(words.gettext("What was walked"), [step_line(step, words) for step in report.steps]),
        *_list(words.gettext("Not checked here"), report.not_checked),
        *_list(
            words.gettext("Hashes"),
            [
                words.gettext("file of the sitting: %s") % report.sitting_file_hash,
                words.gettext("rules: %s") % report.rules_hash,
                words.gettext("who sits where: %s") % report.roster_hash,
            ],
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _list(title: str, entries: Sequence[str]) -> list[str]:
    return [title, *(f"  {entry}" for entry in entries), ""]
