"""A filter that knows the training segments without keeping them: a Bloom filter (1970)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np

HASHES = 7
BITS_EACH = 12
"""About one false alarm in 300."""


class SegmentFilter:
    """Was this segment among the training pieces? Never a false no; rarely a false yes."""

    def __init__(self, bits: np.ndarray) -> None:
        self.bits = bits
        """Packed, uint8."""

    @classmethod
    def of(cls, segments: Iterable[bytes]) -> SegmentFilter:
        """A filter of all the distinct segments."""
        distinct = set(segments)
        filter_ = cls(np.zeros(max(8, len(distinct) * BITS_EACH // 8), dtype=np.uint8))
        for segment in distinct:
            at = filter_._places(segment)
            np.bitwise_or.at(filter_.bits, at >> 3, (1 << (at & 7)).astype(np.uint8))
        return filter_

    def _places(self, segment: bytes) -> np.ndarray:
        digest = blake2b(segment, digest_size=16).digest()
        a, b = int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little") | 1
        size = len(self.bits) * 8
        return np.array([(a + i * b) % size for i in range(HASHES)], dtype=np.int64)

    def known(self, segments: Sequence[bytes]) -> np.ndarray:
        """One boolean a segment."""
        out = np.zeros(len(segments), dtype=bool)
        for i, segment in enumerate(segments):
            at = self._places(segment)
            out[i] = bool(np.all(self.bits[at >> 3] >> (at & 7) & 1))
        return out
