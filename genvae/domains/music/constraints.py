"""Rules that decoding keeps: a hold continues something, pitches stay in the voice's range."""

from __future__ import annotations

import numpy as np

from genvae.domains.music.layouts import HOLD, LINE_TOKENS, ONSET, REST, Layout


class LineRules:
    """Hold follows an onset or a hold of its voice and never begins a piece; onsets lie within
    the voice's range. Drums are free. One row a voice, in the layout's order."""

    def __init__(self, layout: Layout) -> None:
        self._going: list[np.ndarray | None] = []
        self._fresh: list[np.ndarray | None] = []
        for plan in layout.voices:
            if plan.drums:
                self._going.append(None)
                self._fresh.append(None)
                continue
            mask_K = np.zeros(LINE_TOKENS, dtype=bool)
            mask_K[[REST, HOLD]] = True
            mask_K[ONSET + plan.low : ONSET + plan.high + 1] = True
            self._going.append(mask_K)
            self._fresh.append(mask_K & (np.arange(LINE_TOKENS) != HOLD))

    def allow(self, step: int, row: int, steps_NTR: np.ndarray) -> np.ndarray | None:
        """``(K,)`` at a piece's first step, ``(N, K)`` after it, None for drums."""
        going_K, fresh_K = self._going[row], self._fresh[row]
        if going_K is None or step == 0:
            return fresh_K
        mask_NK = np.tile(going_K, (len(steps_NTR), 1))
        mask_NK[:, HOLD] = steps_NTR[:, step - 1, row] != REST
        return mask_NK
