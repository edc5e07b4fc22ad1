"""C2SP signed notes, checkpoints, log keys and offline proofs.

A checkpoint says: the log `origin` had `size` leaves and this root. It is a signed note; the log key signs it with
Ed25519 (note signature type 0x01). A proof (`tlog-proof`) is an inclusion path followed by the checkpoint it leads to.

Source: `docs/protocol.md` section 4; C2SP signed-note, tlog-checkpoint, tlog-proof.
"""

import re
from base64 import b64decode, b64encode
from binascii import b2a_base64
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from protocol.errors import CheckpointRefused, KeyRefused, ProofRefused, SignatureRefused
from protocol.keys import SIGNATURE_BYTES, PublicKey, Signer, ed25519_key
from protocol.merkle import HASH_BYTES, leaf_hash, root_from_inclusion

_ED25519_NOTE = b"\x01"
_KEY_ID_BYTES = 4
_NOTE_BYTES_MAX = 16_384
_SIGNATURES_MAX = 64
_PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_PATH_MAX = 63
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class LogKey:
    """A log's public key under its name (the log's origin). `key_id` is four bytes."""

    origin: str
    key: PublicKey

    @property
    def key_id(self) -> bytes:
        """The hint that names this key in a note's signature line."""
        return sha256(self.origin.encode() + b"\n" + _ED25519_NOTE + self.key.raw).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """The C2SP vkey: `origin+key id in hex+base64(type and key)`."""
        return f"{self.origin}+{self.key_id.hex()}+{b64encode(_ED25519_NOTE + self.key.raw).decode()}"


def read_log_key(vkey: str) -> LogKey:
    """Read a C2SP vkey. Raises `KeyRefused`: another form or type, a wrong key id, a weak key."""
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        data = b64decode(encoded, validate=True)
    except ValueError as error:
        raise KeyRefused("a log key that is not base64") from error
    if data[:1] != _ED25519_NOTE:
        raise KeyRefused("a log key that is not Ed25519")
    log_key = LogKey(name, ed25519_key(data[1:]))
    if str(log_key) != vkey or not name or log_key.key_id.hex() != key_id:
        raise KeyRefused("a log key whose id is not its own")
    return log_key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log said of itself: `size` leaves and their `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed: three lines."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode('ascii')}\n"


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Sign a checkpoint as a note under the log's own name."""
    body = checkpoint.body().encode()
    log_key = LogKey(checkpoint.origin, signer.public)
    signature = b64encode(log_key.key_id + signer.sign(body)).decode("ascii")
    return body + f"\n— {checkpoint.origin} {signature}\n".encode()


def open_checkpoint(note: bytes, log_key: LogKey) -> Checkpoint:
    """Read a checkpoint and check the log's signature on it; other signatures (witnesses) are passed over.

    Raises `CheckpointRefused`: malformed, extension lines, another log, the log's signature missing, doubled or wrong.
    """
    return _open_checkpoint(note, log_key)


def read_checkpoint(note: bytes) -> Checkpoint:
    """Read a checkpoint without asking who signed it. Raises `CheckpointRefused`: malformed."""
    return _read_body(split_note(note)[0])


@lru_cache(maxsize=64)
def _open_checkpoint(note: bytes, log_key: LogKey) -> Checkpoint:
    body, signatures = split_note(note)
    checkpoint = _read_body(body)
    if checkpoint.origin != log_key.origin:
        raise CheckpointRefused(f"a checkpoint of another log: {checkpoint.origin}")
    own = [data for name, data in signatures if name == log_key.origin and data[:_KEY_ID_BYTES] == log_key.key_id]
    if len(own) != 1 or len(own[0]) != _KEY_ID_BYTES + SIGNATURE_BYTES:
        raise CheckpointRefused("not exactly one signature of the log's key")
    try:
        log_key.key.verify(body.encode(), own[0][_KEY_ID_BYTES:])
    except SignatureRefused as error:
        raise CheckpointRefused("the log's signature does not verify") from error
    return checkpoint


def split_note(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """Split a signed note into its body and (key name, key id and signature) pairs.

    Raises `CheckpointRefused`: not UTF-8, control characters, no blank line, malformed signature lines, too long.
    """
    if len(note) > _NOTE_BYTES_MAX:
        raise CheckpointRefused("a note that is too long")
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CheckpointRefused("a note that is not UTF-8") from error
    body, gap, tail = text.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or lines.pop() != "" or not lines or len(lines) > _SIGNATURES_MAX or _has_controls(text):
        raise CheckpointRefused("not a signed note")
    return body + "\n", [_read_signature_line(line) for line in lines]


def _has_controls(text: str) -> bool:
    return any(character < " " and character != "\n" for character in text)


def _read_signature_line(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    try:
        data = b64decode(encoded, validate=True)
    except ValueError as error:
        raise CheckpointRefused("a signature line that is not base64") from error
    if (
        dash != "—"
        or not name
        or "+" in name
        or any(map(str.isspace, name))
        or len(data) <= _KEY_ID_BYTES
        or b64encode(data).decode("ascii") != encoded
    ):
        raise CheckpointRefused("a malformed signature line")
    return name, data


def _read_body(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) != 4 or lines[3] != "":  # noqa: PLR2004 - origin, size, root, end
        raise CheckpointRefused("a checkpoint has exactly three lines")
    origin, size, encoded = lines[:3]
    if not origin or not _DECIMAL.fullmatch(size):
        raise CheckpointRefused("a malformed origin or size")
    try:
        checkpoint = Checkpoint(origin, int(size), b64decode(encoded, validate=True))
    except ValueError as error:
        raise CheckpointRefused("a root that is not base64") from error
    if len(checkpoint.root) != HASH_BYTES or checkpoint.body() != body:
        raise CheckpointRefused("a root that is not one SHA-256 in canonical base64")
    return checkpoint


def write_proof(index: int, path: list[bytes], checkpoint_note: bytes) -> bytes:
    """Write a `tlog-proof`: the leaf's index, its audit path and the signed checkpoint it leads to."""
    nodes = b"".join([b2a_base64(node) for node in path])  # each with its newline
    return f"{_PROOF_HEADER}\nindex {index}\n".encode("ascii") + nodes + b"\n" + checkpoint_note


def open_proof(proof: bytes, leaf: bytes, log_key: LogKey) -> tuple[int, Checkpoint]:
    """Check that `leaf` stands in the log that `log_key` signs. Returns its index and the checkpoint.

    Raises `ProofRefused`: malformed or leading to another root; `CheckpointRefused`: as `open_checkpoint`.
    """
    head, gap, note = proof.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not gap or lines[0] != _PROOF_HEADER or len(lines) < 2 or len(lines) > _PATH_MAX + 2:  # noqa: PLR2004 - header, index
        raise ProofRefused("not a tlog-proof")
    word, _, number = lines[1].partition(" ")
    if word != "index" or not _DECIMAL.fullmatch(number):
        raise ProofRefused("a tlog-proof without its index")
    try:
        path = [b64decode(line, validate=True) for line in lines[2:]]
    except ValueError as error:
        raise ProofRefused("a path that is not base64") from error
    checkpoint = open_checkpoint(note, log_key)
    index = int(number)
    if root_from_inclusion(leaf_hash(leaf), index, checkpoint.size, path) != checkpoint.root:
        raise ProofRefused("the path leads to another root")
    if write_proof(index, path, note) != proof:
        raise ProofRefused("a second spelling of a tlog-proof")
    return index, checkpoint
