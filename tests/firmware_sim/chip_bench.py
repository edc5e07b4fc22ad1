"""A chip on a bench: time is a number that moves only when the bench moves it."""

from dataclasses import dataclass, field

from firmware_sim.pn532.chip import Chip

ACK = bytes.fromhex("0000ff00ff00")
WAKE_UP = bytes.fromhex("5555" + "00" * 14)
QUIET_S = 10.0


def framed(body: bytes) -> bytes:
    """A frame of the host around TFI and data, in the form that its length asks for."""
    high, low = divmod(len(body), 256)
    lengths = bytes((0xFF, 0xFF, high, low, -(high + low) & 0xFF)) if high else bytes((low, -low & 0xFF))
    return b"\x00\x00\xff" + lengths + body + bytes((-sum(body) & 0xFF, 0))


@dataclass
class Bench:
    """Sends bytes and collects what comes back."""

    chip: Chip = field(default_factory=Chip)
    now_s: float = 100.0

    def hear(self) -> list[bytes]:
        """Let time run until the chip has nothing more to say; return the frames it sent."""
        frames: list[bytes] = []
        while (due_s := self.chip.next_deadline_s()) is not None:
            self.now_s = max(self.now_s, due_s)
            frames += self.chip.take_due(self.now_s)
        return frames

    def say(self, data: bytes) -> list[bytes]:
        """Send bytes, and hear what they cause."""
        self.chip.receive(data, self.now_s)
        return self.hear()

    def wake(self) -> None:
        """What a host does first."""
        assert self.say(WAKE_UP + framed(b"\xd4\x14\x01")) == [ACK, framed(b"\xd5\x15")]

    def command(self, data: str) -> str:
        """Send a command given in hex without TFI; return the answer in the same form."""
        frames = self.say(framed(b"\xd4" + bytes.fromhex(data)))
        assert len(frames) == 2
        assert frames[0] == ACK
        body = frames[1][8:-2] if frames[1].startswith(b"\x00\x00\xff\xff\xff") else frames[1][5:-2]
        assert framed(body) == frames[1]
        assert body[:1] == b"\xd5"
        return body[1:].hex()


def awake(chip: Chip | None = None) -> Bench:
    """A bench whose chip is awake."""
    bench = Bench(chip or Chip())
    bench.wake()
    return bench
