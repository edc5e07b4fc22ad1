"""The device key's file."""

from pathlib import Path

import pytest

from seat_client.errors import KeyFileRefused
from seat_client.key_file import read_key_file, write_key_file

SEED = bytes(range(32))


def test_written_key_is_read_again(tmp_path: Path) -> None:
    """The same key, in a file of mode 0600."""
    path = tmp_path / "device.key"
    written = write_key_file(path, SEED)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key_file(path).public == written.public
    assert path.read_text() == f"ed25519 {SEED.hex()}\n"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601])
def test_key_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    """Group or world, read or write: refused."""
    path = tmp_path / "device.key"
    write_key_file(path, SEED)
    path.chmod(mode)
    with pytest.raises(KeyFileRefused, match="open to others"):
        read_key_file(path)


@pytest.mark.parametrize("text", ["", "ed25519", "p256 " + SEED.hex(), "ed25519 " + "00" * 31, "ed25519 zz", "a b c"])
def test_other_content_is_refused(tmp_path: Path, text: str) -> None:
    """One kind, one length, hex."""
    path = tmp_path / "device.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeyFileRefused):
        read_key_file(path)


def test_missing_key_is_refused(tmp_path: Path) -> None:
    """And so is one that would be overwritten."""
    path = tmp_path / "device.key"
    with pytest.raises(KeyFileRefused):
        read_key_file(path)
    write_key_file(path, SEED)
    with pytest.raises(KeyFileRefused):
        write_key_file(path, SEED)


def test_key_is_not_in_the_error(tmp_path: Path) -> None:
    """A refusal may be logged, a key may not."""
    path = tmp_path / "device.key"
    path.write_text("ed25519 " + SEED.hex() + "00")
    path.chmod(0o600)
    with pytest.raises(KeyFileRefused) as caught:
        read_key_file(path)
    assert SEED.hex()[:16] not in str(caught.value)
