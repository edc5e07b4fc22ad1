"""Documents in parts: cut, sent in any order or twice, put together; and what is no document is refused."""

import random
from base64 import b64encode
from dataclasses import replace

import pytest

from controller.desk.codec import DocumentRefused, read_document, write_document
from controller.desk.documents import House, HouseMember, Now, QuorumNow
from controller.desk.parts import Assembly, cut, open_part
from protocol.errors import MessageRefused
from protocol.keys import Ed25519Signer
from protocol.messages import DeskPart

CONTROLLER = Ed25519Signer(b"\x01" * 32)
OTHER = Ed25519Signer(b"\x02" * 32)


def parts_of(data: bytes, epoch: int = 1, number: int = 1) -> list[DeskPart]:
    """The parts of a document, opened."""
    return [open_part(one, CONTROLLER.public) for one in cut("house", (epoch, number), data, 5, CONTROLLER)]


def large(seed: int) -> bytes:
    """A document that does not compress: several parts."""
    return random.Random(seed).randbytes(100_000)


def test_a_document_comes_together_from_its_parts_in_any_order() -> None:
    """And is told once."""
    parts = parts_of(large(1))
    assert len(parts) > 2
    assembly = Assembly()
    told = [assembly.take(part) for part in reversed(parts)]
    assert told == [None] * (len(parts) - 1) + [large(1)]
    assert [assembly.take(part) for part in parts] == [None] * len(parts)


def test_a_newer_version_takes_the_place_of_one_that_never_came_whole() -> None:
    """What is late of the older one is passed over."""
    old, new = parts_of(large(1), number=1), parts_of(large(2), number=2)
    assembly = Assembly()
    assert assembly.take(old[0]) is None
    assert assembly.take(new[0]) is None
    assert assembly.take(old[1]) is None
    told = [assembly.take(part) for part in new[1:]]
    assert told[-1] == large(2)


def test_a_controller_that_was_started_again_is_believed_at_once() -> None:
    """Though its numbers begin anew; and what a broker sends again of the time before is not."""
    before, after = parts_of(b"before", epoch=1, number=900), parts_of(b"after", epoch=2, number=1)
    assembly = Assembly()
    assert assembly.take(before[0]) == b"before"
    assert assembly.take(after[0]) == b"after"
    assert assembly.take(parts_of(b"late", epoch=1, number=901)[0]) is None
    assert assembly.take(parts_of(b"next", epoch=2, number=2)[0]) == b"next"


@pytest.mark.parametrize(("part", "of"), [(0, 1), (2, 1), (1, 65), (1, 0)])
def test_numbers_that_cannot_be_are_refused(part: int, of: int) -> None:
    """Before anything is kept."""
    with pytest.raises(DocumentRefused):
        Assembly().take(DeskPart("house", 1, 1, part, of, "", 5))


def test_what_is_not_compressed_or_cut_short_is_refused() -> None:
    """A bomb of zeros as well."""
    whole = parts_of(b"x" * 500)[0]
    for data in ("not base64!", "", b64encode(b"plain").decode(), whole.data[:8]):
        with pytest.raises(DocumentRefused):
            Assembly().take(replace(whole, data=data))
    with pytest.raises(DocumentRefused, match="too long"):
        Assembly().take(parts_of(bytes(9_000_000))[0])


def test_a_part_of_another_key_is_refused() -> None:
    """Whoever wrote it."""
    sent = cut("house", (1, 1), b"x", 5, OTHER)[0]
    with pytest.raises(MessageRefused):
        open_part(sent, CONTROLLER.public)


def test_a_document_reads_back_and_passes_over_what_it_does_not_know() -> None:
    """A console may be a version behind."""
    house = House("kikinda", "skupstina", "2024", members=(HouseMember("m-1", "[bold]Име", ""),))
    assert read_document(House, write_document(house)) == house
    assert read_document(Now, b'{"number":7,"invented":{"a":1},"quorum":{"rule":"q","here":3}}') == Now(
        7, quorum=QuorumNow("q", 3, 0)
    )


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"7", b'{"number":"7"}', b'{"number":true}', b'{"quorum":null}', b'{"votes":{}}', b"[" * 5_000]
)
def test_a_document_of_another_form_is_refused_as_a_whole(data: bytes) -> None:
    """Nothing of it is shown."""
    with pytest.raises(DocumentRefused):
        read_document(Now, data)
