"""What comes down to a seat, under any bytes: an answer to what the seat asked, or a refusal by name, and no more.

The one that answers is a chamber in memory with real signatures and proofs.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass

from hypothesis import strategies as st

from protocol.encoding import hash_text
from protocol.errors import MessageRefused, ReceiptRefused
from protocol.messages import Challenge, ChallengeRequest
from protocol.records import SessionEnd
from seat_client.answers import Asked, Settled, read_down
from seat_client.events import Moment
from seat_client.known_keys import KnownKeys, read_trust
from seat_client.outbox import Outbox
from seat_client.pretend_chamber import SEAT, PretendChamber
from tests.fuzzing import fuzzed

MOMENT = Moment(1.0, 1, 0.0)
HEADER = b"c2sp.org/tlog-proof@v1\n"


@dataclass
class Wire:
    """A seat's outbox with two records, what the chamber said of them, and of a request."""

    keys: KnownKeys
    outbox: Outbox
    records: list[bytes]
    receipts: list[bytes]
    challenge: bytes


def make_wire() -> Wire:
    """Two session ends are waiting; only what waits is of interest here."""
    chamber, outbox = PretendChamber(), Outbox()
    keys = read_trust(chamber.trust, chamber.root.public)
    records = [SessionEnd("A" * 43, "card-removed", ts).seal(chamber.device) for ts in (1, 2)]
    for record in records:
        outbox.add(record, "session-end", MOMENT)
    request = ChallengeRequest(SEAT, 1).seal(chamber.device)
    return Wire(keys, outbox, records, [chamber.answer(record) for record in records], chamber.answer(request))


WIRE = make_wire()
ANSWERS = st.sampled_from([*WIRE.receipts, WIRE.challenge])
LINES = st.lists(
    st.one_of(
        st.binary(max_size=40).map(b64encode),
        st.binary(max_size=40),
        st.sampled_from([line for data in WIRE.receipts for line in data.split(b"\n")]),
    ),
    max_size=10,
)


def read(data: bytes) -> Asked | Settled | str | None:
    """What it is to the seat, or the code of its refusal; the outbox never changes."""
    before = len(WIRE.outbox)
    try:
        return read_down(data, WIRE.keys, WIRE.outbox)
    except (MessageRefused, ReceiptRefused) as refused:
        return refused.code
    finally:
        assert len(WIRE.outbox) == before


def test_good_answers_are_believed() -> None:
    """Each receipt for its own record, the challenge for nobody's."""
    for record, receipt in zip(WIRE.records, WIRE.receipts, strict=True):
        settled = read(receipt)
        assert isinstance(settled, Settled)
        assert (settled.record, settled.reason) == (hash_text(record), "")
    assert isinstance(read(WIRE.challenge), Challenge)


@fuzzed(200, data=st.binary(max_size=300), marked=st.booleans())
def test_any_bytes_are_refused_by_name(data: bytes, marked: bool) -> None:
    """Also where they begin as a receipt does."""
    assert isinstance(read(HEADER * marked + data), str)


@fuzzed(400, answer=ANSWERS, place=st.integers(0, 9_999), mask=st.integers(1, 255))
def test_no_changed_answer_is_believed(answer: bytes, place: int, mask: int) -> None:
    """Whichever byte of status, path, checkpoint or message: refused, or about a record that this seat never sent."""
    data = bytearray(answer)
    data[place % len(data)] ^= mask
    assert read(bytes(data)) is None or isinstance(read(bytes(data)), str)


@fuzzed(200, answer=ANSWERS, kept=st.integers(0, 9_999), more=st.binary(min_size=1, max_size=30))
def test_cut_or_longer_answer_is_refused(answer: bytes, kept: int, more: bytes) -> None:
    """To the byte."""
    assert isinstance(read(answer[: kept % len(answer)]), str)
    assert isinstance(read(answer + more), str)


@fuzzed(300, lines=LINES, extra=st.booleans())
def test_lines_of_receipts_in_any_order_settle_nothing_but_their_own_record(lines: list[bytes], extra: bool) -> None:
    """Parts of two good receipts mixed: refused, or exactly one of the two."""
    head = [WIRE.receipts[0].split(b"\n")[1]] if extra else []
    data = HEADER + b"\n".join([*head, *lines])
    found = read(data)
    assert found is None or isinstance(found, str) or data in WIRE.receipts


@fuzzed(100, status=st.binary(max_size=80), spaces=st.integers(0, 2))
def test_status_of_any_bytes_is_refused(status: bytes, spaces: int) -> None:
    """Base64 or not, signed by nobody; a second spelling of a good one too."""
    lines = WIRE.receipts[0].split(b"\n")
    for text in (status, b64encode(status)):
        assert isinstance(read(b"\n".join([lines[0], b"extra " + text, *lines[2:]])), str)
    good = lines[1].removeprefix(b"extra ")
    respelled = good.rstrip(b"=") + b"=" * (spaces + 3)
    assert b64decode(good)
    assert isinstance(read(b"\n".join([lines[0], b"extra " + respelled, *lines[2:]])), str)
