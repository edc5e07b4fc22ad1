"""The settings file."""

from dataclasses import replace
from pathlib import Path

import pytest

from seat_client.buttons.debounce import DEFAULT_LIMITS
from seat_client.buttons.pins import DEFAULT_PINS
from seat_client.errors import SettingsRefused
from seat_client.settings import read_settings
from tests.seat_client.chamber import ROOT

GOOD = f"""
chamber = "novigrad"
body = "assembly"
seat = "s-01"
brokers = ["mqtt://127.0.0.1:1883"]
key_file = "device.key"
journal = "journal"
reader = "software:"
panel = "software:"
[root]
crv = "Ed25519"
kty = "OKP"
x = "{ROOT.public.jwk()["x"]}"
"""
TOKEN = "pkcs11:token=seat;object=device?module-path=/lib/token.so&pin-source=file:/etc/pin"


def write(folder: Path, text: str) -> Path:
    """A settings file."""
    path = folder / "seat.toml"
    path.write_text(text)
    return path


def test_good_settings_are_read(tmp_path: Path) -> None:
    """Paths are relative to the file."""
    settings = read_settings(write(tmp_path, GOOD))
    assert settings.topics.prefix == "chamber/novigrad/assembly"
    assert (settings.seat, settings.brokers, settings.root) == ("s-01", ("mqtt://127.0.0.1:1883",), ROOT.public)
    assert settings.key == f"file:{tmp_path / 'device.key'}"
    assert (settings.accept, settings.two_hands) == (("piv",), False)
    assert (settings.pins, settings.limits) == (DEFAULT_PINS, DEFAULT_LIMITS)
    assert settings.tls is None


@pytest.mark.parametrize("reader", ["serial:/dev/ttyAMA0", "/dev/pts/3", "socket://127.0.0.1:7000"])
def test_reader_on_a_line_and_panel_on_pins_are_read(tmp_path: Path, reader: str) -> None:
    """With the authority whose cards are taken, relative to the file."""
    text = GOOD.replace('reader = "software:"', f'reader = "{reader}"').replace(
        'panel = "software:"', 'panel = "gpio:"'
    )
    settings = read_settings(write(tmp_path, text + '[cards]\nissuer = "cards.der"\n'))
    assert (settings.reader, settings.panel, settings.issuer) == (reader, "gpio:", tmp_path / "cards.der")


@pytest.mark.parametrize(
    ("cards", "why"),
    [
        ("[cards]\n", "write issuer"),
        ("[cards]\nissuer = 1\n", "write issuer"),
        ('[cards]\nissuer = ""\n', "write issuer"),
        ('[cards]\naccept = ["ntag424", "piv"]\n', "write issuer"),
        ('[cards]\nissuer = "a"\nmaster = "b"\n', "cards is a table of issuer"),
        ('[cards]\nissuer = "a"\naccept = []\n', "write a list"),
        ('[cards]\nissuer = "a"\naccept = "piv"\n', "write a list"),
        ('[cards]\nissuer = "a"\naccept = ["mifare"]\n', "mifare.*write a list"),
        ('[cards]\nissuer = "a"\naccept = [["piv"]]\n', "write a list"),
    ],
)
def test_cards_table_that_cannot_be_followed_is_refused(tmp_path: Path, cards: str, why: str) -> None:
    """Who issues cards that sign, and kinds that there are: no key of a card ever lies in a seat."""
    with pytest.raises(SettingsRefused, match=why):
        read_settings(write(tmp_path, GOOD + cards))


def test_kinds_of_cards_are_read_in_one_order(tmp_path: Path) -> None:
    """With the authority of those that sign."""
    text = GOOD + '[cards]\nissuer = "cards.der"\naccept = ["uid", "piv", "uid"]\n'
    settings = read_settings(write(tmp_path, text))
    assert (settings.accept, settings.issuer) == (("piv", "uid"), tmp_path / "cards.der")


