"""Is this seat fit to vote? Each check looks at one thing and says what it found.

The exit code is that of the gravest failed check: 3 configuration, 5 cannot reach, 1 anything else.
Source: `docs/protocol.md` section 9.
"""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from protocol.errors import ChamberError
from protocol.keys import self_test
from seat_client.assembly import make_line, make_link, make_panel, make_pins, read_issuer
from seat_client.buttons.walk import USUAL_PACE, ask_buttons, light_lamps
from seat_client.device_key import open_device_key
from seat_client.errors import JournalBroken, SettingsRefused
from seat_client.journal import look_into
from seat_client.settings import PIV, SOFTWARE, Settings, read_settings

FAILED: Final = 1
CONFIGURATION: Final = 3
UNREACHABLE: Final = 5
CLOCK_EARLIEST_S: Final = 1_735_689_600
"""2025-01-01: a clock before that was never set."""
CLOCK_LATEST_S: Final = 4_102_444_800
"""2100-01-01."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found. `code` is the exit code if it failed, else 0."""

    name: str
    ok: bool
    detail: str
    code: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks in their order, and the memory of this process.

    `figures`: what `measure.py` measured, by names that hold their unit; empty if nobody asked.
    """

    checks: tuple[Check, ...]
    resident_mb: float
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def code(self) -> int:
        """The exit code: the gravest failure first, configuration before reach."""
        codes = {check.code for check in self.checks}
        return next((code for code in (CONFIGURATION, UNREACHABLE, FAILED) if code in codes), 0)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "verdict": "ready" if self.code == 0 else "not-ready",
            "checks": [asdict(check) for check in self.checks],
            "resident_mb": self.resident_mb,
            **({"figures": dict(self.figures)} if self.figures else {}),
        }


async def examine(path: Path, now_s: Callable[[], float] = time.time, *, figures: bool = False) -> Verdict:
    """Check a seat by its settings file. Never raises for what it finds. `figures`: measure it too, for seconds."""
    measured: Mapping[str, float] = {}
    checks = [await _check("library", FAILED, _library), await _check("clock", FAILED, lambda: _clock(now_s()))]
    try:
        settings = read_settings(path)
    except ChamberError as error:
        checks.append(Check("settings", ok=False, detail=error.fact, code=CONFIGURATION))
    else:
        checks.append(Check("settings", ok=True, detail=settings.seat, code=0))
        checks.append(await _check("key", CONFIGURATION, lambda: _key(settings)))
        checks.append(await _check("journal", FAILED, lambda: _journal(settings)))
        checks.append(await _check("reader", UNREACHABLE, lambda: _reader(settings)))
        checks.append(await _check("cards", CONFIGURATION, lambda: _cards(settings)))
        checks.append(await _check("panel", UNREACHABLE, lambda: _panel(settings)))
        checks.append(await _check("broker", UNREACHABLE, lambda: _broker(settings)))
        if figures:
            measured = await _measure(settings)
    resident_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Verdict(tuple(checks), round(resident_kb / 1024, 1), measured)


async def _measure(settings: Settings) -> Mapping[str, float]:
    """Figures of this seat; none where a setting is wrong, which a check has said."""
    from seat_client.measure import measure  # noqa: PLC0415 - a plain self-test does without

    try:
        return await measure(settings)
    except ChamberError:
        return {}


async def _check(name: str, code: int, ask: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(name, ok=True, detail=await ask(), code=0)
    except ChamberError as error:
        return Check(name, ok=False, detail=error.fact, code=CONFIGURATION if error.code == "settings" else code)


async def _library() -> str:
    self_test()
    return "Ed25519 refuses mixed-order points"


async def _clock(now_s: float) -> str:
    if not CLOCK_EARLIEST_S <= now_s <= CLOCK_LATEST_S:
        raise ChamberError("the clock was never set", "clock")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_s))


async def _key(settings: Settings) -> str:
    return open_device_key(settings.key).public.thumbprint


async def _journal(settings: Settings) -> str:
    kept, whole = look_into(settings.journal)
    if not whole:
        raise JournalBroken("it is damaged; the next start puts it aside")
    return f"{kept} records are kept"


async def _reader(settings: Settings) -> str:
    """Set the reader up and ask what it is."""
    if settings.reader == SOFTWARE:
        return settings.reader
    from seat_client.nfc.chip import Chip  # noqa: PLC0415 - only a seat with a reader has pyserial
    from seat_client.nfc.conversation import Conversation, Timing  # noqa: PLC0415 - as above

    line = make_line(settings, None)

    def ask() -> str:
        try:
            return str(Chip(Conversation(line, Timing())).start(reopen=True))
        finally:
            line.close()

    return await asyncio.to_thread(ask)


async def _cards(settings: Settings) -> str:
    """A seat with a reader knows which cards it takes and, where they sign, who issues them."""
    if settings.reader == SOFTWARE:
        return settings.reader
    if PIV not in settings.accept:
        return ", ".join(settings.accept)
    if not read_issuer(settings) or settings.issuer is None:
        raise SettingsRefused('no [cards] issuer: no card that signs would be taken; write issuer = "cards.der"')
    return ", ".join((settings.issuer.name, *(kind for kind in settings.accept if kind != PIV)))


async def _panel(settings: Settings) -> str:
    """Take the pins and give them back."""
    panel = make_panel(settings, make_pins(settings))
    close = getattr(panel, "close", None)
    if close is not None:
        close()
    return settings.panel


async def _broker(settings: Settings) -> str:
    await make_link(settings).check()
    return ", ".join(settings.brokers)


async def show_panel(path: Path, tell: Callable[[str], None], *, ask: bool) -> int:
    """Light each lamp, then with `ask` wait for each button; `tell` gets a line at a time. Returns the exit code.

    Raises `SettingsRefused`, or `PanelBroken`: a pin cannot be used.
    """
    settings = read_settings(path)
    if settings.panel == SOFTWARE:
        raise SettingsRefused('panel = "software:" has no lamps to look at: write panel = "gpio:"')
    from seat_client.buttons.gpio_panel import GpioPanel  # noqa: PLC0415 - only a seat with pins has gpiozero

    panel = make_panel(settings, make_pins(settings))
    assert isinstance(panel, GpioPanel), "the panel of gpio: is no other"
    try:
        await light_lamps(panel, settings.pins, tell, USUAL_PACE)
        if not ask:
            return 0
        whole = await ask_buttons(panel, settings.pins, tell, two_hands=settings.two_hands, pace=USUAL_PACE)
    finally:
        panel.close()
    return 0 if whole else FAILED
