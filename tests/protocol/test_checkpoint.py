"""Signed notes, checkpoints, log keys and offline proofs, against bytes put together by hand."""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.checkpoint import (
    Checkpoint,
    LogKey,
    open_checkpoint,
    open_proof,
    read_log_key,
    sign_checkpoint,
    split_note,
    write_proof,
)
from protocol.errors import ChamberError, CheckpointRefused, KeyRefused, ProofRefused
from protocol.keys import Ed25519Signer
from protocol.merkle import EMPTY_ROOT, Tree, leaf_hash

SIGNER = Ed25519Signer(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
OTHER = Ed25519Signer(bytes(32))
ORIGIN = "chamber/kikinda/assembly/2024"
KEY = LogKey(ORIGIN, SIGNER.public)
# C2SP signed-note: the key id is SHA-256(name, newline, type, key)[:4].
KEY_ID = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + SIGNER.public.raw).digest()[:4]
VKEY = ORIGIN + "+" + KEY_ID.hex() + "+" + base64.b64encode(b"\x01" + SIGNER.public.raw).decode()
LEAVES = [f"leaf {number}".encode() for number in range(5)]


def tree_of(leaves: list[bytes]) -> Tree:
    """A tree over some leaves."""
    tree = Tree()
    for data in leaves:
        tree.append(leaf_hash(data))
    return tree


TREE = tree_of(LEAVES)
BODY = f"{ORIGIN}\n5\n{base64.b64encode(TREE.root()).decode()}\n"


def line(body: str, signer: Ed25519Signer = SIGNER, name: str = ORIGIN) -> str:
    """A signature line, without the project's own writer."""
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + signer.public.raw).digest()[:4]
    return f"\u2014 {name} {base64.b64encode(key_id + signer.sign(body.encode())).decode()}\n"


NOTE = (BODY + "\n" + line(BODY)).encode()


# --- Keys ---------------------------------------------------------------------------------------------------


def test_vkey_has_known_bytes() -> None:
    """name+key id+base64(type, key), there and back."""
    assert str(KEY) == VKEY
    assert read_log_key(VKEY) == KEY
    assert KEY.key_id == KEY_ID


def test_published_vkey_is_read() -> None:
    """The example key of golang.org/x/mod/sumdb/note."""
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = read_log_key(vkey)
    assert (key.origin, key.key_id.hex(), str(key)) == ("PeterNeumann", "c74f20a3", vkey)


WEAK = base64.b64encode(b"\x01" + b"\x01" + bytes(31)).decode()


@pytest.mark.parametrize(
    "vkey",
    [
        "", "+", "++", ORIGIN, VKEY + "\n", VKEY + "=", " " + VKEY, VKEY.upper(),
        VKEY.replace(KEY_ID.hex(), "00000000"),
        VKEY.replace(KEY_ID.hex(), KEY_ID.hex()[1:]), VKEY.replace(ORIGIN, "other"), VKEY[len(ORIGIN) :],
        f"{ORIGIN}+{KEY_ID.hex()}+{base64.b64encode(bytes([4]) + SIGNER.public.raw).decode()}",
        f"{ORIGIN}+{KEY_ID.hex()}+{base64.b64encode(bytes([1]) + SIGNER.public.raw[:31]).decode()}",
        f"{ORIGIN}+00000000+{WEAK}",
        f"{ORIGIN}+{KEY_ID.hex()}+", f"{ORIGIN}+{KEY_ID.hex()}+ж",
    ],
)  # fmt: skip
def test_other_vkey_is_refused(vkey: str) -> None:
    """Another form, type, id, name, or a weak key."""
    with pytest.raises(KeyRefused):
        read_log_key(vkey)


# --- Checkpoints --------------------------------------------------------------------------------------------


def test_signed_checkpoint_has_known_bytes() -> None:
    """Three lines, a blank one, the signature line; Ed25519 is deterministic."""
    checkpoint = Checkpoint(ORIGIN, 5, TREE.root())
    assert sign_checkpoint(checkpoint, SIGNER) == NOTE
    assert open_checkpoint(NOTE, KEY) == checkpoint


def test_empty_log_has_a_checkpoint() -> None:
    """Size 0 and the hash of nothing."""
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert open_checkpoint(sign_checkpoint(checkpoint, SIGNER), KEY) == checkpoint


