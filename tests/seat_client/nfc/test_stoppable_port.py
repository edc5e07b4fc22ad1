"""A port whose waiting can be ended."""

import pytest

from seat_client.nfc.errors import ReaderGone
from seat_client.nfc.stoppable_port import SLICE_S, StoppablePort
from tests.seat_client.nfc.scripted_port import ScriptedPort, turn


def test_waits_are_cut_into_slices_and_end_at_their_time() -> None:
    """Nobody waits longer than a slice for a stop; silence is still silence."""
    asked: list[float] = []

    class Asked(ScriptedPort):
        def read(self, until_s: float) -> bytes:
            asked.append(until_s - self.clock_s)
            return super().read(until_s)

    inner = Asked([])
    assert StoppablePort(inner).read(1.0) == b""
    assert inner.clock_s == pytest.approx(1.0)
    assert max(asked) <= SLICE_S + 1e-9
    assert len(asked) >= 5


def test_bytes_are_given_at_once() -> None:
    """A slice is no delay."""
    sent, pieces = turn("02", "0332010607")
    inner = ScriptedPort([(sent, pieces)])
    port = StoppablePort(inner)
    port.write(sent)
    assert port.read(10.0) == pieces[0]
    assert inner.clock_s < SLICE_S


def test_stopped_port_does_nothing_until_it_is_resumed() -> None:
    """Only closing, the clock, and one last word."""
    inner = ScriptedPort([turn("02", "0332010607")])
    port = StoppablePort(inner)
    port.stop()
    for call in (
        lambda: port.write(b"x"),
        lambda: port.read(1.0),
        port.drain,
        port.reset,
        port.reopen,
        lambda: port.pause(1),
    ):
        with pytest.raises(ReaderGone, match="stopped"):
            call()
    assert (inner.written, inner.done, port.now()) == ([], [], 0.0)
    port.close()
    assert inner.closed
    port.resume()
    port.write(turn("02")[0])
    assert port.reset()
    assert len(inner.written) == 1
