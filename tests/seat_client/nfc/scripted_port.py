"""A reader played from a script, on a clock that only waiting moves: no test sleeps."""

from collections import deque
from collections.abc import Callable, Iterable

from seat_client.nfc.errors import ReaderGone
from seat_client.nfc.frames import ACK, encode_command

Say = tuple[bytes, ...]


def answer(data: str) -> bytes:
    """An answer's frame by hand: `data` is its code and parameters in hex. Not the driver's own encoder."""
    body = b"\xd5" + bytes.fromhex(data)
    size = len(body)
    high, low = divmod(size, 256)
    header = [0xFF, 0xFF, high, low, -(high + low) & 0xFF] if size > 255 else [size, -size & 0xFF]
    return b"\x00\x00\xff" + bytes(header) + body + bytes([-sum(body) & 0xFF, 0])


def command(data: str) -> bytes:
    """A command's frame."""
    return encode_command(bytes.fromhex(data))


class ScriptedPort:
    """Answers each write by the next line of `script`: what is expected, and the pieces that arrive then.

    `b""` among the pieces stands for silence until the reader's patience ends. Writes that are not in the script are
    kept in `extra` if `lenient`, else they fail the test.
    """

    def __init__(self, script: Iterable[tuple[bytes, Say]], *, lenient: bool = False) -> None:
        self.script = deque(script)
        self.clock_s = 0.0
        self.written: list[bytes] = []
        self.done: list[str] = []
        self.has_reset = True
        self.gone = False
        self.reopen_fails = False
        self.closed = False
        self.on_write: Callable[[bytes], None] | None = None
        self._lenient = lenient
        self._arriving: deque[bytes] = deque()

    def write(self, data: bytes) -> None:
        """Take a write and let the script's answer arrive."""
        self._check()
        self.written.append(data)
        if self.on_write is not None:
            self.on_write(data)
        if self.script and self.script[0][0] == data:
            self._arriving.extend(self.script.popleft()[1])
        elif not self._lenient:
            wanted = self.script[0][0].hex() if self.script else "nothing more"
            raise AssertionError(f"wrote {data.hex()}, the script has {wanted}")

    def read(self, until_s: float) -> bytes:
        """The next piece, a millisecond later, or silence."""
        self._check()
        if self._arriving and (piece := self._arriving.popleft()):
            self.clock_s += 0.001
            return piece
        self.clock_s = max(self.clock_s, until_s)
        return b""

    def drain(self) -> None:
        """Forget what has arrived."""
        self._check()
        self._arriving.clear()

    def now(self) -> float:
        """The clock."""
        return self.clock_s

    def pause(self, seconds: float) -> None:
        """Only the clock moves."""
        self.clock_s += seconds

    def reset(self) -> bool:
        """Note it."""
        self.done.append("reset")
        return self.has_reset

    def reopen(self) -> None:
        """Note it."""
        self.done.append("reopen")
        if self.reopen_fails:
            raise ReaderGone("no such port")
        self.gone = False

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def _check(self) -> None:
        if self.gone:
            raise ReaderGone("unplugged")


def turn(sent: str, *answers: str) -> tuple[bytes, Say]:
    """One good turn: a command, its ACK, its answer."""
    return command(sent), (ACK, *(answer(data) for data in answers))


def apdu_turn(sent: str, got: str) -> tuple[bytes, Say]:
    """One APDU to target 1 and what the card answers."""
    return turn(f"4001{sent}", f"4100{got}")
