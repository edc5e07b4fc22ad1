"""Cards that are wrong on purpose: certificates no chamber should accept, and applications that talk nonsense."""

from enum import Enum
from random import Random
from typing import Final

from firmware_sim.card_crypto import FAR_AHEAD, LONG_AGO, LONG_PAST, CardKey
from firmware_sim.cards.isodep import Application

HUGE_BYTES: Final = 10_000
_NONSENSE_BYTES_MAX: Final = 300


class CardFault(Enum):
    """What is wrong with a card."""

    WRONG_CA = "wrong-ca"
    EXPIRED = "expired"
    HUGE_CERTIFICATE = "huge-certificate"
    NONSENSE = "nonsense"
    ENDLESS_CHAIN = "endless-chain"
    FROZEN_COUNTER = "frozen-counter"  # a copy: what it mirrors does not count on
    RANDOM_UID = "random-uid"  # another one each time the field comes on


def certify(issuer: CardKey, holder: CardKey, name: str, fault: CardFault | None) -> bytes:
    """A certificate for `holder`, good or with the fault."""
    if fault is CardFault.WRONG_CA:
        issuer = CardKey.of_secret(b"an issuer that nobody trusts")
    times = (LONG_AGO, LONG_PAST if fault is CardFault.EXPIRED else FAR_AHEAD)
    return issuer.certify(holder, name, times, HUGE_BYTES if fault is CardFault.HUGE_CERTIFICATE else 0)


def spoiled(application: Application, fault: CardFault | None, seed: int) -> Application:
    """The application, or one that behaves wrongly in its place."""
    if fault is CardFault.NONSENSE:
        return Nonsense(seed)
    return Endless(application) if fault is CardFault.ENDLESS_CHAIN else application


class Nonsense(Application):
    """Answers every APDU with random bytes, sometimes none."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def power_off(self) -> None:
        """The generator goes on."""

    def process(self, command: bytes) -> bytes:  # noqa: ARG002 - whatever it is
        """Bytes without meaning."""
        return self._random.randbytes(self._random.randrange(_NONSENSE_BYTES_MAX))

    def think_s(self, command: bytes) -> float:  # noqa: ARG002 - whatever it is
        """No time at all."""
        return 0.0


class Endless(Application):
    """Behaves until it is asked for data; from there on more always waits."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def power_off(self) -> None:
        """As the application."""
        self._application.power_off()

    def process(self, command: bytes) -> bytes:
        """As the application, but a GET DATA or GET RESPONSE never comes to its end."""
        answer = self._application.process(command)
        return bytes(256) + b"\x61\x00" if command[1:2] in (b"\xcb", b"\xc0") else answer

    def think_s(self, command: bytes) -> float:
        """As the application."""
        return self._application.think_s(command)
