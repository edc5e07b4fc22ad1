"""Builds a seat's service from its settings: the one place that knows every part of real hardware.

Today's hardware is software; a reader on a serial port and a panel on pins will be chosen here by their addresses.
"""

import ssl

from protocol.keys import self_test
from seat_client.broker import BrokerLink, read_broker
from seat_client.errors import SettingsRefused
from seat_client.journal import FileJournal
from seat_client.key_file import read_key_file
from seat_client.seat import Seat
from seat_client.service import Parts, SeatService
from seat_client.settings import Settings, TlsFiles
from seat_client.software_panel import SoftwarePanel
from seat_client.software_reader import SoftwareReader


def make_link(settings: Settings) -> BrokerLink:
    """The way to the brokers of the settings. Raises `SettingsRefused`: an address or a certificate that is none."""
    tls = _tls_context(settings.tls)
    return BrokerLink([read_broker(url, tls) for url in settings.brokers], settings.topics, settings.seat)


def make_service(settings: Settings) -> SeatService:
    """The seat's service, not yet running. Raises `SettingsRefused`, `KeyFileRefused` or `JournalBroken`."""
    self_test()
    seat = Seat(settings.seat, read_key_file(settings.key_file), settings.root)
    parts = Parts(make_link(settings), SoftwarePanel(), SoftwareReader(), FileJournal(settings.journal))
    return SeatService(seat, parts)


def _tls_context(files: TlsFiles | None) -> ssl.SSLContext | None:
    if files is None:
        return None
    try:
        context = ssl.create_default_context(cafile=str(files.ca))
        context.load_cert_chain(str(files.certificate), str(files.key))
    except OSError as error:
        raise SettingsRefused(f"the TLS files cannot be used: {error}") from error
    return context
