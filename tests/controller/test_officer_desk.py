"""The officer's desk believes only what leads to the root key it was given."""

import random

import pytest

from controller.officer_desk import Desk
from protocol import records
from protocol.checkpoint import Checkpoint, sign_checkpoint
from protocol.encoding import base64url, hash_text
from protocol.errors import ChamberError
from protocol.jws import read_envelope
from protocol.keys import Ed25519Signer
from protocol.messages import Hall, Head, Refusal
from protocol.receipt import Receipt, write_receipt
from protocol.record import Record
from protocol.records import read_record
from tests.controller.recorder_room import TOPICS, Room, open_room
from tests.protocol.chamber_builder import CONTROLLER_KEY, LOG_KEY, ORIGIN, ROOT_KEY, device_key, officer_key, seed

NOBODY = Ed25519Signer(seed("nobody"))


ROOM = open_room()


def trust_of(room: Room) -> bytes:
    """The retained trust records."""
    return b"\n".join(room.leaves[:6])


def head(number: int, signer: Ed25519Signer = CONTROLLER_KEY, checkpoint: str = "") -> bytes:
    """A head of this number, with an old checkpoint if none is given."""
    note = checkpoint or ROOM.checkpoint(6).decode()
    return Head(number, "", "", "", "", "", "", "", "", "", note, 1).seal(signer)


def ready_desk(room: Room) -> Desk:
    """The chair's desk after connecting."""
    desk = Desk(officer_key("chair"), ROOT_KEY.public.thumbprint)
    desk.take_trust(trust_of(room))
    desk.take_checkpoint(room.checkpoint())
    desk.take_head(head(1))
    return desk


def draft(seq: int, seen: str, ts: int) -> Record:
    """An act."""
    return records.Adjourn("sitting-1", "break", seq, seen, ts)


def test_ready_once_everything_is_verified() -> None:
    """Keys first: before them nothing else is believed."""
    desk = Desk(officer_key("chair"), ROOT_KEY.public.thumbprint)
    desk.take_checkpoint(ROOM.checkpoint())
    desk.take_head(head(1))
    assert (desk.checkpoint, desk.head) == (None, None)
    desk.take_trust(trust_of(ROOM))
    desk.take_checkpoint(ROOM.checkpoint())
    assert desk.head is None
    desk.take_head(head(1))
    assert desk.ready
    assert (desk.trust_digest, desk.origin) == (ROOM.state.trust_digest(), ORIGIN)


def test_answer_before_the_trust_records() -> None:
    """It cannot be read yet; the act is sent again."""
    with pytest.raises(ChamberError):
        Desk(officer_key("chair"), "x").take_answer(b"anything")


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"\n", b"x", trust_of(ROOM) + b"\n", trust_of(ROOM)[:-5], b"\n".join(ROOM.leaves[1:6]), ROOM.leaves[7],
        b"\n".join([ROOM.leaves[0], ROOM.leaves[0]]), b"\xff" * 100, b"\n".join([*ROOM.leaves[:6], ROOM.leaves[7]]),
    ],
)  # fmt: skip
def test_trust_records_that_do_not_hold(payload: bytes) -> None:
    """Refused whole; what was known stays known."""
    desk = ready_desk(ROOM)
    with pytest.raises(ChamberError):
        desk.take_trust(payload)
    assert desk.trust_digest == ROOM.state.trust_digest()
    assert desk.ready


def test_trust_records_of_another_root() -> None:
    """The thumbprint the officer was given decides."""
    desk = Desk(officer_key("chair"), NOBODY.public.thumbprint)
    with pytest.raises(ChamberError, match="another root"):
        desk.take_trust(trust_of(ROOM))
    assert not desk.ready


def test_checkpoints() -> None:
    """Newer ones are kept, older passed over; another key's or another tree of the same size are refused."""
    desk = ready_desk(ROOM)
    newest = desk.checkpoint
    desk.take_checkpoint(ROOM.checkpoint(5))
    assert desk.checkpoint == newest
    fork = sign_checkpoint(Checkpoint(ORIGIN, ROOM.size, bytes(32)), LOG_KEY)
    with pytest.raises(ChamberError) as caught:
        desk.take_checkpoint(fork)
    assert caught.value.code == "fork"
    for wrong in (b"", b"x", sign_checkpoint(Checkpoint(ORIGIN, 10**6, bytes(32)), NOBODY)):
        with pytest.raises(ChamberError):
            desk.take_checkpoint(wrong)
    assert desk.checkpoint == newest


