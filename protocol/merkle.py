"""The RFC 6962 Merkle tree: append, root, inclusion and consistency proofs, and their checks.

The tree keeps every complete subtree's hash, level by level, in one byte array a level; those arrays are also what
C2SP tiles are cut from. A hash is 32 bytes. Leaves are hashed with a 0x00 prefix, nodes with 0x01.

Source: `docs/protocol.md` section 4; RFC 6962 section 2.1; RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from hashlib import sha256

from protocol.errors import ProofRefused

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """An append-only Merkle tree over leaf hashes."""

    def __init__(self) -> None:
        """Start with no leaves."""
        self._levels: list[bytearray] = [bytearray()]
        self._edges: dict[int, list[bytes | None]] = {}

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0]) // HASH_BYTES

    def append(self, hashed_leaf: bytes) -> int:
        """Add one leaf hash and return its index."""
        levels = self._levels
        hashes = levels[0]
        index = len(hashes) // HASH_BYTES
        hashes += hashed_leaf
        level, position = 0, index
        while position & 1:
            # The last two nodes of a level, left and right, are the end of its array.
            node = sha256(b"\x01" + hashes[-2 * HASH_BYTES :]).digest()
            level, position = level + 1, position >> 1
            if level == len(levels):
                levels.append(bytearray())
            hashes = levels[level]
            hashes += node
        if self._edges:
            self._edges.clear()
        return index

    def truncate(self, size: int) -> None:
        """Forget leaves at `size` and beyond: only for a batch that did not reach the disk."""
        for level, hashes in enumerate(self._levels):
            del hashes[(size >> level) * HASH_BYTES :]
        self._edges.clear()

    def node(self, level: int, position: int) -> bytes:
        """The hash of the complete subtree of 2^level leaves at `position`."""
        start = position * HASH_BYTES
        return bytes(self._levels[level][start : start + HASH_BYTES])

    def nodes(self, level: int, start: int, end: int) -> bytes:
        """The concatenated hashes of complete subtrees `start` to `end` of a level: a tile's bytes."""
        if level >= len(self._levels):
            return b""
        return bytes(self._levels[level][start * HASH_BYTES : end * HASH_BYTES])

    def root(self, size: int | None = None) -> bytes:
        """The tree's root at `size` (now if omitted). Raises `ValueError`: a size the tree has not reached."""
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError("the tree was never of that size")
        if size == 0:
            return EMPTY_ROOT
        edge = self._edge(size)[size.bit_length()]
        assert edge is not None, "a tree with leaves has a root"
        return edge

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The audit path of leaf `index` in the tree of `size`, from the leaf's sibling upwards."""
        if not 0 <= index < size <= self.size:
            raise ValueError("no such leaf in a tree of that size")
        edge, path = self._edge(size), []
        for level in range((size - 1).bit_length()):
            sibling, full = (index >> level) ^ 1, size >> level
            if sibling < full:
                start = sibling * HASH_BYTES
                path.append(bytes(self._levels[level][start : start + HASH_BYTES]))
            elif sibling == full and (partial := edge[level]) is not None:
                path.append(partial)
        return path

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of size `new` extends that of size `old`; empty for 0 and for equal sizes."""
        if not 0 <= old <= new <= self.size:
            raise ValueError("sizes out of order")
        if old in {0, new}:
            return []
        return self._subproof(old, 0, new, whole=True)

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        """RFC 6962 section 2.1.2: SUBPROOF(m, D[n], b) over leaves start..end."""
        if old == end:
            return [] if whole else [self._range(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            return [*self._subproof(old, start, middle, whole=whole), self._range(middle, end)]
        return [*self._subproof(old, middle, end, whole=False), self._range(start, middle)]

    def _range(self, start: int, end: int) -> bytes:
        """The hash of leaves start..end, where start is aligned to the subtree's size."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self.node(level, start >> level)
        middle = start + _split(count)
        return node_hash(self._range(start, middle), self._range(middle, end))

    def _edge(self, size: int) -> list[bytes | None]:
        """For each level the hash of the incomplete subtree at the right edge of the tree of `size`, if any."""
        known = self._edges.get(size)
        if known is not None:
            return known
        partial: bytes | None = None
        edge: list[bytes | None] = [None]
        for level in range(size.bit_length()):
            full = size >> level
            if full & 1:
                last = self.node(level, full - 1)
                partial = last if partial is None else node_hash(last, partial)
            edge.append(partial)
        if len(self._edges) > 8:  # noqa: PLR2004 - a few sizes are asked for again and again
            self._edges.clear()
        self._edges[size] = edge
        return edge


def _split(count: int) -> int:
    """The largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def root_from_inclusion(hashed_leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that `path` leads to. Raises `ProofRefused`: index out of the tree or a path of the wrong length.

    Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofRefused("no such leaf in a tree of that size")
    position, last, node = index, size - 1, hashed_leaf
    for sibling in path:
        if last == 0 or len(sibling) != HASH_BYTES:
            raise ProofRefused("a path that is too long or holds no hash")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while position & 1 == 0 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofRefused("a path that is too short")
    return node


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> None:
    """Check that the new tree extends the old one. Raises `ProofRefused`. Source: RFC 9162 section 2.1.4.2."""
    if not 0 <= old <= new:
        raise ProofRefused("sizes out of order")
    if old in {0, new}:
        expected = old_root if old else EMPTY_ROOT
        if proof or old_root != expected or (old == new and old_root != new_root):
            raise ProofRefused("two different trees of one size")
        return
    nodes = list(proof)
    if old & (old - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        raise ProofRefused("an empty proof")
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = nodes[0]
    for node in nodes[1:]:
        if last == 0 or len(node) != HASH_BYTES:
            raise ProofRefused("a proof that is too long or holds no hash")
        if position & 1 or position == last:
            first, second = node_hash(node, first), node_hash(node, second)
            while position & 1 == 0 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, node)
        position, last = position >> 1, last >> 1
    if last != 0 or first != old_root or second != new_root:
        raise ProofRefused("the new tree does not extend the old one")
