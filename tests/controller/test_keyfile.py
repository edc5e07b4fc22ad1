"""Key files: one line, readable by the owner alone, never overwritten."""

import os
import stat
from pathlib import Path

import pytest

from controller.keyfile import KeyFileRefused, read_key, read_master_key, write_key, write_master_key
from protocol.keys import p256_secret

SECRET = bytes(range(32))


@pytest.mark.parametrize(("kind", "secret"), [("ed25519", SECRET), ("p256", p256_secret(SECRET))])
def test_key_reads_back(tmp_path: Path, kind: str, secret: bytes) -> None:
    """The same public key, in one line of kind and hex."""
    path = tmp_path / "a.key"
    written = write_key(path, kind, secret)
    assert path.read_text(encoding="ascii") == f"{kind} {secret.hex()}\n"
    assert read_key(path).public == written.public


def test_mode_is_the_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask of the moment says."""
    old = os.umask(0)
    try:
        write_key(tmp_path / "a.key", "ed25519", SECRET)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600


def test_key_is_never_overwritten(tmp_path: Path) -> None:
    """Nor is a link followed."""
    path = tmp_path / "a.key"
    write_key(path, "ed25519", SECRET)
    with pytest.raises(KeyFileRefused):
        write_key(path, "ed25519", bytes(32))
    assert SECRET.hex() in path.read_text(encoding="ascii")
    (tmp_path / "link.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyFileRefused):
        write_key(tmp_path / "link.key", "ed25519", SECRET)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o777, 0o610])
def test_key_that_others_may_touch(tmp_path: Path, mode: int) -> None:
    """The words say what to do."""
    path = tmp_path / "a.key"
    write_key(path, "ed25519", SECRET)
    path.chmod(mode)
    with pytest.raises(KeyFileRefused, match="chmod 600"):
        read_key(path)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "ed25519", f"ed25519 {SECRET.hex()} more", f"rsa {SECRET.hex()}", "ed25519 xyz", "ed25519 00",
        f"ed25519 {SECRET.hex()}00", f"p256 {bytes(32).hex()}", "p256 " + "ff" * 32, "p256 00", SECRET.hex(),
        "\x00" * 50,
    ],
)  # fmt: skip
def test_what_is_no_key(tmp_path: Path, text: str) -> None:
    """Another form, kind or length; no secret is told."""
    path = tmp_path / "a.key"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(KeyFileRefused) as caught:
        read_key(path)
    assert SECRET.hex() not in caught.value.fact
    assert caught.value.code == "key-file"


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """Binary keys are another form."""
    path = tmp_path / "a.key"
    path.write_bytes(b"\xff" * 32)
    path.chmod(0o600)
    with pytest.raises(KeyFileRefused):
        read_key(path)


def test_missing_key_and_folder(tmp_path: Path) -> None:
    """Nothing there, a folder, no place to write."""
    for path in (tmp_path / "none.key", tmp_path):
        with pytest.raises(KeyFileRefused):
            read_key(path)
    with pytest.raises(KeyFileRefused):
        write_key(tmp_path / "none" / "a.key", "ed25519", SECRET)


def test_master_key_of_cards_reads_back(tmp_path: Path) -> None:
    """Sixteen bytes behind a kind of their own, the owner's alone, never overwritten."""
    path = tmp_path / "ntag424.key"
    write_master_key(path, SECRET[:16])
    assert path.read_text(encoding="ascii") == f"aes128 {SECRET[:16].hex()}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_master_key(path) == SECRET[:16]
    with pytest.raises(KeyFileRefused):
        write_master_key(path, bytes(16))


def test_key_of_one_sort_is_not_read_as_another(tmp_path: Path) -> None:
    """A master key signs nothing, and what signs makes no cards."""
    write_master_key(tmp_path / "ntag424.key", SECRET[:16])
    write_key(tmp_path / "a.key", "ed25519", SECRET)
    with pytest.raises(KeyFileRefused):
        read_key(tmp_path / "ntag424.key")
    with pytest.raises(KeyFileRefused):
        read_master_key(tmp_path / "a.key")
    with pytest.raises(KeyFileRefused):
        read_master_key(tmp_path / "missing.key")
