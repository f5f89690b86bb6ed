"""The form of a piece: which earlier window each window returns to, and how closely.

Axes:  N pieces · W windows · P positions of a window · Q = W*P · D dims of z

Songs return to what they have said. How closely two windows resemble each other is told by the
distance of their posterior means, in units of the posteriors' own spread; windows with the same
cells have distance 0. ``guide_of`` finds the form of pieces that are there, ``Form`` learns how
forms go and draws new ones; the sequence prior hears the form and writes the latents (see
``prior.SequencePrior``). Lookback features for recurrent nets are Google Magenta's (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from genvae.models.form_tables import (
    KINDS,
    LENGTHS,
    LIKE,
    LONGEST,
    NEAR,
    NEW,
    OFTENER,
    PHASES,
    ROUNDS,
    RUNS,
    SAME,
    SORTS,
    TRIES,
    UNSEEN,
    UNTOLD,
    WEIGHED,
    Counted,
    Returns,
    class_of,
    class_shares,
    classes,
    length_class,
    said_shares,
    shapes,
    sort_shares,
)
from genvae.models.rhyme import Rhyme

__all__ = [
    "ENDS",
    "KINDS",
    "LIKE",
    "LONGEST",
    "NEAR",
    "NEW",
    "REACHES",
    "SAME",
    "UNTOLD",
    "Form",
    "Guide",
    "Returns",
    "ends_of",
    "returning",
    "returns",
]

REACHES = (0.05, 2.0, 5.0)
"""Mean squared distances (in posterior variances, a number of z) up to which a window is SAME,
NEAR and LIKE its nearest earlier one. Of two-bar windows of songs 18%, 25% and 20%."""
ENDS = 4
"""So many windows from the beginning, and from the end, are told apart."""


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

    Such a model knows the steps of a form but not its whole: it goes round one segment in more
    pieces than songs do, and leaves fewer without any return. What is drawn is therefore accepted
    by how much more often songs of its length have forms of its class than the model makes them
    (rejection sampling).
    """

    sort: Tensor
    stay: Tensor
    leap: Tensor
    kind: Tensor
    said: Tensor
    accepted: Tensor

    def __init__(self, fields: int = 1, weight: float = 1.0) -> None:
        super().__init__()
        self.fields, self.weight = fields, weight
        self.register_buffer("accepted", torch.ones(len(LENGTHS) + 1, *classes()))
        self.register_load_state_dict_pre_hook(_accepting_all)  # type: ignore[no-untyped-call]
        for name, shape in shapes(fields).items():
            self.register_buffer(name, torch.full(shape, 1 / shape[-1]))
        self.rhyme = Rhyme(fields)

    def fit(self, forms: Sequence[Returns], said: Sequence[np.ndarray] = ()) -> None:
        """Count the forms of the training pieces, each its lags and kinds ``(W,)``; ``said`` has
        which fields of each window return, ``(W, F)``."""
        counted = Counted(forms)
        rng = np.random.default_rng(0)
        weight_NK = rng.dirichlet(np.ones(SORTS), len(forms))
        for _ in range(ROUNDS):
            tables = counted.tables(weight_NK)
            weight_NK = counted.sorts(tables, weight_NK.mean(0))
        tables = counted.tables(weight_NK)
        tables["sort"] = sort_shares(weight_NK, [len(lags) for lags, _ in forms])
        tables["said"] = said_shares(forms, said, self.fields)
        for name, table in tables.items():
            getattr(self, name).copy_(torch.from_numpy(table))
        for length in range(len(LENGTHS) + 1):
            some = [form for form in forms if length_class(len(form[0])) == length]
            if some:
                self.accepted[length] = torch.from_numpy(self._odds(some, rng))

    def _odds(self, forms: Sequence[Returns], rng: np.random.Generator) -> np.ndarray:
        """By what forms are accepted so that they are as these, which are of like length."""
        lengths = rng.choice([len(lags) for lags, _ in forms], WEIGHED)
        drawn = [self._drawn(int(length), rng) for length in lengths]
        made = class_shares([(lags, kinds) for lags, kinds, _ in drawn])
        odds = np.minimum((class_shares(forms) + UNSEEN) / (made + UNSEEN), OFTENER) ** self.weight
        return np.asarray(odds / odds.max())

    def sample(self, windows: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """Lags and kinds of a new piece, ``(W,)`` each, and which fields return, ``(W, F)``."""
        for _ in range(TRIES):
            drawn = self._drawn(windows, rng)
            if rng.random() < self.accepted[(length_class(windows), *class_of(*drawn[:2]))]:
                break
        return drawn

    def _drawn(self, windows: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """The same, as the tables have it."""
        noise, whole = rng.random((windows, 4)), rng.random()
        sort = _pick(self.sort[length_class(windows)].double().numpy(), whole)
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


def _accepting_all(form: Form, state: dict[str, Tensor], prefix: str, *_: object) -> None:
    """Files that were written before forms were weighed are read as what they are."""
    state.setdefault(prefix + "accepted", torch.ones_like(form.accepted))


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