def test_heads() -> None:
    """By rising number, signed by the controller, and nothing but heads."""
    desk = ready_desk(ROOM)
    desk.take_head(head(7))
    desk.take_head(head(3))
    assert desk.head is not None
    assert desk.head.number == 7
    hall = Hall(9, "", "", "", "", "", 0, 0, 0, "", (), "", 1).seal(CONTROLLER_KEY)
    for wrong in (head(9, NOBODY), head(9, LOG_KEY), hall, b"", ROOM.leaves[0]):
        with pytest.raises(ChamberError):
            desk.take_head(wrong)
    assert desk.head.number == 7


def test_head_with_a_checkpoint_that_does_not_hold() -> None:
    """Refused for what it carries."""
    desk = ready_desk(ROOM)
    fork = sign_checkpoint(Checkpoint(ORIGIN, ROOM.size, bytes(32)), LOG_KEY).decode()
    with pytest.raises(ChamberError):
        desk.take_head(head(8, checkpoint=fork))
    assert desk.head is not None
    assert desk.head.number == 1


def test_acts_are_signed_on_what_was_seen() -> None:
    """`seq` rises although the clock goes back; `seen` is the newest checkpoint."""
    desk = ready_desk(ROOM)
    numbers = []
    for now in (5_000, 4_000, 9_000):
        record_hash, data = desk.compose(draft, now)
        record = read_record("adjourn", read_envelope(data).payload)
        assert isinstance(record, records.Adjourn)
        assert record_hash == hash_text(data)
        assert record.seen == ROOM.seen()
        numbers.append(record.seq)
    assert numbers == [5_000, 5_001, 9_000]


def test_receipt_of_a_waiting_act() -> None:
    """Its checkpoint is the newest that is known then."""
    room = open_room()
    desk = ready_desk(room)
    record_hash, data = desk.compose(draft, room.now_ms + 10_000)
    outgoing = room.send(TOPICS.prefix + "/officer/chair/up", data)
    answer = next(o.payload for o in outgoing if o.topic.endswith("officer/chair/down"))
    found, receipt = desk.take_answer(answer)
    assert isinstance(receipt, Receipt)
    assert (found, receipt.counts, desk.waiting) == (record_hash, True, {})
    assert desk.checkpoint is not None
    assert desk.checkpoint.size == room.size
    with pytest.raises(ChamberError):
        desk.take_answer(answer)


def test_answers_that_answer_nothing() -> None:
    """Other records, other signers, noise: the act goes on waiting."""
    room = open_room()
    desk = ready_desk(room)
    record_hash, data = desk.compose(draft, room.now_ms + 10_000)
    index = room.size - 1
    path = room.tree.inclusion(index, room.size)
    good = write_receipt(record_hash, index, "", path, room.checkpoint(), room.size, CONTROLLER_KEY)
    other = write_receipt(hash_text(room.leaves[index]), index, "", path, room.checkpoint(), room.size, CONTROLLER_KEY)
    for wrong in (
        good, other, good[:-10], b"c2sp.org/tlog-proof@v1\n", b"", b"x",
        Refusal(hash_text(b"other"), "state", 1, "", ()).seal(CONTROLLER_KEY),
        Refusal(record_hash, "state", 1, "", ()).seal(NOBODY),
        Refusal(record_hash, "state", 1, "", ()).seal(device_key("s1")), head(3),
    ):  # fmt: skip
        with pytest.raises(ChamberError):
            desk.take_answer(wrong)
    assert desk.waiting == {record_hash: data}
    found, refusal = desk.take_answer(Refusal(record_hash, "stale", 1, "", ()).seal(CONTROLLER_KEY))
    assert isinstance(refusal, Refusal)
    assert (found, refusal.reason, desk.waiting) == (record_hash, "stale", {})


def test_noise_raises_nothing_else() -> None:
    """A broker is soft state and may say anything."""
    desk = ready_desk(ROOM)
    desk.compose(draft, 1)
    generator = random.Random(5)
    pool = [trust_of(ROOM), ROOM.checkpoint(), head(4), *(o.payload for o in ROOM.sent[-20:])]
    for _ in range(400):
        data = bytearray(generator.choice(pool))
        at = generator.randrange(len(data))
        data[at : at + generator.randint(0, 3)] = generator.randbytes(generator.randint(0, 3))
        for take in (desk.take_trust, desk.take_checkpoint, desk.take_head, desk.take_answer):
            try:
                take(bytes(data))
            except ChamberError:
                continue
    assert desk.ready
    assert base64url(ROOM.tree.root()) in ROOM.seen()
