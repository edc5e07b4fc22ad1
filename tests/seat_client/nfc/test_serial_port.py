"""The door to the line, over a pseudo-terminal and a socket on the loopback."""

import os
import socket
import time
import tty
from collections.abc import Iterator
from contextlib import suppress

import pytest

from seat_client.nfc.errors import ReaderGone
from seat_client.nfc.serial_port import SerialPort, open_port

LONG_S = 30.0


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The chip's end of a pseudo-terminal, and the name of the host's."""
    chip, host = os.openpty()
    tty.setraw(host)
    name = os.ttyname(host)
    os.close(host)
    yield chip, name
    with suppress(OSError):
        os.close(chip)


@pytest.mark.parametrize("prefix", ["", "serial:"])
def test_bytes_go_both_ways_over_a_terminal(terminal: tuple[int, str], prefix: str) -> None:
    """Every value of a byte, unchanged."""
    chip, name = terminal
    port = open_port(prefix + name)
    every = bytes(range(256))
    port.write(every)
    assert os.read(chip, 4096) == every
    os.write(chip, every)
    got = b""
    while len(got) < len(every):
        got += port.read(time.monotonic() + LONG_S)
    assert got == every
    port.close()


def test_past_deadline_reads_nothing_and_returns(terminal: tuple[int, str]) -> None:
    """Silence is empty, not an error."""
    port = open_port(terminal[1])
    assert port.read(port.now() - 1) == b""
    port.close()


def test_drained_bytes_are_never_seen(terminal: tuple[int, str]) -> None:
    """An old answer is thrown away; what comes later is read."""
    chip, name = terminal
    port = open_port(name)
    os.write(chip, b"old")
    assert port.read(time.monotonic() + LONG_S)
    os.write(chip, b"older")
    port.drain()
    os.write(chip, b"new")
    assert port.read(time.monotonic() + LONG_S).startswith(b"n")
    port.close()


def test_second_program_on_the_same_line_is_refused(terminal: tuple[int, str]) -> None:
    """The line is held alone."""
    port = open_port(terminal[1])
    with pytest.raises(ReaderGone):
        open_port(terminal[1])
    port.close()
    open_port(terminal[1]).close()


def test_unplugged_line_is_named_and_stays_closed(terminal: tuple[int, str]) -> None:
    """Reading, writing and draining all say so, and a new line can be opened."""
    chip, name = terminal
    port = open_port(name)
    os.close(chip)
    for call in (lambda: port.read(time.monotonic() + LONG_S), lambda: port.write(b"x"), port.drain, port.reopen):
        with pytest.raises(ReaderGone):
            call()


def test_line_that_is_not_there_is_named() -> None:
    """The error says which."""
    with pytest.raises(ReaderGone, match="/dev/no-such-reader") as refused:
        open_port("serial:/dev/no-such-reader")
    assert refused.value.code == "reader-gone"


def test_port_is_closed_until_it_is_opened() -> None:
    """Nothing happens behind a constructor."""
    with pytest.raises(ReaderGone, match="not open"):
        SerialPort("/dev/null").write(b"x")


def test_socket_is_only_another_setting() -> None:
    """The same door to a reader on the loopback, which may also go."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}")
        chip, _ = server.accept()
        port.write(b"\x55\x55")
        assert chip.recv(2) == b"\x55\x55"
        chip.sendall(b"\x00\xff")
        assert port.read(time.monotonic() + LONG_S)[:1] == b"\x00"
        port.drain()
        chip.close()
    with pytest.raises(ReaderGone):
        port.read(time.monotonic() + LONG_S)


def test_reset_pin_is_pulled_if_it_is_wired() -> None:
    """And is said to be missing if not."""
    pulls: list[int] = []
    assert SerialPort("/dev/null", lambda: pulls.append(1)).reset()
    assert pulls == [1]
    assert not SerialPort("/dev/null").reset()
