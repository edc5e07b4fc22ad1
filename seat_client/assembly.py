"""Builds a seat's service from its settings: the one place that knows every part of real hardware.

What only a seat with hardware has installed is imported where the settings name it.
"""

import os
import ssl
from typing import TYPE_CHECKING, Any

from protocol.keys import self_test
from seat_client.board_power import BoardPower
from seat_client.broker import BrokerLink, read_broker
from seat_client.device_key import open_device_key
from seat_client.errors import SettingsRefused
from seat_client.journal import FileJournal
from seat_client.panel import Panel
from seat_client.reader import Reader
from seat_client.seat import Seat
from seat_client.service import Parts, SeatService
from seat_client.settings import NTAG424, PIV, SOFTWARE, UID, Settings, TlsFiles
from seat_client.software_panel import SoftwarePanel
from seat_client.software_reader import SoftwareReader
from seat_client.systemd import read_notifier

if TYPE_CHECKING:
    from seat_client.nfc.serial_port import SerialPort


def make_link(settings: Settings) -> BrokerLink:
    """The way to the brokers of the settings. Raises `SettingsRefused`: an address or a certificate that is none."""
    tls = _tls_context(settings.tls)
    return BrokerLink([read_broker(url, tls) for url in settings.brokers], settings.topics, settings.seat)


def make_service(settings: Settings) -> SeatService:
    """The seat's service, not yet running. Called inside the event loop.

    Raises `SettingsRefused`, `KeyFileRefused`, `TokenRefused`, `JournalBroken` or `PanelBroken`.
    """
    self_test()
    seat = Seat(settings.seat, open_device_key(settings.key), settings.root)
    pins = make_pins(settings)
    parts = Parts(
        make_link(settings), make_panel(settings, pins), make_reader(settings, pins), FileJournal(settings.journal),
        notifier=read_notifier(os.environ), power=BoardPower().read,
    )  # fmt: skip
    return SeatService(seat, parts)


def make_pins(settings: Settings) -> Any:  # noqa: ANN401 - a factory of gpiozero, which brings no types
    """What reaches the pins of this board, or None where the settings name none. Raises `PanelBroken`."""
    if settings.panel == SOFTWARE:
        return None
    from seat_client.buttons.gpio_panel import lgpio_factory  # noqa: PLC0415 - only a seat with pins has gpiozero

    return lgpio_factory()


def make_panel(settings: Settings, pins: Any) -> Panel:  # noqa: ANN401 - as above
    """The panel of the settings. Raises `PanelBroken`: a pin cannot be used."""
    if settings.panel == SOFTWARE:
        return SoftwarePanel()
    from seat_client.buttons.gpio_panel import GpioPanel, PanelSettings  # noqa: PLC0415 - as above

    return GpioPanel(PanelSettings(settings.pins, settings.limits, settings.two_hands), pins)


def make_reader(settings: Settings, pins: Any) -> Reader:  # noqa: ANN401 - as above
    """The reader of the settings, not yet looking. Raises `SettingsRefused`: no certificate where they say."""
    if settings.reader == SOFTWARE:
        return SoftwareReader()
    from seat_client.nfc.cards import Policy  # noqa: PLC0415 - only a seat with a reader has pyserial
    from seat_client.nfc.tray import Tray  # noqa: PLC0415 - as above

    accept = settings.accept
    issuer = read_issuer(settings) if PIV in accept else b""
    policy = Policy(issuer=issuer, attested=NTAG424 in accept, demo=UID in accept)
    return Tray(make_line(settings, pins), policy)


def make_line(settings: Settings, pins: Any) -> "SerialPort":  # noqa: ANN401 - as above
    """The reader's line, still closed, with the reader's reset pin if this board has pins."""
    from seat_client.nfc.serial_port import SerialPort  # noqa: PLC0415 - only a seat with a reader has pyserial

    if pins is None:
        return SerialPort(settings.reader)
    from seat_client.buttons.gpio_panel import reset_pulse  # noqa: PLC0415 - as above

    pin = settings.pins.reader_reset
    return SerialPort(settings.reader, reset_pulse(pins, pin) if pin is not None else None)


def read_issuer(settings: Settings) -> bytes:
    """The certificate (DER) of the card authority, empty if the settings name none. Raises `SettingsRefused`."""
    if settings.issuer is None:
        return b""
    try:
        return settings.issuer.read_bytes()
    except OSError as error:
        raise SettingsRefused(f"the card authority's certificate cannot be read: {error}") from error


def _tls_context(files: TlsFiles | None) -> ssl.SSLContext | None:
    if files is None:
        return None
    try:
        context = ssl.create_default_context(cafile=str(files.ca))
        context.load_cert_chain(str(files.certificate), str(files.key))
    except OSError as error:
        raise SettingsRefused(f"the TLS files cannot be used: {error}") from error
    return context
