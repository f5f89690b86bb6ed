"""The form of a piece: which earlier window each window returns to, and how closely.

Axes:  N pieces · W windows · P positions of a window · Q = W*P · D dims of z

Songs return to what they have said. How closely two windows resemble each other is told by the
distance of their posterior means, in units of the posteriors' own spread; windows with the same
cells have distance 0. ``guide_of`` finds the form of pieces that are there, ``Form`` learns how
forms go and draws new ones; the sequence prior hears the form and writes the latents (see
``prior.SequencePrior``). Lookback features for recurrent nets are Google Magenta's (2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from genvae.models.rhyme import Rhyme

UNTOLD, NEW, LIKE, NEAR, SAME = range(5)
"""How a window returns: nothing is known; to nothing; in outline; with changes; exactly."""
KINDS = 5
REACHES = (0.05, 2.0, 5.0)
"""Mean squared distances (in posterior variances, a number of z) up to which a window is SAME,
NEAR and LIKE its nearest earlier one. Of two-bar windows of songs 18%, 25% and 20%."""
LONGEST = 32
"""Windows a return reaches back at most."""
ENDS = 4
"""So many windows from the beginning, and from the end, are told apart."""
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

Returns = tuple[np.ndarray, np.ndarray]
"""Lag and kind of each window of a piece, ``(W,)`` each."""


@dataclass(frozen=True)
class Guide:
    """What the sequence prior is told of each window before its latents are written."""

    lag_NW: np.ndarray
    """How many windows back the reference lies; 0 where there is none."""
    kind_NW: np.ndarray
    ends: np.ndarray
    """``(N, W, 2)``: windows since the beginning and to the end, at most ``ENDS``."""

    def reference(self, x_NQD: Tensor, positions: int) -> tuple[Tensor, Tensor]:
        """The latents that each window refers to, zeros where there is none, ``(N, Q, D)``; and
        where there is one, ``(N, Q, 1)``."""
        n, windows = self.lag_NW.shape
        x = x_NQD.reshape(n, windows, positions, -1)
        source = torch.from_numpy(np.arange(windows) - self.lag_NW)
        found = x[torch.arange(n)[:, None], source]
        told = torch.from_numpy(self.lag_NW > 0).to(x)[:, :, None, None]
        told_NQ1 = told.expand(n, windows, positions, 1).reshape(n, -1, 1)
        return (found * told).reshape(n, windows * positions, -1), told_NQ1


def ends_of(start: int, windows: int, total: int) -> np.ndarray:
    """``Guide.ends`` of ``windows`` windows from ``start`` on of a piece of ``total``, (W, 2)."""
    at = np.arange(start, start + windows)
    ends: np.ndarray = np.minimum(np.stack([at, np.maximum(total - 1 - at, 0)], axis=1), ENDS)
    return ends


def returns(mean_WPD: np.ndarray, variance_D: np.ndarray) -> Returns:
    """Lag and kind of each window of a piece, ``(W,)`` each.

    ``mean_WPD`` are posterior means, ``variance_D`` the posteriors' mean variance. Of earlier
    windows that are as near, the one that goes on from the last window's reference is chosen,
    else the latest.
    """
    windows = len(mean_WPD)
    flat = (mean_WPD / np.sqrt(variance_D)).reshape(windows, -1)
    square = (flat**2).sum(1)
    distance = np.maximum(square[:, None] + square - 2 * flat @ flat.T, 0) / flat.shape[1]
    lag, kind = np.zeros(windows, dtype=np.int64), np.full(windows, NEW, dtype=np.int64)
    for w in range(1, windows):
        back = distance[w, max(0, w - LONGEST) : w][::-1]
        nearest = int(back.argmin())
        stay = int(lag[w - 1]) - 1
        if 0 <= stay < len(back) and back[stay] <= back[nearest] + REACHES[0]:
            nearest = stay
        reached = int(np.searchsorted(REACHES, back[nearest], side="right"))
        if reached < len(REACHES):
            lag[w], kind[w] = nearest + 1, (SAME, NEAR, LIKE)[reached]
    return lag, kind


class Form(nn.Module):
    """A mixture of small causal models of lags and kinds, counted from pieces.

    A piece is of one sort of form. Whether a window keeps the lag of the one before depends on that
    one's kind, on how long it has been kept and on the place within the piece; a new lag on the
    place; the kind on all of these but the run. Which fields return exactly depends on the kind.
    Tables of probabilities; the sorts are found by expectation maximisation.
    """

    sort: Tensor
    stay: Tensor
    leap: Tensor
    kind: Tensor
    said: Tensor

    def __init__(self, fields: int = 1) -> None:
        super().__init__()
        self.fields = fields
        for name, shape in _shapes(fields).items():
            self.register_buffer(name, torch.full(shape, 1 / shape[-1]))
        self.rhyme = Rhyme(fields)

    def fit(self, forms: Sequence[Returns], said: Sequence[np.ndarray] = ()) -> None:
        """Count the forms of the training pieces, each its lags and kinds ``(W,)``; ``said`` has
        which fields of each window return, ``(W, F)``."""
        counted = _Counted(forms)
        rng = np.random.default_rng(0)
        weight_NK = rng.dirichlet(np.ones(SORTS), len(forms))
        for _ in range(ROUNDS):
            tables = counted.tables(weight_NK)
            weight_NK = counted.sorts(tables, weight_NK.mean(0))
        tables = counted.tables(weight_NK)
        tables["sort"] = _shares(weight_NK, [len(lags) for lags, _ in forms])
        tables["said"] = _said(forms, said, self.fields)
        for name, table in tables.items():
            getattr(self, name).copy_(torch.from_numpy(table))

    def sample(self, windows: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """Lags and kinds of a new piece, ``(W,)`` each, and which fields return, ``(W, F)``."""
        noise, whole = rng.random((windows, 4)), rng.random()
        sort = _pick(self.sort[_length(windows)].double().numpy(), whole)
        stay, leap, kind = (t[sort].double().numpy() for t in (self.stay, self.leap, self.kind))
        said = self.said.double().numpy()
        lags, kinds = np.zeros(windows, dtype=np.int64), np.full(windows, NEW, dtype=np.int64)
        parts = np.zeros(windows, dtype=np.int64)
        run = 0
        for w in range(1, windows):
            phase, before = w % PHASES, kinds[w - 1]
            stays = int(noise[w, 0] < stay[before, min(run, RUNS - 1), phase, 1])
            if stays:
                lags[w] = lags[w - 1]
            else:
                allowed = np.arange(LONGEST + 1) <= w
                allowed[lags[w - 1]] = False
                lags[w] = _pick(leap[phase] * allowed, noise[w, 1])
            if lags[w]:
                odds = kind[stays, before, phase] * (np.arange(KINDS) > NEW)
                kinds[w] = _pick(odds, noise[w, 2]) if odds.sum() else NEAR
            parts[w] = _pick(said[kinds[w]], noise[w, 3])
            run = run + 1 if stays else 0
        return lags, kinds, (parts[:, None] >> np.arange(self.fields) & 1).astype(bool)


def _shapes(fields: int) -> dict[str, tuple[int, ...]]:
    return {
        "sort": (len(LENGTHS) + 1, SORTS),
        "stay": (SORTS, KINDS, RUNS, PHASES, 2),
        "leap": (SORTS, PHASES, LONGEST + 1),
        "kind": (SORTS, 2, KINDS, PHASES, KINDS),
        "said": (KINDS, 2**fields),
    }


def _length(windows: int) -> int:
    return int(np.searchsorted(LENGTHS, windows))


def _shares(weight_NK: np.ndarray, windows: Sequence[int]) -> np.ndarray:
    """The shares of the sorts among pieces of each length, ``(len(LENGTHS) + 1, K)``."""
    shares = np.tile(FIRM * weight_NK.mean(0), (len(LENGTHS) + 1, 1))
    np.add.at(shares, [_length(w) for w in windows], weight_NK)
    return np.asarray(shares / shares.sum(1, keepdims=True))


class _Counted:
    """What happens in the forms of pieces: for each table the piece ``(M,)`` and the place in the
    table of each thing that happened."""

    def __init__(self, forms: Sequence[Returns]) -> None:
        self.pieces = len(forms)
        self.shapes = {k: v[1:] for k, v in _shapes(1).items() if k not in ("sort", "said")}
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


def _said(forms: Sequence[Returns], said: Sequence[np.ndarray], fields: int) -> np.ndarray:
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


def returning(cells_WTR: np.ndarray, lag_W: np.ndarray, rows: Sequence[slice]) -> np.ndarray:
    """Which fields of each window are the same as in its reference, or where it has none as in the
    window before: ``(W, F)``; ``rows`` are those of each field."""
    at = np.arange(len(cells_WTR))
    source = np.maximum(at - np.where(lag_W > 0, lag_W, 1), 0)
    same_WR = (cells_WTR == cells_WTR[source]).all(1)
    same_WR[0] = False
    return np.stack([same_WR[:, r].all(1) for r in rows], axis=1)


def _pick(weights: np.ndarray, uniform: float) -> int:
    """The place in which a uniform number falls; 0 where all weights are 0."""
    edges = np.cumsum(weights)
    if edges[-1] <= 0:
        return 0
    return min(int(np.searchsorted(edges, uniform * edges[-1], side="right")), len(weights) - 1)
