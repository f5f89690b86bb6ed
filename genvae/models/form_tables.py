"""The tables of forms: how lags and kinds follow one another in pieces, counted; and what is to be
said of whole forms.

Axes:  N pieces · W windows · K sorts of form · M things that happened
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

UNTOLD, NEW, LIKE, NEAR, SAME = range(5)
"""How a window returns: nothing is known; to nothing; in outline; with changes; exactly."""
KINDS = 5
LONGEST = 32
"""Windows a return reaches back at most."""
PHASES = 32
"""Forms are learned by the place of a window within so many: sections are four, eight or sixteen
windows long, and tunes repeat them."""
RUNS = 8
SORTS = 16
"""So many sorts of form: a reel and a ballad return in ways of their own."""
LENGTHS = (6, 12, 24, 48)
"""Pieces of up to so many windows, and longer ones, are of the sorts in shares of their own."""
ROUNDS = 30
FIRM = 1.0
"""So many counts of all pieces together are added to those of each sort."""
ROUND_UP_TO = (0.0, 0.15, 0.3, 0.5)
EXACT_UP_TO = (0.05, 0.12, 0.25, 0.4)
"""Forms are told apart by the share of the piece that goes round (see ``going_round``) and by the
share of windows that return exactly; the upper ends of classes, but for the last one."""
WEIGHED = 3000
"""Forms of each length that are drawn to learn how often each class comes."""
UNSEEN = 1e-3
"""The share of a class that never came."""
OFTENER = 3.0
"""Forms that the model makes too seldom count as made so many times too seldom at most."""
TRIES = 64

Returns = tuple[np.ndarray, np.ndarray]
"""Lag and kind of each window of a piece, ``(W,)`` each."""


def shapes(fields: int) -> dict[str, tuple[int, ...]]:
    return {
        "sort": (len(LENGTHS) + 1, SORTS),
        "stay": (SORTS, KINDS, RUNS, PHASES, 2),
        "leap": (SORTS, PHASES, LONGEST + 1),
        "kind": (SORTS, 2, KINDS, PHASES, KINDS),
        "said": (KINDS, 2**fields),
    }


def length_class(windows: int) -> int:
    return int(np.searchsorted(LENGTHS, windows))


def sort_shares(weight_NK: np.ndarray, windows: Sequence[int]) -> np.ndarray:
    """The shares of the sorts among pieces of each length, ``(len(LENGTHS) + 1, K)``."""
    shares = np.tile(FIRM * weight_NK.mean(0), (len(LENGTHS) + 1, 1))
    np.add.at(shares, [length_class(w) for w in windows], weight_NK)
    return np.asarray(shares / shares.sum(1, keepdims=True))


class Counted:
    """What happens in the forms of pieces: for each table the piece ``(M,)`` and the place in the
    table of each thing that happened."""

    def __init__(self, forms: Sequence[Returns]) -> None:
        self.pieces = len(forms)
        self.shapes = {k: v[1:] for k, v in shapes(1).items() if k not in ("sort", "said")}
        found: dict[str, list[tuple[int, ...]]] = {name: [] for name in self.shapes}
        for piece, (lags, kinds) in enumerate(forms):
            run = 0
            for w in range(1, len(lags)):
                phase, before = w % PHASES, int(kinds[w - 1])
                stays = int(lags[w] == lags[w - 1])
                found["stay"].append((piece, before, min(run, RUNS - 1), phase, stays))
                if not stays:
                    found["leap"].append((piece, phase, int(lags[w])))
                known = stays if lags[w] else 0
                found["kind"].append((piece, known, before, phase, int(kinds[w])))
                run = run + 1 if stays else 0
        self.events = {}
        for name, rows in found.items():
            places = np.array(rows, dtype=np.int64).reshape(-1, 1 + len(self.shapes[name]))
            flat = np.ravel_multi_index(tuple(places[:, 1:].T), self.shapes[name])
            self.events[name] = (places[:, 0], flat)

    def tables(self, weight_NK: np.ndarray) -> dict[str, np.ndarray]:
        """The probabilities of each sort, a piece counting by its share in the sort."""
        out = {}
        for name, (piece_M, place_M) in self.events.items():
            shape = self.shapes[name]
            size = int(np.prod(shape))
            counts = np.stack(
                [np.bincount(place_M, w[piece_M], size).reshape(shape) for w in weight_NK.T]
            )
            pooled = counts.sum(0)
            base = pooled.sum(tuple(range(pooled.ndim - 1)))
            pooled = pooled + base / max(base.sum(), 1.0)
            pooled /= np.maximum(pooled.sum(-1, keepdims=True), 1e-9)
            counts = counts + FIRM * pooled
            out[name] = counts / np.maximum(counts.sum(-1, keepdims=True), 1e-9)
        return out

    def sorts(self, tables: Mapping[str, np.ndarray], share_K: np.ndarray) -> np.ndarray:
        """How likely each piece is of each sort, ``(N, K)``."""
        log_NK = np.tile(np.log(share_K + 1e-9), (self.pieces, 1))
        for name, (piece_M, place_M) in self.events.items():
            logs = np.log(tables[name].reshape(SORTS, -1)[:, place_M] + 1e-12)
            for sort in range(SORTS):
                log_NK[:, sort] += np.bincount(piece_M, logs[sort], self.pieces)
        log_NK -= log_NK.max(1, keepdims=True)
        weight = np.exp(log_NK)
        return np.asarray(weight / weight.sum(1, keepdims=True))


def said_shares(forms: Sequence[Returns], said: Sequence[np.ndarray], fields: int) -> np.ndarray:
    """For each kind how likely each set of fields returns; without examples all of them return
    exactly where the window does, else none."""
    counts = np.zeros((KINDS, 2**fields))
    counts[:, 0] = 1e-3
    counts[SAME] = 0.0
    counts[SAME, -1] = 1e-3
    for (_, kinds), said_WF in zip(forms, said, strict=False):
        code = (said_WF.astype(np.int64) << np.arange(fields)).sum(1)
        np.add.at(counts, (kinds[1:], code[1:]), 1.0)
    shares: np.ndarray = counts / counts.sum(-1, keepdims=True)
    return shares


def going_round(lag_W: np.ndarray, kind_W: np.ndarray) -> int:
    """The windows of the longest stretch that is one segment over and over, at least twice."""
    longest = run = 0
    for w in range(1, len(lag_W)):
        if kind_W[w] != SAME:
            run = 0
            continue
        goes_on = kind_W[w - 1] == SAME and lag_W[w] == lag_W[w - 1]
        run = run + 1 if goes_on else 1
        if run >= lag_W[w]:
            longest = max(longest, run + int(lag_W[w]))
    return longest


def classes() -> tuple[int, int]:
    """How many classes of forms there are, by rounds and by exact returns."""
    return len(ROUND_UP_TO) + 1, len(EXACT_UP_TO) + 1


def class_of(lag_W: np.ndarray, kind_W: np.ndarray) -> tuple[int, int]:
    """The class of a form: a place in ``Form.accepted``."""
    shares = going_round(lag_W, kind_W) / len(lag_W), (kind_W == SAME).mean()
    first, second = (
        int(np.searchsorted(e, x)) for e, x in zip((ROUND_UP_TO, EXACT_UP_TO), shares, strict=True)
    )
    return first, second


def class_shares(forms: Sequence[Returns]) -> np.ndarray:
    """The share of each class among forms."""
    count = np.zeros(classes())
    for lags, kinds in forms:
        count[class_of(lags, kinds)] += 1
    return count / len(forms)
