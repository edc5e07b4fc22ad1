"""C2SP tiles: the log cut into static files of 256 hashes or entries.

`tile/<level>/<number>[.p/<width>]` holds hashes of complete subtrees of 2^(8*level) leaves;
`tile/entries/<number>[.p/<width>]` holds 256 leaves, each behind a 16-bit big-endian length.

Source: `docs/protocol.md` section 4; C2SP tlog-tiles.
"""

from collections.abc import Iterable, Iterator

from protocol.errors import ProofRefused
from protocol.merkle import Tree

TILE_WIDTH = 256
TILE_HEIGHT = 8
_LENGTH_BYTES = 2


def tile_path(level: int | str, number: int, width: int) -> str:
    """The path of a tile: `level` is 0.. or `entries`; `width` 1..256, 256 meaning a full one."""
    digits = f"{number % 1000:03d}"
    while number >= 1000:  # noqa: PLR2004 - three digits a path element
        number //= 1000
        digits = f"x{number % 1000:03d}/{digits}"
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{digits}{partial}"


def tile_spans(size: int, level: int) -> Iterator[tuple[int, int]]:
    """(number, width) of every tile of `level` in a log of `size` leaves."""
    count = size >> (TILE_HEIGHT * level)
    for number in range(count // TILE_WIDTH):
        yield number, TILE_WIDTH
    if count % TILE_WIDTH:
        yield count // TILE_WIDTH, count % TILE_WIDTH


def hash_tiles(tree: Tree, size: int) -> Iterator[tuple[str, bytes]]:
    """Every hash tile (path, bytes) of the tree as it was at `size`."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        for number, width in tile_spans(size, level):
            start = number * TILE_WIDTH
            yield tile_path(level, number, width), tree.nodes(TILE_HEIGHT * level, start, start + width)
        level += 1


def write_bundle(leaves: Iterable[bytes]) -> bytes:
    """Write an entry bundle of at most 256 leaves, each at most 65,535 bytes."""
    return b"".join(len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in leaves)


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """Read an entry bundle of exactly `width` leaves. Raises `ProofRefused`: cut short, too long, lengths that lie."""
    leaves, position = [], 0
    for _ in range(width):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(data[position:start], "big")
        if start > len(data) or position > len(data):
            raise ProofRefused("an entry bundle that is cut short")
        leaves.append(data[start:position])
    if position != len(data):
        raise ProofRefused("bytes behind the last entry of a bundle")
    return leaves
