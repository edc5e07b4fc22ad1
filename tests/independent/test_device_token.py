"""SoftHSM, an independent token, makes and keeps a device key; our rule for signatures judges what it signs.

The key pair is made by SoftHSM at the word of OpenSC's `pkcs11-tool`, so neither key nor signature is ours.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from protocol.errors import SignatureRefused
from protocol.jws import read_envelope
from protocol.keys import ed25519_key
from protocol.records import SessionBind
from seat_client.assembly import make_service
from seat_client.cli import main
from seat_client.device_key import open_device_key
from seat_client.selftest import examine
from seat_client.settings import read_settings
from seat_client.token_uri import TokenRefused
from tests.independent.nfc_tools import missing, require_program
from tests.seat_client.test_settings import GOOD, write

pytestmark = pytest.mark.independent

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
PIN, OTHER_PIN = "8642-seat", "9753-else"
WAIT_S = 60.0


@dataclass(frozen=True)
class Token:
    """A token in a folder of the test, with a key pair `device`."""

    folder: Path
    module: str

    def uri(self, label: str = "seat 1", name: str = "device", module: str = "") -> str:
        """The address of a key in it."""
        path = f"token={label.replace(' ', '%20')};object={name}"
        return f"pkcs11:{path}?module-path={module or self.module}&pin-source=file:{self.folder / 'pin'}"

    def pkcs11_tool(self, *arguments: str) -> str:
        """Log in by hand with OpenSC's tool. Returns what it printed."""
        command = [require_program("pkcs11-tool"), "--module", self.module, "--token-label", "seat 1"]
        done = subprocess.run(
            [*command, "--login", "--pin", PIN, *arguments], capture_output=True, text=True, timeout=WAIT_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make_pair(self, kind: str, name: str, number: str) -> None:
        """Make a key pair inside the token."""
        self.pkcs11_tool("--keypairgen", "--key-type", kind, "--label", name, "--id", number)

    def write_pin(self, pin: str) -> None:
        """Write the file that holds the PIN."""
        path = self.folder / "pin"
        path.touch(0o600)
        path.write_text(pin + "\n")


def make_token(label: str) -> None:
    """Set up one more token."""
    init = [require_program("softhsm2-util"), "--init-token", "--free", "--label", label]
    subprocess.run([*init, "--pin", PIN, "--so-pin", f"so-{PIN}"], capture_output=True, timeout=WAIT_S, check=True)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Token]:
    """SoftHSM with one token; the library ends afterwards, because it reads its folder only once."""
    if find_spec("pkcs11") is None:
        missing("python-pkcs11 is not installed (locks/seat-token.txt)")
    import pkcs11  # noqa: PLC0415 - only where it is installed

    module = next((one for one in MODULES if Path(one).exists()), "")
    if not module:
        missing("SoftHSM's library is not installed (softhsm2)")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    make_token("seat 1")
    made = Token(tmp_path, module)
    made.write_pin(PIN)
    made.make_pair("EC:edwards25519", "device", "01")
    yield made
    pkcs11.lib(module).finalize()


def refusal(url: str) -> TokenRefused:
    """How an address is refused."""
    with pytest.raises(TokenRefused) as caught:
        open_device_key(url)
    return caught.value


def test_signature_of_the_token_verifies_by_our_rule(token: Token) -> None:
    """64 bytes, the same for the same message, and for no other message."""
    signer = open_device_key(token.uri())
    signature = signer.sign(b"message")
    ed25519_key(signer.public.raw).verify(b"message", signature)
    assert signer.sign(b"message") == signature
    with pytest.raises(SignatureRefused):
        signer.public.verify(b"another", signature)


def test_public_key_is_the_one_that_the_token_names(token: Token) -> None:
    """As another program reads it."""
    listed = token.pkcs11_tool("--list-objects", "--type", "pubkey")
    assert f"EC_POINT:   0420{open_device_key(token.uri()).public.raw.hex()}" in listed


def test_token_signs_a_seats_record(token: Token) -> None:
    """An envelope like any other; the private half cannot be read out."""
    signer = open_device_key(token.uri())
    envelope = read_envelope(SessionBind("A" * 43, "A" * 86, 1_700_000_000_000).seal(signer))
    assert envelope.kid == signer.public.thumbprint
    signer.public.verify(envelope.signed, envelope.signature)
    assert "never extractable" in token.pkcs11_tool("--list-objects", "--type", "privkey")


def test_signature_is_made_after_the_session_was_lost(token: Token) -> None:
    """A token that was pulled out and put back: opened once more, the same key."""
    signer = open_device_key(token.uri())
    signer.close()  # type: ignore[attr-defined]
    signer.public.verify(b"message", signer.sign(b"message"))
    signer.close()  # type: ignore[attr-defined]
    signer.close()  # type: ignore[attr-defined]


def test_another_key_that_came_in_its_place_is_not_used(token: Token) -> None:
    """The roster has the first one; a seat never changes its key while it runs."""
    signer = open_device_key(token.uri())
    signer.close()  # type: ignore[attr-defined]
    token.pkcs11_tool("--delete-object", "--type", "privkey", "--label", "device")
    token.pkcs11_tool("--delete-object", "--type", "pubkey", "--label", "device")
    token.make_pair("EC:edwards25519", "device", "02")
    with pytest.raises(TokenRefused, match="another key than before"):
        signer.sign(b"message")


