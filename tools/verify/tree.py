"""The RFC 6962 tree (specification, "Tree"): leaves, nodes, roots, proofs."""

import hashlib

EMPTY = hashlib.sha256(b"").digest()
MAX_PROOF = 63


def leaf(entry):
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left, right):
    """The hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes):
    """The root over leaves."""
    edge = Edge()
    for one in hashes:
        edge.append(one)
    return edge.root()


class Edge:
    """The right edge of a growing tree. Nodes that are completed are kept where `levels` is a list."""

    def __init__(self, levels=None):
        self.size, self.peaks, self.levels = 0, [], levels

    def append(self, one):
        at, level = self.size, 0
        self._keep(0, one)
        while at & 1:
            one = node(self.peaks.pop(), one)
            at >>= 1
            level += 1
            self._keep(level, one)
        self.peaks.append(one)
        self.size += 1

    def _keep(self, level, one):
        if self.levels is None:
            return
        while len(self.levels) <= level:
            self.levels.append(bytearray())
        self.levels[level] += one

    def root(self):
        return _joined(self.peaks)

    def root_at(self, size):
        """The root that the tree had over its first leaves, of the nodes that are kept."""
        peaks = []
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                at = 32 * ((size >> level) - 1)
                peaks.append(bytes(self.levels[level][at:at + 32]))
        return _joined(peaks)


def _joined(peaks):
    if not peaks:
        return EMPTY
    right = peaks[-1]
    for left in reversed(peaks[:-1]):
        right = node(left, right)
    return right


def _bounded(path):
    if len(path) > MAX_PROOF:
        raise ValueError(f"proof of {len(path)} hashes where {MAX_PROOF} are the most")


def included(one, index, size, path, root):
    """Raises where a path does not lead from a leaf to the root (RFC 9162 section 2.1.3.2)."""
    _bounded(path)
    if index >= size:
        raise ValueError(f"entry {index} in a tree of {size}")
    fn, sn = index, size - 1
    for hash_ in path:
        if sn == 0:
            raise ValueError("more hashes than the tree has levels")
        if fn & 1 or fn == sn:
            one = node(hash_, one)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            one = node(one, hash_)
        fn >>= 1
        sn >>= 1
    if sn:
        raise ValueError("fewer hashes than the tree has levels")
    if one != root:
        raise ValueError(f"proof leads to root {one.hex()} where {root.hex()} is signed")


def consistent(old, old_root, new, new_root, path):
    """Raises where a tree does not begin with another (RFC 9162 section 2.1.4.2)."""
    _bounded(path)
    if old > new:
        raise ValueError(f"older tree of {old} in a tree of {new}")
    if old == 0 or old == new:
        if path:
            raise ValueError(f"proof of {len(path)} hashes where none are expected")
        if old == new and old_root != new_root or old == 0 and old_root != EMPTY:
            raise ValueError("two roots of one size")
        return
    path = list(path)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise ValueError("proof without hashes")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    first = second = path[0]
    for hash_ in path[1:]:
        if sn == 0:
            raise ValueError("more hashes than the tree has levels")
        if fn & 1 or fn == sn:
            first, second = node(hash_, first), node(hash_, second)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            second = node(second, hash_)
        fn >>= 1
        sn >>= 1
    if sn or first != old_root or second != new_root:
        raise ValueError("the proof does not lead to the two roots")
