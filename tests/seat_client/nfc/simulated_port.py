"""The simulated chip behind the driver's port, on a clock that only waiting moves: no bytes leave the process."""

import threading
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import Name

from firmware_sim.card_crypto import CardKey
from firmware_sim.cards.iso14443a import CardA
from firmware_sim.cards.isodep import Application
from firmware_sim.cards.piv import Piv, Slot, piv_card
from firmware_sim.pn532.chip import Chip as SimulatedChip
from firmware_sim.pn532.faults import Faults
from seat_client.nfc.errors import ReaderGone
from tests.protocol.card_issuer import certificate, subject

CARD_SLOT = 0x9E


class SimulatedPort:
    """A PN532 with cards. `unplugged` makes the line vanish; `on_write` is called before each frame of the host."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.chip = SimulatedChip(faults=faults)
        self.clock_s = 100.0
        # A test lays cards down in the thread of the event loop, the driver talks in its worker.
        self._lock = threading.RLock()
        self.unplugged = False
        self.opened = False
        self.closed = False
        self.resets = 0
        self.written: list[bytes] = []
        self.on_write: Callable[[bytes], object] | None = None

    def place(self, card: CardA) -> CardA:
        """Lay a card down."""
        with self._lock:
            self.chip.place(card, self.clock_s)
        return card

    def remove(self, card: CardA) -> None:
        """Take a card away."""
        with self._lock:
            self.chip.remove(card)

    def write(self, data: bytes) -> None:
        """Bytes of the host."""
        self._check()
        self.written.append(data)
        if self.on_write is not None:
            self.on_write(data)
        self._check()
        with self._lock:
            self.chip.receive(data, self.clock_s)

    def read(self, until_s: float) -> bytes:
        """What the chip sends next, at its time."""
        self._check()
        with self._lock:
            while (due_s := self.chip.next_deadline_s()) is not None and due_s <= until_s:
                self.clock_s = max(self.clock_s, due_s)
                if sent := b"".join(self.chip.take_due(self.clock_s)):
                    return sent
            self.clock_s = max(self.clock_s, until_s)
            return b""

    def drain(self) -> None:
        """Forget what was sent until now."""
        self._check()
        with self._lock:
            self.chip.take_due(self.clock_s)

    def now(self) -> float:
        """The clock."""
        return self.clock_s

    def pause(self, seconds: float) -> None:
        """Only the clock moves."""
        self.clock_s += seconds

    def reset(self) -> bool:
        """The pin."""
        self.resets += 1
        with self._lock:
            self.chip.reset()
        return True

    def reopen(self) -> None:
        """Open the line."""
        self.opened = True
        self._check()

    def close(self) -> None:
        """Note it."""
        self.closed = True

    def _check(self) -> None:
        if self.unplugged or not self.opened:
            self.opened = False
            raise ReaderGone("unplugged")


def piv(name: Name | None = None, *, uid: str = "27a31f5c", der: bytes | None = None, holder: str = "holder") -> CardA:
    """A PIV card of member m07, or with this subject or certificate."""
    return piv_card(application(name, der=der, holder=holder), bytes.fromhex(uid))


def application(name: Name | None = None, *, der: bytes | None = None, holder: str = "holder") -> Application:
    """What runs on such a card."""
    key = CardKey.of_secret(holder.encode())
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.point)
    issued = certificate(name or subject("m07"), key=public) if der is None else der
    return Piv({CARD_SLOT: Slot(key, issued)}, bytes(16))
