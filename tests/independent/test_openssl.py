"""`openssl pkeyutl` accepts the signatures of our records, and refuses changed ones."""

import os
import shutil
import subprocess
from base64 import b64decode
from pathlib import Path

import pytest

from protocol.jws import read_envelope
from protocol.keys import P256Signer, PublicKey, Signer, spki_pem
from tests.protocol.chamber_builder import LOG_KEY, ORIGIN, card_key, open_chamber

pytestmark = pytest.mark.independent


def require_openssl() -> str:
    """The path of openssl; without one skip, or fail where independent tools are required."""
    found = shutil.which("openssl")
    if found is None:
        reason = "openssl is not on PATH"
        if os.environ.get("CHAMBER_REQUIRE_INDEPENDENT") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def der_of(signature: bytes) -> bytes:
    """R and s as the DER that openssl reads, written here by hand."""

    def integer(part: bytes) -> bytes:
        body = part.lstrip(b"\x00") or b"\x00"
        body = b"\x00" + body if body[0] & 0x80 else body
        return bytes([2, len(body)]) + body

    both = integer(signature[:32]) + integer(signature[32:])
    return bytes([0x30, len(both)]) + both


def accepts(folder: Path, key: PublicKey, signed: bytes, signature: bytes) -> bool:
    """True if openssl says that the signature verifies."""
    (folder / "key.pem").write_bytes(spki_pem(key))
    (folder / "signed").write_bytes(signed)
    (folder / "signature").write_bytes(der_of(signature) if key.algorithm == "ES256" else signature)
    command = [
        require_openssl(),
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key.pem",
        "-rawin",
        "-in",
        "signed",
        "-sigfile",
        "signature",
    ]
    if key.algorithm == "ES256":
        command += ["-digest", "sha256"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=30, check=False)
    return done.returncode == 0


def sealed(kind: str) -> tuple[bytes, Signer]:
    """The bytes of a logged ballot (session key) or session (card), and who signed it."""
    log = open_chamber()
    if kind == "ballot":
        vote = log.open_vote()
        return log.leaves[log.ballot(vote, "m1", "for").index], log.sitters["m1"].key
    record, _ = log.session("m1", "s6")
    return log.leaves[log.append(record, card_key("m1")).index], card_key("m1")


@pytest.mark.parametrize("kind", ["ballot", "session"])
def test_openssl_accepts_a_record_s_signature(kind: str, tmp_path: Path) -> None:
    """Ed25519 over the signing input, and ES256 of a card."""
    data, signer = sealed(kind)
    envelope = read_envelope(data)
    assert envelope.algorithm == ("Ed25519" if kind == "ballot" else "ES256")
    assert accepts(tmp_path, signer.public, envelope.signed, envelope.signature)


@pytest.mark.parametrize("kind", ["ballot", "session"])
def test_openssl_refuses_a_changed_record(kind: str, tmp_path: Path) -> None:
    """A letter of the payload, a bit of the signature, another key."""
    data, signer = sealed(kind)
    envelope = read_envelope(data)
    other = card_key("m2").public if isinstance(signer, P256Signer) else LOG_KEY.public
    last = envelope.signed[-1:]
    changed = envelope.signed[:-1] + (b"A" if last != b"A" else b"B")
    bit = envelope.signature[:40] + bytes([envelope.signature[40] ^ 1]) + envelope.signature[41:]
    assert not accepts(tmp_path, signer.public, changed, envelope.signature)
    assert not accepts(tmp_path, signer.public, envelope.signed, bit)
    assert not accepts(tmp_path, other, envelope.signed, envelope.signature)


def test_openssl_accepts_a_checkpoint_s_signature(tmp_path: Path) -> None:
    """The log key's signature over the three lines."""
    log = open_chamber()
    body, _, line = log.checkpoint().partition(b"\n\n")
    name, encoded = line.decode().rstrip("\n").split(" ")[1:]
    assert name == ORIGIN
    signature = b64decode(encoded)[4:]
    assert accepts(tmp_path, LOG_KEY.public, body + b"\n", signature)
    assert not accepts(tmp_path, LOG_KEY.public, body, signature)