def test_key_that_is_gone_is_said_when_it_must_sign(token: Token) -> None:
    """Not an error of the library."""
    signer = open_device_key(token.uri())
    signer.close()  # type: ignore[attr-defined]
    token.pkcs11_tool("--delete-object", "--type", "privkey", "--label", "device")
    with pytest.raises(TokenRefused, match="has 0 private keys called device, not one"):
        signer.sign(b"message")


def test_wrong_pin_is_tried_once_and_no_more(token: Token) -> None:
    """A service that is started for ever must not lock the token. A login by hand makes it usable again."""
    token.write_pin(OTHER_PIN)
    first = refusal(token.uri())
    assert (first.code, "correct the file" in first.fact) == ("token-pin", True)
    token.write_pin(PIN)
    second = refusal(token.uri())
    assert (second.code, "log in once by hand" in second.fact) == ("token-pin-tried", True)
    token.pkcs11_tool("--list-objects")
    assert len(open_device_key(token.uri()).sign(b"message")) == 64
    assert all(pin not in first.fact + second.fact for pin in (PIN, OTHER_PIN))


@pytest.mark.parametrize("spoil", ["open", "empty", "missing"])
def test_pin_file_that_cannot_be_trusted_is_refused(token: Token, spoil: str) -> None:
    """Before the token hears anything."""
    pin = token.folder / "pin"
    if spoil == "open":
        pin.chmod(0o640)
    elif spoil == "empty":
        token.write_pin("")
    else:
        pin.unlink()
    said = refusal(token.uri())
    assert said.code == "token-pin-file"
    assert {"open": "chmod 600", "empty": "is empty", "missing": "cannot be read"}[spoil] in said.fact


def test_token_that_is_not_there_is_refused(token: Token) -> None:
    """By its label."""
    said = refusal(token.uri(label="seat 2"))
    assert (said.code, "no single token is called seat 2" in said.fact) == ("token-missing", True)


def test_two_tokens_of_one_label_are_refused(token: Token) -> None:
    """Which of them is the seat's nobody can tell."""
    make_token("seat 1")
    assert refusal(token.uri()).code == "token-missing"


def test_key_that_is_not_in_the_token_is_refused(token: Token) -> None:
    """By its label."""
    said = refusal(token.uri(name="devise"))
    assert (said.code, "has 0 public keys called devise, not one" in said.fact) == ("token-object", True)


def test_two_keys_of_one_name_are_refused(token: Token) -> None:
    """Which of them the roster has nobody can tell."""
    token.make_pair("EC:edwards25519", "device", "02")
    said = refusal(token.uri())
    assert (said.code, "has 2 public keys called device, not one" in said.fact) == ("token-object", True)


@pytest.mark.parametrize("kind", ["EC:prime256v1", "RSA:2048"])
def test_key_of_another_kind_is_refused(token: Token, kind: str) -> None:
    """A device key is Ed25519."""
    token.make_pair(kind, "other", "02")
    said = refusal(token.uri(name="other"))
    assert (said.code, "is no Ed25519 key" in said.fact) == ("token-kind", True)


def test_halves_of_two_pairs_are_refused(token: Token) -> None:
    """A seat would sign what nobody can verify."""
    token.make_pair("EC:edwards25519", "second", "02")
    token.pkcs11_tool("--delete-object", "--type", "privkey", "--label", "device")
    token.pkcs11_tool("--delete-object", "--type", "pubkey", "--label", "second")
    # The private half of the second pair gets the name of the first.
    rename = """
import sys, pkcs11
with pkcs11.lib(sys.argv[1]).get_token(token_label="seat 1").open(user_pin=sys.argv[2], rw=True) as session:
    key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label="second")
    key[pkcs11.Attribute.LABEL] = "device"
"""
    subprocess.run([sys.executable, "-c", rename, token.module, PIN], timeout=WAIT_S, check=True)
    assert refusal(token.uri()).code == "token-signature"


@pytest.mark.parametrize("module", ["missing.so", "no-module.so"])
def test_module_that_cannot_be_loaded_is_refused(token: Token, module: str) -> None:
    """No file, or none of PKCS#11."""
    path = token.folder / module
    if module == "no-module.so":
        path.write_bytes(b"text")
    said = refusal(token.uri(module=str(path)))
    assert (said.code, f"the module {path} cannot be loaded" in said.fact) == ("token-module", True)


def test_seat_is_built_on_the_token(token: Token, tmp_path: Path) -> None:
    """By its settings; the self-test and `key show` name the same key."""
    path = write(tmp_path, GOOD.replace('key_file = "device.key"', f'key = "{token.uri()}"'))

    async def play() -> str:
        verdict = await examine(path)
        assert make_service(read_settings(path)).seat.id == "s-01"
        return next(check.detail for check in verdict.checks if check.name == "key")

    shown = CliRunner().invoke(main, ["key", "show", token.uri(), "--json"])
    assert json.loads(shown.stdout)["thumbprint"] == asyncio.run(play())
