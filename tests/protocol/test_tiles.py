"""Tiles: paths and bundles as C2SP tlog-tiles writes them, and every way to lie about a length."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import ProofRefused
from protocol.merkle import Tree, leaf_hash, node_hash
from protocol.tiles import hash_tiles, read_bundle, tile_path, tile_spans, write_bundle


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 0, 1, "tile/0/000.p/1"),
        (1, 5, 255, "tile/1/005.p/255"),
        ("entries", 999, 256, "tile/entries/999"),
        ("entries", 1000, 256, "tile/entries/x001/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (2, 1234067, 8, "tile/2/x001/x234/067.p/8"),
    ],
)
def test_paths_are_those_of_the_specification(level: int | str, number: int, width: int, path: str) -> None:
    """Three digits an element, `x` before all but the last, `.p/` and the width of a partial one."""
    assert tile_path(level, number, width) == path


@pytest.mark.parametrize(
    ("size", "paths"),
    [
        (0, []),
        (1, ["tile/0/000.p/1"]),
        (255, ["tile/0/000.p/255"]),
        (256, ["tile/0/000", "tile/1/000.p/1"]),
        (257, ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
        (512, ["tile/0/000", "tile/0/001", "tile/1/000.p/2"]),
    ],
)
def test_tiles_of_a_size(size: int, paths: list[str]) -> None:
    """Full and partial tiles of all levels, with as many hashes as the width says."""
    tree = Tree()
    for number in range(600):
        tree.append(leaf_hash(b"%d" % number))
    tiles = dict(hash_tiles(tree, size))
    assert list(tiles) == paths
    for path, data in tiles.items():
        _, partial, width = path.partition(".p/")
        assert len(data) == 32 * (int(width) if partial else 256)


def root_of_hashes(hashes: bytes) -> bytes:
    """The root over concatenated leaf hashes, pair by pair: another way than `Tree`'s."""
    nodes = [hashes[start : start + 32] for start in range(0, len(hashes), 32)]
    while len(nodes) > 1:
        paired = [node_hash(nodes[i], nodes[i + 1]) for i in range(0, len(nodes) - 1, 2)]
        nodes = paired + nodes[len(paired) * 2 :]
    return nodes[0]


def test_higher_level_is_the_roots_of_full_tiles() -> None:
    """Level 1 can be rolled up from level 0, and the lowest level gives the tree's root."""
    tree = Tree()
    for number in range(700):
        tree.append(leaf_hash(b"%d" % number))
    tiles = dict(hash_tiles(tree, 700))
    below = tiles["tile/0/000"] + tiles["tile/0/001"] + tiles["tile/0/002.p/188"]
    assert root_of_hashes(below) == tree.root()
    assert tiles["tile/1/000.p/2"] == root_of_hashes(tiles["tile/0/000"]) + root_of_hashes(tiles["tile/0/001"])


def test_spans_cover_every_leaf_once() -> None:
    """Numbers and widths of a level."""
    assert list(tile_spans(513, 0)) == [(0, 256), (1, 256), (2, 1)]
    assert list(tile_spans(513, 1)) == [(0, 2)]
    assert list(tile_spans(65_536, 1)) == [(0, 256)]
    assert list(tile_spans(65_536, 2)) == [(0, 1)]


def test_bundle_has_known_bytes() -> None:
    """A 16-bit big-endian length before each entry."""
    longest = b"y" * 65_535
    data = write_bundle([b"ab", b"", longest])
    assert data == b"\x00\x02ab" + b"\x00\x00" + b"\xff\xff" + longest
    assert read_bundle(data, 3) == [b"ab", b"", longest]
    assert read_bundle(b"", 0) == []


def test_entry_too_long_for_its_length_is_our_mistake() -> None:
    """65,536 bytes do not fit 16 bits."""
    with pytest.raises(OverflowError):
        write_bundle([b"y" * 65_536])


GOOD = write_bundle([b"abc", b"de"])


@pytest.mark.parametrize(
    ("data", "width"),
    [
        (GOOD, 1), (GOOD, 3), (GOOD[:-1], 2), (GOOD + b"\x00", 2), (GOOD + b"\x00\x00", 2), (b"", 1), (b"\x00", 1),
        (b"\xff\xffx", 1), (b"\x00\x04abc\x00\x02de", 2), (GOOD, 0), (GOOD, 10**9),
    ],
)  # fmt: skip
def test_bundle_whose_lengths_lie_is_refused(data: bytes, width: int) -> None:
    """Cut short, too long, of another width."""
    with pytest.raises(ProofRefused):
        read_bundle(data, width)


@given(st.binary(max_size=60), st.integers(0, 5))
@settings(max_examples=150)
def test_any_bytes_are_a_bundle_or_refused(data: bytes, width: int) -> None:
    """What is read writes back to the same bytes."""
    try:
        leaves = read_bundle(data, width)
    except ProofRefused:
        return
    assert write_bundle(leaves) == data
