"""A document on the wire: compressed, cut into parts, each a signed message of the controller. Pure.

A document is whole only when every part of one version is there; until then the older version stands.

Source: `docs/protocol.md` section 5.6.
"""

import zlib
from base64 import b64decode, b64encode
from typing import Final

from controller.desk.codec import DocumentRefused
from protocol.keys import PublicKey, Signer
from protocol.messages import DeskPart, open_message

PART_CHARACTERS: Final = 40_000
PARTS_MAX: Final = 64
DOCUMENT_BYTES_MAX: Final = 8_000_000
"""3,000 members with long names make less than one million."""


def cut(name: str, version: tuple[int, int], data: bytes, now_ms: int, signer: Signer) -> list[bytes]:
    """The signed parts of a document in their order. `version`: (epoch, number), which rises within an epoch."""
    text = b64encode(zlib.compress(data, 6)).decode("ascii")
    pieces = [text[at : at + PART_CHARACTERS] for at in range(0, len(text), PART_CHARACTERS)]
    assert len(pieces) <= PARTS_MAX, "a document of a house of 3,000 fits"
    return [
        DeskPart(name, *version, part, len(pieces), piece, now_ms).seal(signer) for part, piece in enumerate(pieces, 1)
    ]


class Assembly:
    """Puts the parts of one document together again.

    Versions rise within an epoch; a controller that was started again has a new one, and nobody goes back to an old
    epoch: what a broker sends twice is then known for old.
    """

    def __init__(self) -> None:
        self._whole: tuple[int, int] = (-1, -1)
        self._coming: tuple[int, int] = (-1, -1)
        self._of = 0
        self._pieces: dict[int, str] = {}
        self._over: set[int] = set()

    def take(self, part: DeskPart) -> bytes | None:
        """Take a part. Returns the document when this completes a version newer than the last; else None.

        Raises `DocumentRefused`: numbers that cannot be, or what is no compressed document.
        """
        if not 1 <= part.part <= part.of <= PARTS_MAX:
            raise DocumentRefused(f"part {part.part} of {part.of}")
        version = part.epoch, part.number
        if self._is_old(version):
            return None
        if version != self._coming or part.of != self._of:
            if self._coming[0] not in {part.epoch, -1}:
                self._over.add(self._coming[0])
            self._coming, self._of, self._pieces = version, part.of, {}
        self._pieces[part.part] = part.data
        if len(self._pieces) < self._of:
            return None
        text = "".join(self._pieces[number] for number in range(1, self._of + 1))
        self._whole, self._pieces = version, {}
        return _expand(text)

    def _is_old(self, version: tuple[int, int]) -> bool:
        epoch, number = version
        if epoch in self._over:
            return True
        newest = max((one[1] for one in (self._whole, self._coming) if one[0] == epoch), default=-1)
        return version == self._whole or number < newest


def _expand(text: str) -> bytes:
    try:
        expander = zlib.decompressobj()
        data = expander.decompress(b64decode(text, validate=True), DOCUMENT_BYTES_MAX)
    except (ValueError, zlib.error) as error:
        raise DocumentRefused("a document that is not compressed as it should be") from error
    if expander.unconsumed_tail or not expander.eof:
        raise DocumentRefused("a document that is too long, or cut short")
    return data


def open_part(payload: bytes, controller: PublicKey) -> DeskPart:
    """A part whose signature holds. Raises `MessageRefused`."""
    message = open_message(payload, controller)
    if not isinstance(message, DeskPart):
        raise DocumentRefused(f"a {message.kind} where a part of a document belongs")
    return message
