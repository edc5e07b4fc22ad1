"""The settings file."""

from pathlib import Path

import pytest

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
    assert settings.key_file == tmp_path / "device.key"
    assert settings.tls is None


@pytest.mark.parametrize("reader", ["serial:/dev/ttyAMA0", "/dev/pts/3", "socket://127.0.0.1:7000"])
def test_reader_on_a_line_and_panel_on_pins_are_read(tmp_path: Path, reader: str) -> None:
    """With the authority whose cards are taken, relative to the file."""
    text = GOOD.replace('reader = "software:"', f'reader = "{reader}"').replace(
        'panel = "software:"', 'panel = "gpio:"'
    )
    settings = read_settings(write(tmp_path, text + '[cards]\nissuer = "cards.der"\n'))
    assert (settings.reader, settings.panel, settings.issuer) == (reader, "gpio:", tmp_path / "cards.der")


@pytest.mark.parametrize("cards", ["[cards]\n", "[cards]\nissuer = 1\n", '[cards]\nissuer = "a"\nmaster = "b"\n'])
def test_cards_table_that_is_no_issuer_is_refused(tmp_path: Path, cards: str) -> None:
    """One path and nothing else: no key of a card ever lies in a seat."""
    with pytest.raises(SettingsRefused, match="cards is a table of issuer"):
        read_settings(write(tmp_path, GOOD + cards))


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
