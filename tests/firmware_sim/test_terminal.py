"""The chip on a pseudo-terminal, and the reader as a process."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from firmware_sim.__main__ import main
from firmware_sim.cards.catalogue import authority
from firmware_sim.cards.uid import uid_card
from firmware_sim.pn532.chip import Chip
from firmware_sim.reader import ReaderRefused, plan_reader
from firmware_sim.terminal import PseudoTerminal
from tests.firmware_sim.chip_bench import ACK, WAKE_UP, framed

WAIT_S = 20
GET_VERSION = bytes.fromhex("0000ff02fed4022a00")
VERSION = bytes.fromhex("0000ff06fad50332010607e800")
POLL = framed(b"\xd4\x4a\x01\x00")
FOUND = framed(bytes.fromhex("d54b01010004080408010203"))


class Host:
    """Another program at the far end."""

    def __init__(self, path: str) -> None:
        self.port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    async def hear(self, count: int) -> bytes:
        """Exactly `count` bytes."""
        loop, data = asyncio.get_running_loop(), b""
        while len(data) < count:
            ready = loop.create_future()
            loop.add_reader(self.port, ready.set_result, None)
            try:
                await ready
            finally:
                loop.remove_reader(self.port)
            data += os.read(self.port, count - len(data))
        return data

    def say(self, data: bytes) -> None:
        """Write."""
        os.write(self.port, data)

    def close(self) -> None:
        """Close the port, as a program that ends."""
        os.close(self.port)


def with_terminal(test: Callable[[PseudoTerminal], Awaitable[None]], *, paced: bool = False) -> None:
    """Run a test against a chip on a terminal."""

    async def run() -> None:
        terminal = PseudoTerminal(Chip(), paced=paced)
        try:
            async with asyncio.timeout(WAIT_S):
                await test(terminal)
        finally:
            terminal.close()
            terminal.close()

    asyncio.run(run())


@pytest.mark.parametrize("paced", [False, True])
def test_a_host_may_close_and_open_the_port_again(paced: bool) -> None:
    """Bytes pass as they are, line ends and control characters too; the chip stays awake in between."""

    async def test(terminal: PseudoTerminal) -> None:
        for wake in (WAKE_UP, b""):
            host = Host(terminal.path)
            host.say(wake + GET_VERSION)
            assert await host.hear(len(ACK + VERSION)) == ACK + VERSION
            echo = framed(b"\xd4\x00\x00" + bytes(range(256)))
            host.say(echo)
            assert await host.hear(len(ACK + echo)) == ACK + framed(b"\xd5\x01\x00" + bytes(range(256)))
            host.close()

    with_terminal(test, paced=paced)


def test_a_card_laid_down_ends_an_endless_poll() -> None:
    """And taken away, it is gone; a reset puts the chip to sleep."""

    async def test(terminal: PseudoTerminal) -> None:
        host, card = Host(terminal.path), uid_card(b"\x08\x01\x02\x03")
        host.say(WAKE_UP + POLL)
        assert await host.hear(len(ACK)) == ACK
        terminal.place(card)
        assert await host.hear(len(FOUND)) == FOUND
        terminal.remove(card)
        host.say(framed(b"\xd4\x42\x26"))
        assert await host.hear(len(ACK) + 10) == ACK + framed(b"\xd5\x43\x01")
        terminal.reset()
        host.say(GET_VERSION + WAKE_UP + GET_VERSION)
        assert await host.hear(len(ACK + VERSION)) == ACK + VERSION
        host.close()

    with_terminal(test)


def test_honest_pacing_takes_ten_bits_a_byte() -> None:
    """At least: 264 bytes each way at 115,200 bit/s are 46 ms."""

    async def test(terminal: PseudoTerminal) -> None:
        host, loop = Host(terminal.path), asyncio.get_running_loop()
        host.say(WAKE_UP + GET_VERSION)
        await host.hear(len(ACK + VERSION))
        echo = framed(b"\xd4\x00\x00" + bytes(256))
        before_s = loop.time()
        host.say(echo)
        await host.hear(len(ACK + echo))
        assert loop.time() - before_s > 2 * len(echo) * 10 / 115_200
        host.close()

    with_terminal(test, paced=True)


def test_a_host_that_reads_nothing_loses_bytes_and_stops_nobody() -> None:
    """A UART does not wait."""

    async def test(terminal: PseudoTerminal) -> None:
        host = Host(terminal.path)
        host.say(WAKE_UP)
        for _ in range(3000):  # each has an ACK of six bytes, and a terminal holds about four thousand
            with contextlib.suppress(BlockingIOError):  # the chip has not read yet
                host.say(GET_VERSION)
            await asyncio.sleep(0)
        heard = b""
        while not heard.endswith(ACK + VERSION):
            with contextlib.suppress(BlockingIOError):
                host.say(GET_VERSION)
            heard += await host.hear(1)
        host.close()

    with_terminal(test)


def test_the_reader_process_tells_its_path_and_moves_its_card_by_signal(tmp_path: Path) -> None:
    """SIGUSR1 lays the card down, SIGTERM ends with 0."""
    link, issuer = tmp_path / "reader", tmp_path / "authority.der"
    command = [sys.executable, "-m", "firmware_sim", "reader", "--card", "uid"]
    command += ["--link", str(link), "--save-authority", str(issuer)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    async def talk(path: str) -> None:
        host = Host(path)
        async with asyncio.timeout(WAIT_S):
            host.say(WAKE_UP + POLL)
            assert await host.hear(len(ACK)) == ACK
            process.send_signal(signal.SIGUSR1)
            assert (await host.hear(len(FOUND)))[:8] == FOUND[:8]
            process.send_signal(signal.SIGUSR1)
        host.close()

    try:
        assert process.stdout is not None
        path = process.stdout.readline().strip()
        assert str(link.readlink()) == path
        assert issuer.read_bytes() == authority()
        asyncio.run(talk(str(link)))
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
        assert process.stdout.read() == ""
        assert not link.is_symlink()
    finally:
        process.kill()
        process.wait(WAIT_S)
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.parametrize(
    ("name", "faults", "says"),
    [("visa", (), "--card"), ("piv", ("fire",), "--fault"), ("piv", ("expired", "wrong-ca"), "one fault")],
)
def test_a_reader_that_cannot_be_is_refused(name: str, faults: tuple[str, ...], says: str) -> None:
    """A card or fault that nobody knows, two faults of one card."""
    with pytest.raises(ReaderRefused, match=says):
        plan_reader(name, "strict", 1, faults)


def test_two_cards_are_laid_down_together() -> None:
    """The second is a badge."""
    assert len(plan_reader("piv", "strict", 1, ("two-cards", "no-ack")).cards) == 2
    assert len(plan_reader("none", "lenient", 1, ()).cards) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["reader", "--card", "visa"],
        ["reader", "--fault", "fire"],
        ["reader", "--link", "/no/such/folder/reader"],
        ["card", "piv", "--vpcd", "127.0.0.1:0"],
        ["card", "piv", "--vpcd", "here"],
    ],
)
def test_the_command_line_says_what_it_cannot_do(arguments: list[str]) -> None:
    """One line, and exit code 3."""
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 3
    assert len(done.output.splitlines()) == 1
