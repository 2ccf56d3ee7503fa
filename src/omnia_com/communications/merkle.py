"""The tree of RFC 6962 (2.1): one digest for a list, and for each of its leaves a short proof that it is in it."""

import hashlib
from collections.abc import Sequence


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _split(n: int) -> int:
    """The largest power of two that is smaller than *n*."""
    return 1 << (n - 1).bit_length() - 1


def root(hashes: Sequence[bytes]) -> bytes:
    """Of the leaves' hashes, in their order."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256().digest()
    k = _split(len(hashes))
    return _node(root(hashes[:k]), root(hashes[k:]))


def path(hashes: Sequence[bytes], place: int) -> list[bytes]:
    """The audit path of the leaf at *place*, from 0: what stands beside it on the way up to the root."""
    if len(hashes) < 2:
        return []
    k = _split(len(hashes))
    if place < k:
        return [*path(hashes[:k], place), root(hashes[k:])]
    return [*path(hashes[k:], place - k), root(hashes[:k])]


def root_from(leaf: bytes, place: int, size: int, beside: Sequence[bytes]) -> bytes:
    """The root to which a *leaf*'s hash leads by its audit path. Raises `ValueError` if that is none of such a tree."""
    if not 0 <= place < size:
        raise ValueError("nessuna foglia a quel posto")
    if size == 1:
        if beside:
            raise ValueError("percorso troppo lungo")
        return leaf
    if not beside:
        raise ValueError("percorso troppo corto")
    k = _split(size)
    if place < k:
        return _node(root_from(leaf, place, k, beside[:-1]), beside[-1])
    return _node(beside[-1], root_from(leaf, place - k, size - k, beside[:-1]))