def test_other_signatures_are_passed_over() -> None:
    """Witnesses before and after the log's own line, also one with our name and another key."""
    witness = line(BODY, OTHER, "witness.example")
    stranger = line(BODY, OTHER, ORIGIN)
    for tail in (witness + line(BODY), line(BODY) + witness, stranger + line(BODY)):
        assert open_checkpoint((BODY + "\n" + tail).encode(), KEY).size == 5


def note(body: str, *lines: str) -> bytes:
    """A note of a body and signature lines."""
    return (body + "\n" + "".join(lines)).encode()


def signed(body: str) -> bytes:
    """A note over any body, correctly signed."""
    return note(body, line(body))


ROOT_LINE = base64.b64encode(TREE.root()).decode()
REFUSED_NOTES = {
    "extension line": signed(BODY + "extra\n"),
    "two lines": signed(f"{ORIGIN}\n5\n"),
    "empty extension": signed(BODY + "\n"),
    "other origin": signed(BODY.replace("kikinda", "arad")),
    "no origin": signed(f"\n5\n{ROOT_LINE}\n"),
    "leading zero": signed(f"{ORIGIN}\n05\n{ROOT_LINE}\n"),
    "plus sign": signed(f"{ORIGIN}\n+5\n{ROOT_LINE}\n"),
    "negative": signed(f"{ORIGIN}\n-5\n{ROOT_LINE}\n"),
    "arabic digits": signed(f"{ORIGIN}\n\u0665\n{ROOT_LINE}\n"),
    "huge size": signed(f"{ORIGIN}\n{10**30}\n{ROOT_LINE}\n"),
    "short root": signed(f"{ORIGIN}\n5\n{base64.b64encode(bytes(31)).decode()}\n"),
    "root of another spelling": signed(f"{ORIGIN}\n5\n{ROOT_LINE[:-2]}{chr(ord(ROOT_LINE[-2]) + 1)}=\n"),
    "root without padding": signed(f"{ORIGIN}\n5\n{ROOT_LINE[:-1]}\n"),
    "root that is no base64": signed(f"{ORIGIN}\n5\n{'ж' * 20}\n"),
    "carriage return": signed(BODY.replace("\n", "\r\n")),
    "tab": signed(BODY.replace("5", "5\t")),
    "not signed": note(BODY),
    "signed by another": note(BODY, line(BODY, OTHER)),
    "only a witness": note(BODY, line(BODY, OTHER, "witness.example")),
    "two signatures of one key": note(BODY, line(BODY), line(BODY)),
    "a good and a wrong one": note(BODY, line(BODY), line(BODY + "x")),
    "signature of another body": note(BODY, line(BODY.replace("5", "6"))),
    "hyphen for dash": NOTE.replace("\u2014".encode(), b"-"),
    "no final newline": NOTE[:-1],
    "extra newline": NOTE + b"\n",
    "no blank line": (BODY + line(BODY)).encode(),
    "name with a plus": note(BODY, line(BODY), line(BODY, OTHER, "a+b")),
    "name with a wide space": note(BODY, line(BODY), line(BODY, OTHER, "a\u2003b")),
    "signature too short": note(BODY, line(BODY), "\u2014 witness AAAA\n"),
    "signature not base64": note(BODY, line(BODY), "\u2014 witness ????????\n"),
    "signature of another spelling": NOTE.rstrip(b"\n").rstrip(b"=") + b"\n",
    "not UTF-8": NOTE + b"\xff",
    "empty": b"",
    "65 signatures": note(BODY, line(BODY), *[line(BODY, OTHER, f"w{n}") for n in range(64)]),
    "too long": note(BODY, line(BODY), f"\u2014 {'w' * 17_000} AAAAAAAA\n"),
}


@pytest.mark.parametrize("data", REFUSED_NOTES.values(), ids=REFUSED_NOTES.keys())
def test_other_note_is_refused(data: bytes) -> None:
    """Whatever is not exactly three lines under exactly one signature of the log; asked twice: answers are kept."""
    for _ in range(2):
        with pytest.raises(CheckpointRefused):
            open_checkpoint(data, KEY)


def test_own_signature_cut_short_is_refused() -> None:
    """The right key id with another number of bytes."""
    short = base64.b64encode(KEY_ID + bytes(63)).decode()
    with pytest.raises(CheckpointRefused):
        open_checkpoint(note(BODY, f"\u2014 {ORIGIN} {short}\n"), KEY)