def test_cards_that_do_not_sign_need_no_authority(tmp_path: Path) -> None:
    """The controller checks them, or nobody does."""
    settings = read_settings(write(tmp_path, GOOD + '[cards]\naccept = ["ntag424"]\n'))
    assert (settings.accept, settings.issuer) == (("ntag424",), None)


def test_key_in_a_token_is_read_in_place_of_a_file(tmp_path: Path) -> None:
    """As it is written."""
    settings = read_settings(write(tmp_path, GOOD.replace('key_file = "device.key"', f'key = "{TOKEN}"')))
    assert settings.key == TOKEN


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "named once"),
        (f'key_file = "device.key"\nkey = "{TOKEN}"', "named once"),
        ("key_file = 7", "key_file is a text"),
        ('key = ""', "key is a text"),
        ('key = "device.key"', "for a file write key_file"),
        ('key = "pkcs11:token=a"', "lacks object"),
    ],
)
def test_key_that_is_not_named_once_is_refused(tmp_path: Path, line: str, why: str) -> None:
    """One place, in its own form."""
    with pytest.raises(SettingsRefused, match=why):
        read_settings(write(tmp_path, GOOD.replace('key_file = "device.key"', line)))


def test_wiring_and_times_are_read(tmp_path: Path) -> None:
    """From the tables of their own."""
    text = GOOD + "[pins]\nbuzzer = 18\nsecond = 26\n[buttons]\ntwo_hands = true\nstuck_s = 30\n"
    settings = read_settings(write(tmp_path, text))
    assert settings.pins == replace(DEFAULT_PINS, buzzer=18, second=26)
    assert (settings.limits, settings.two_hands) == (replace(DEFAULT_LIMITS, stuck_s=30), True)


@pytest.mark.parametrize("reader", ["serial:/dev/ttyAMA0", "/dev/ttyAMA0"])
def test_pin_of_the_readers_line_is_refused(tmp_path: Path, reader: str) -> None:
    """A reader on another machine leaves it free."""
    text = GOOD + "[pins]\nbuzzer = 14\n"
    with pytest.raises(SettingsRefused, match="14 and 15"):
        read_settings(write(tmp_path, text.replace('reader = "software:"', f'reader = "{reader}"')))
    free = text.replace('reader = "software:"', 'reader = "socket://127.0.0.1:7000"')
    assert read_settings(write(tmp_path, free)).pins.buzzer == 14


def test_tls_files_are_read(tmp_path: Path) -> None:
    """All three, relative to the file."""
    settings = read_settings(write(tmp_path, GOOD + '[tls]\nca = "a"\ncertificate = "b"\nkey = "c"\n'))
    assert settings.tls is not None
    assert settings.tls.key == tmp_path / "c"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('seat = "s-01"', ""),
        ('seat = "s-01"', 'seat = "S 01"'),
        ('seat = "s-01"', "seat = 1"),
        ('seat = "s-01"', 'seat = "s-01"\nsaet = "s-01"'),
        ('["mqtt://127.0.0.1:1883"]', "[]"),
        ('["mqtt://127.0.0.1:1883"]', '"mqtt://127.0.0.1:1883"'),
        ('crv = "Ed25519"', 'crv = "Ed448"'),
        ('reader = "software:"', 'reader = "tarot:"'),
        ("[root]", '[tls]\nca = "a"\n[root]'),
        ("chamber =", "chamber"),
    ],
)
def test_bad_settings_are_refused(tmp_path: Path, old: str, new: str) -> None:
    """A member missing, unknown, of another type or form."""
    with pytest.raises(SettingsRefused):
        read_settings(write(tmp_path, GOOD.replace(old, new)))


def test_missing_settings_are_refused(tmp_path: Path) -> None:
    """No file, no seat."""
    with pytest.raises(SettingsRefused):
        read_settings(tmp_path / "seat.toml")
