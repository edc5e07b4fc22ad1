"""The device key, by its address and by the command line."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from controller.keyfile import write_key
from protocol.keys import ed25519_key
from seat_client.cli import main
from seat_client.device_key import key_address, open_device_key
from seat_client.errors import KeyFileRefused
from seat_client.key_file import read_key_file, write_key_file
from seat_client.token_uri import TokenRefused
from tests.seat_client.test_settings import TOKEN

SEED = bytes(range(32))


def test_key_in_a_file_signs(tmp_path: Path) -> None:
    """Its address is what the settings make of `key_file`."""
    path = tmp_path / "device.key"
    written = write_key_file(path, SEED)
    signer = open_device_key(key_address(str(path)))
    written.public.verify(b"message", signer.sign(b"message"))
    assert signer.public == written.public


def test_key_in_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """As the file's reader says it."""
    with pytest.raises(KeyFileRefused, match="cannot be read"):
        open_device_key(key_address(str(tmp_path / "none")))


def test_token_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a seat with a token needs it."""
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    monkeypatch.delitem(sys.modules, "seat_client.token_key", raising=False)
    with pytest.raises(TokenRefused, match=r"pkcs11 is not installed.*seat-token") as caught:
        open_device_key(key_address(TOKEN))
    assert caught.value.code == "token-library"


def test_new_key_prints_its_public_half_and_shows_it_again(tmp_path: Path) -> None:
    """43 characters for the table of seats, and nothing of the secret."""
    path = tmp_path / "device.key"
    made = CliRunner().invoke(main, ["key", "new", str(path)])
    shown = CliRunner().invoke(main, ["key", "show", str(path)])
    assert (made.exit_code, shown.exit_code) == (0, 0)
    assert made.output == shown.output == read_key_file(path).public.jwk()["x"] + "\n"
    assert len(made.output.strip()) == 43
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_new_keys_are_two_keys(tmp_path: Path) -> None:
    """From the system's randomness."""
    printed = {CliRunner().invoke(main, ["key", "new", str(tmp_path / name)]).output for name in ("a", "b")}
    assert len(printed) == 2


@pytest.mark.parametrize("command", ["new", "show"])
def test_key_is_printed_for_machines(tmp_path: Path, command: str) -> None:
    """`x` as the table of seats has it, the thumbprint as the log names it."""
    path = tmp_path / "device.key"
    if command == "show":
        write_key_file(path, SEED)
    done = CliRunner().invoke(main, ["key", command, str(path), "--json"])
    public = read_key_file(path).public
    assert json.loads(done.output) == {"x": public.jwk()["x"], "thumbprint": public.thumbprint}
    assert public == ed25519_key(public.raw)


def test_key_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """Exit code 3, the file as it was, and nothing on standard output."""
    path = tmp_path / "device.key"
    write_key_file(path, SEED)
    done = CliRunner().invoke(main, ["key", "new", str(path)])
    assert (done.exit_code, done.stdout) == (3, "")
    assert "File exists" in done.stderr
    assert read_key_file(path).sign(b"m") == write_key_file(tmp_path / "same", SEED).sign(b"m")


@pytest.mark.parametrize(
    ("address", "why"),
    [("none.key", "cannot be read"), ("pkcs11:token=a", "lacks object")],
)
def test_key_that_cannot_be_shown_is_said(tmp_path: Path, address: str, why: str) -> None:
    """Exit code 3 and one line on standard error."""
    done = CliRunner().invoke(main, ["key", "show", address.replace("none", str(tmp_path / "none"))])
    assert (done.exit_code, done.stdout) == (3, "")
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_key_of_the_chamber_root_is_shown_too(tmp_path: Path) -> None:
    """It lies in the same form on the controller's machine, so one command prints both for the settings."""
    path = tmp_path / "root.key"
    root = write_key(path, "ed25519", SEED)
    assert CliRunner().invoke(main, ["key", "show", str(path)]).output.strip() == root.public.jwk()["x"]
