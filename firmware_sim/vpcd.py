"""A card in the virtual reader of a PC/SC daemon: `vpcd` listens, the card connects.

    message   length (2 bytes, big-endian), then that many bytes
    length 1  00 power off   01 power on   02 reset   04 give the ATR, which is answered
    longer    an APDU, which is answered

A contactless reader makes the ATR of a card's historical bytes, and answers `FF CA 00 00` (what is the UID?) itself.

Source: vsmartcard, `virtualsmartcard/src/vpcd/vpcd.h`; PC/SC part 3, sections 3.1.3.2.3 (ATR) and 3.2.2.1.3 (UID).
"""

import socket
from typing import Final

from firmware_sim.cards.isodep import Application

OFF, ON, RESET, ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_LENGTH_BYTES: Final = 2
_GET_UID: Final = bytes.fromhex("ffca0000")
_OK: Final = b"\x90\x00"
_INTERFACE_BYTES: Final = (0x10, 0x20, 0x40)


def atr_of(ats: bytes) -> bytes:
    """The ATR that a PC/SC reader tells for a card with this answer to select."""
    skipped = 2 + sum(bool(ats[1] & bit) for bit in _INTERFACE_BYTES)
    history = ats[skipped:]
    body = bytes((0x80 | len(history), 0x80, 0x01)) + history
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes((check,))


class VirtualCard:
    """Answers the daemon's messages."""

    def __init__(self, application: Application, ats: bytes, uid: bytes) -> None:
        self._application, self._atr, self._uid = application, atr_of(ats), uid

    def answer(self, message: bytes) -> bytes | None:
        """What to send back; None for nothing."""
        if message in (OFF, ON, RESET):
            self._application.power_off()
            return None
        if message == ATR:
            return self._atr
        if message.startswith(_GET_UID):
            return self._uid + _OK
        return self._application.process(message)


def serve_card(card: VirtualCard, host: str, port: int) -> None:
    """Connect and serve until the daemon closes the connection. Raises `OSError`: nobody listens."""
    with socket.create_connection((host, port)) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (head := _receive(wire, _LENGTH_BYTES)) is not None:
            message = _receive(wire, int.from_bytes(head, "big"))
            if message is None:
                return
            answer = card.answer(message)
            if answer is not None:
                wire.sendall(len(answer).to_bytes(_LENGTH_BYTES, "big") + answer)


def _receive(wire: socket.socket, count: int) -> bytes | None:
    """Exactly `count` bytes, or None at the end of the stream."""
    data = b""
    while len(data) < count:
        piece = wire.recv(count - len(data))
        # The daemon sends length and body apart and waits for our ACK in between: without this 40 ms a message.
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if not piece:
            return None
        data += piece
    return data
