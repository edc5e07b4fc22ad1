"""Checkpoints that were seen."""

import pytest

from protocol.checkpoint import Checkpoint
from seat_client.errors import ForkSeen
from seat_client.witness import REMEMBERED, Age, Witness


def checkpoint(size: int, fill: int = 0) -> Checkpoint:
    """Some checkpoint."""
    return Checkpoint("chamber/a/b/c", size, bytes([fill]) * 32)


def test_newest_only_grows() -> None:
    """An older checkpoint is remembered but never becomes the newest."""
    witness = Witness()
    assert [witness.note(checkpoint(size)) for size in (5, 3, 5, 8)] == [Age.NEWER, Age.OLDER, Age.KNOWN, Age.NEWER]
    assert witness.newest == checkpoint(8)
    assert witness.seen == "8:" + "A" * 43


@pytest.mark.parametrize("size", [3, 5])
def test_other_root_of_a_size_is_a_fork(size: int) -> None:
    """Also for a size that is not the newest."""
    witness = Witness()
    witness.note(checkpoint(5))
    witness.note(checkpoint(3))
    with pytest.raises(ForkSeen):
        witness.note(checkpoint(size, 1))
    assert witness.newest == checkpoint(5)


def test_memory_is_bounded_and_keeps_the_newest() -> None:
    """The oldest are forgotten."""
    witness = Witness()
    for size in range(1, REMEMBERED * 3):
        witness.note(checkpoint(size))
    with pytest.raises(ForkSeen):
        witness.note(checkpoint(REMEMBERED * 3 - 1, 1))
    assert witness.note(checkpoint(1, 1)) is Age.OLDER
