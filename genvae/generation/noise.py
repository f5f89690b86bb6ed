"""Noise that depends on nothing but (seed, index, attempt): NumPy's Philox (Salmon et al. 2011).

Item i is the same whether 3 or 10,000 are asked for, and the streams of one item (context,
latents, cells) do not disturb one another.
"""

from __future__ import annotations

import numpy as np

CONTEXT, LATENTS, CELLS, FORM, WISHES, BLUR, RHYME = range(7)
"""The streams of an item."""

ATTEMPTS = 1 << 16


def stream(seed: int, index: int, attempt: int, which: int) -> np.random.Generator:
    """The generator of one stream of one item."""
    key = np.array([seed % 2**64, index * ATTEMPTS + attempt], dtype=np.uint64)
    counter = np.array([0, 0, 0, which], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
