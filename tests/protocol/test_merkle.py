"""The tree against known roots and against a naive tree written here from RFC 6962."""

import contextlib
import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import ProofRefused
from protocol.merkle import EMPTY_ROOT, Tree, check_consistency, leaf_hash, node_hash, root_from_inclusion

# The eight leaves and roots of the Certificate Transparency reference tests.
KNOWN_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaf(number: int) -> bytes:
    """Some different leaves."""
    return f"leaf {number}".encode()


# --- The naive tree: RFC 6962 section 2.1, word for word. ----------------------------------------------------


def mth(leaves: list[bytes]) -> bytes:
    """MTH(D[n])."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return [*path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], b: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    if m == len(leaves):
        return [] if b else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], b), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def grown(leaves: list[bytes]) -> Tree:
    """Our tree over the same leaves."""
    tree = Tree()
    for index, data in enumerate(leaves):
        assert tree.append(leaf_hash(data)) == index
    return tree


# --- Known answers ------------------------------------------------------------------------------------------


def test_known_roots() -> None:
    """Every size from 0 to 8, also asked of the grown tree afterwards."""
    tree = Tree()
    assert tree.root().hex() == KNOWN_ROOTS[0] == EMPTY_ROOT.hex()
    for size, data in enumerate(KNOWN_LEAVES, 1):
        tree.append(leaf_hash(bytes.fromhex(data)))
        assert tree.root().hex() == KNOWN_ROOTS[size]
    assert [tree.root(size).hex() for size in range(9)] == KNOWN_ROOTS


def test_leaves_and_nodes_are_hashed_apart() -> None:
    """A leaf can never be read as a node."""
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()
    assert node_hash(b"l", b"r") == hashlib.sha256(b"\x01lr").digest()


# --- Against the naive tree ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(1, 71))
def test_roots_and_inclusion_of_every_leaf(size: int) -> None:
    """Proofs are those of RFC 6962 and lead to the root, at the size and inside a larger tree."""
    leaves = [leaf(number) for number in range(size)]
    larger = grown([leaf(number) for number in range(80)])
    root = mth(leaves)
    assert grown(leaves).root() == larger.root(size) == root
    for index in range(size):
        proof = larger.inclusion(index, size)
        assert proof == path(index, leaves)
        assert root_from_inclusion(leaf_hash(leaves[index]), index, size, proof) == root


@pytest.mark.parametrize("new", range(71))
def test_consistency_with_every_older_size(new: int) -> None:
    """Proofs are those of RFC 6962 and are accepted; 0 and equal sizes need none."""
    leaves = [leaf(number) for number in range(new)]
    tree = grown([leaf(number) for number in range(75)])
    for old in range(new + 1):
        proof = tree.consistency(old, new)
        assert proof == (subproof(old, leaves, True) if 0 < old < new else [])
        check_consistency(old, mth(leaves[:old]), new, mth(leaves), proof)


def test_larger_trees_at_random() -> None:
    """Sizes in the thousands, edges of 256 and powers of two among them."""
    chance = random.Random(1)
    leaves = [leaf(number) for number in range(3000)]
    tree = grown(leaves)
    for size in (255, 256, 257, 1023, 1024, 1025, 2048, *chance.sample(range(71, 3001), 6)):
        root = mth(leaves[:size])
        assert tree.root(size) == root
        for index in (0, size - 1, *chance.sample(range(size), 4)):
            proof = tree.inclusion(index, size)
            assert proof == path(index, leaves[:size])
            assert root_from_inclusion(leaf_hash(leaves[index]), index, size, proof) == root
        old = chance.randrange(1, size)
        proof = tree.consistency(old, size)
        assert proof == subproof(old, leaves[:size], True)
        check_consistency(old, mth(leaves[:old]), size, root, proof)


def test_truncated_tree_grows_as_if_nothing_had_been() -> None:
    """Every size cut to every smaller one and grown again with other leaves."""
    for size in range(1, 35):
        for kept in range(size + 1):
            tree = grown([leaf(number) for number in range(size)])
            tree.root()
            tree.truncate(kept)
            assert (tree.size, tree.root()) == (kept, mth([leaf(number) for number in range(kept)]))
            others = [leaf(number) for number in range(kept)] + [b"other %d" % number for number in range(kept, 36)]
            for data in others[kept:]:
                tree.append(leaf_hash(data))
            assert tree.root() == mth(others)
            assert tree.inclusion(kept, 36) == path(kept, others)


def test_nodes_are_the_complete_subtrees() -> None:
    """What tiles are cut from; levels that do not exist yet are empty."""
    leaves = [leaf(number) for number in range(11)]
    tree = grown(leaves)
    assert tree.nodes(0, 0, 11) == b"".join(leaf_hash(data) for data in leaves)
    assert tree.nodes(1, 1, 3) == mth(leaves[2:4]) + mth(leaves[4:6])
    assert tree.node(3, 0) == mth(leaves[:8])
    assert tree.nodes(4, 0, 1) == tree.nodes(40, 0, 1) == b""


# --- Refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["root", "inclusion", "consistency"])
def test_sizes_the_tree_never_had_are_our_mistake(call: str) -> None:
    """Out of range raises ValueError."""
    tree = grown([leaf(number) for number in range(5)])
    arguments: dict[str, list[tuple[int, ...]]] = {
        "root": [(6,), (-1,)],
        "inclusion": [(5, 5), (-1, 5), (0, 6), (0, 0)],
        "consistency": [(3, 6), (4, 3), (-1, 2)],
    }
    for given_arguments in arguments[call]:
        with pytest.raises(ValueError):  # noqa: PT011 - any of them
            getattr(tree, call)(*given_arguments)


def test_damaged_inclusion_proof_is_refused_or_leads_elsewhere() -> None:
    """Every hash, the order, the length, the index, the size."""
    for size in range(1, 20):
        leaves = [leaf(number) for number in range(size)]
        tree, root = grown(leaves), mth(leaves)
        for index in range(size):
            good = tree.inclusion(index, size)
            damaged = [
                (index, size, [*good, bytes(32)]), (index, size, [bytes(32), *good]), (size, size, good),
                (-1, size, good),
                *((index, size, [*good[:n], bytes(32), *good[n + 1 :]]) for n in range(len(good))),
                *((index, size, [*good[:n], *good[n + 1 :]]) for n in range(len(good))),
                *((index, size, [*good[:n], good[n][:31], *good[n + 1 :]]) for n in range(len(good))),
                *((other, size, good) for other in range(size) if other != index),
            ]  # fmt: skip
            for at, of, proof in damaged:
                try:
                    reached = root_from_inclusion(leaf_hash(leaves[index]), at, of, proof)
                except ProofRefused:
                    continue
                assert reached != root, (size, index, at, of)


def test_damaged_consistency_proof_is_refused() -> None:
    """Every hash, the length, either root."""
    for new in range(1, 20):
        leaves = [leaf(number) for number in range(new)]
        tree = grown(leaves)
        for old in range(1, new):
            old_root, new_root, good = mth(leaves[:old]), mth(leaves), tree.consistency(old, new)
            damaged = [
                (old, bytes(32), new, new_root, good), (old, old_root, new, bytes(32), good),
                (old, old_root, new, new_root, []),
                (old, old_root, new, new_root, [*good, bytes(32)]), (old, old_root, new, new_root, good[:-1]),
                *((old, old_root, new, new_root, [*good[:n], bytes(32), *good[n + 1 :]]) for n in range(len(good))),
                *((old, old_root, new, new_root,
                [*good[:n], good[n] + b"x", *good[n + 1 :]]) for n in range(len(good))),
            ]  # fmt: skip
            for arguments in damaged:
                with pytest.raises(ProofRefused):
                    check_consistency(*arguments)


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "proof"),
    [
        (0, EMPTY_ROOT, 0, bytes(32), []), (0, bytes(32), 3, bytes(32), []), (3, bytes(32), 3, b"\x01" * 32, []),
        (3, bytes(32), 3, bytes(32), [bytes(32)]), (0, EMPTY_ROOT, 3, bytes(32), [bytes(32)]),
        (4, bytes(32), 3, bytes(32), []),
        (-1, bytes(32), 3, bytes(32), []), (3, bytes(32), 7, bytes(32), []),
    ],
)  # fmt: skip
def test_trivial_consistency_that_is_false_is_refused(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]
) -> None:
    """Two different trees of one size, an empty tree that is none, a proof where none belongs."""
    with pytest.raises(ProofRefused):
        check_consistency(old, old_root, new, new_root, proof)


@given(st.integers(0, 300), st.integers(0, 300), st.lists(st.binary(max_size=34), max_size=12))
@settings(max_examples=150)
def test_any_proof_is_judged_without_another_error(index: int, size: int, proof: list[bytes]) -> None:
    """Nothing but `ProofRefused` comes out."""
    with contextlib.suppress(ProofRefused):
        root_from_inclusion(bytes(32), index, size, proof)
    with pytest.raises(ProofRefused):
        check_consistency(index, b"\x02" * 32, size, b"\x03" * 32, proof)