@given(st.integers(0, len(NOTE) - 1), st.integers(0, 255))
@settings(max_examples=150)
def test_any_changed_byte_of_a_note_is_refused(position: int, byte: int) -> None:
    """Nothing of a note with a single signature can change."""
    data = NOTE[:position] + bytes([byte]) + NOTE[position + 1 :]
    if data != NOTE:
        with pytest.raises(CheckpointRefused):
            open_checkpoint(data, KEY)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@settings(max_examples=150)
def test_any_bytes_are_a_note_or_refused(data: bytes) -> None:
    """Nothing but `CheckpointRefused` comes out."""
    try:
        split_note(data)
    except CheckpointRefused:
        return


# --- Proofs -------------------------------------------------------------------------------------------------

PATH = TREE.inclusion(2, 5)
PROOF = b"c2sp.org/tlog-proof@v1\nindex 2\n" + b"".join(base64.b64encode(node) + b"\n" for node in PATH) + b"\n" + NOTE


def test_proof_has_known_bytes() -> None:
    """Header, index, path, blank line, checkpoint."""
    assert write_proof(2, PATH, NOTE) == PROOF
    assert open_proof(PROOF, LEAVES[2], KEY) == (2, Checkpoint(ORIGIN, 5, TREE.root()))


def test_proof_of_a_single_leaf_has_no_path() -> None:
    """A log of one leaf."""
    single = tree_of(LEAVES[:1])
    data = sign_checkpoint(Checkpoint(ORIGIN, 1, single.root()), SIGNER)
    assert open_proof(write_proof(0, [], data), LEAVES[0], KEY)[0] == 0


@pytest.mark.parametrize("leaf", [LEAVES[1], b"", LEAVES[2] + b"=", LEAVES[2] + b"\n"])
def test_proof_of_another_leaf_is_refused(leaf: bytes) -> None:
    """Also of a padded twin."""
    with pytest.raises(ProofRefused):
        open_proof(PROOF, leaf, KEY)


REFUSED_PROOFS = {
    "other version": PROOF.replace(b"@v1", b"@v2"),
    "other index": PROOF.replace(b"index 2", b"index 3"),
    "leading zero": PROOF.replace(b"index 2", b"index 02"),
    "index behind the log": PROOF.replace(b"index 2", b"index 5"),
    "huge index": PROOF.replace(b"index 2", b"index " + b"9" * 40),
    "no index": PROOF.replace(b"index 2\n", b""),
    "no path": b"c2sp.org/tlog-proof@v1\nindex 2\n\n" + NOTE,
    "longer path": PROOF.replace(b"\n\n", b"\n" + base64.b64encode(bytes(32)) + b"\n\n", 1),
    "path of another order": write_proof(2, PATH[::-1], NOTE),
    "short hash": write_proof(2, [PATH[0][:31], *PATH[1:]], NOTE),
    "no base64": PROOF.replace(base64.b64encode(PATH[0]), b"?" * 44),
    "not ASCII": PROOF.replace(b"index 2", "index ٢".encode()),
    "64 hashes": write_proof(2, [bytes(32)] * 64, NOTE),
    "two blank lines": PROOF.replace(b"\n\n", b"\n\n\n", 1),
    "no checkpoint": PROOF[: PROOF.index(b"\n\n") + 2],
    "carriage returns": PROOF.replace(b"\n", b"\r\n"),
    "empty": b"",
}


@pytest.mark.parametrize("proof", REFUSED_PROOFS.values(), ids=REFUSED_PROOFS.keys())
def test_damaged_proof_is_refused(proof: bytes) -> None:
    """Every line of it."""
    with pytest.raises((ProofRefused, CheckpointRefused)):
        open_proof(proof, LEAVES[2], KEY)


def test_second_spelling_of_a_path_is_refused() -> None:
    """The same hash in base64 with other last bits."""
    text = base64.b64encode(PATH[0])
    twin = text[:-2] + bytes([text[-2] + 1]) + b"="
    assert base64.b64decode(twin) == PATH[0]
    with pytest.raises(ProofRefused):
        open_proof(PROOF.replace(text, twin), LEAVES[2], KEY)


@given(
    st.one_of(
        st.binary(max_size=120),
        st.tuples(st.integers(0, len(PROOF) - 1), st.binary(max_size=3)).map(
            lambda c: PROOF[: c[0]] + c[1] + PROOF[c[0] + 1 :]
        ),
    )
)
@settings(max_examples=200)
def test_any_bytes_are_the_proof_or_refused(data: bytes) -> None:
    """Nothing but our errors comes out, and only the proof itself passes."""
    try:
        open_proof(data, LEAVES[2], KEY)
    except ChamberError:
        return
    assert data == PROOF
