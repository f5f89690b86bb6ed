"""The figures by which members of the family are compared, PCA among them.

Axes:  N windows · T steps · R cells of a step · L numbers of z · A attributes

Lengths in latent space are told as shares of the mean distance between the latents of two windows,
so that a space may have any scale.
"""

from __future__ import annotations

import numpy as np

from genvae.domains.base import Codec, Windows, split_cells
from genvae.evaluation import metrics
from genvae.evaluation.interpolation import Pair, Way, figures_of_ways
from genvae.evaluation.representation import Representation

ACTIVE = 0.01
"""Variance of a latent's mean from which it counts as active (Burda et al. 2016)."""
STEP = 0.1
"""Length of a small step in latent space."""
WAY_STEPS = 6
PAIRS = 32


def figures(
    given: Representation,
    codec: Codec,
    train_NTR: np.ndarray,
    held_NTR: np.ndarray,
    seed: int = 0,
) -> dict[str, float]:
    """All figures but the rate, on held-out windows; the probes learn from ``train_NTR``. Classes
    may follow the cells of windows, for a representation that hears them."""
    rng = np.random.default_rng(seed)
    real = split_cells(codec.spec, held_NTR)
    z_NL = given.encode(held_NTR)
    made = given.decode(z_NL)
    close = metrics.agreement(codec, made, real)
    unit = typical_distance(z_NL, rng)
    found = {
        "latents": float(z_NL.shape[1]),
        "active": float((z_NL.var(0) > ACTIVE).sum()),
        "f1": metrics.events_f1(codec, made, real),
        "windows_exact": close["windows_exact"],
    }
    for prior in ("gaussian", "standard"):
        drawn = given.draw(len(held_NTR), prior, rng)
        if drawn is not None:
            samples = given.decode(drawn, rng)
            found[f"samples_{prior}"] = metrics.distance(codec, samples, real)["score"]
    found["piece_moves"] = piece_moves(given, codec, z_NL, made, unit, rng)
    found["latent_moves"] = latent_moves(given, codec, held_NTR, z_NL, unit, rng)
    found |= ways(given, codec, held_NTR, z_NL)
    found |= probes(codec, given.encode(train_NTR), train_NTR, z_NL, held_NTR)
    return found


def typical_distance(z_NL: np.ndarray, rng: np.random.Generator) -> float:
    """The mean distance between the latents of two windows."""
    other = z_NL[rng.permutation(len(z_NL))]
    return float(np.linalg.norm(z_NL - other, axis=1).mean()) + 1e-9


def piece_moves(
    given: Representation,
    codec: Codec,
    z_NL: np.ndarray,
    made: Windows,
    unit: float,
    rng: np.random.Generator,
) -> float:
    """1 - F1 of events between what z and what a point ``STEP`` away decode to."""
    way = rng.standard_normal(z_NL.shape)
    way *= STEP * unit / np.linalg.norm(way, axis=1, keepdims=True)
    return 1.0 - metrics.events_f1(codec, given.decode(z_NL + way), made)


def latent_moves(
    given: Representation,
    codec: Codec,
    cells_NTR: np.ndarray,
    z_NL: np.ndarray,
    unit: float,
    rng: np.random.Generator,
) -> float:
    """How far z moves when one event of the window becomes another (a note's pitch, a tile)."""
    changed = one_event_changed(codec, cells_NTR, rng)
    moved = np.linalg.norm(given.encode(changed) - z_NL, axis=1)
    different = (changed != cells_NTR).any(axis=(1, 2))
    return float(moved[different].mean() / unit) if different.any() else float("nan")


def one_event_changed(codec: Codec, cells_NTR: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each window with one of its events given the category of an event of another window, in the
    same row where there is one; windows without events stay."""
    out, rows = cells_NTR.copy(), codec.spec.rows
    trivial = [np.array(field.trivial) for field, _ in codec.spec.cells()]
    busy_NTR = np.stack([~np.isin(cells_NTR[:, :, r], t) for r, t in enumerate(trivial)], axis=-1)
    pools = [cells_NTR[:, :, r][busy_NTR[:, :, r]] for r in range(rows)]
    for n in range(len(out)):
        places = np.argwhere(busy_NTR[n])
        if len(places):
            t, r = places[rng.integers(len(places))]
            others = pools[r][pools[r] != out[n, t, r]]
            if len(others):
                out[n, t, r] = others[rng.integers(len(others))]
    return out


def ways(
    given: Representation, codec: Codec, cells_NTR: np.ndarray, z_NL: np.ndarray
) -> dict[str, float]:
    """Straight ways of ``WAY_STEPS`` steps between pairs of windows: F1 of neighbours (the lowest
    of a way, on average), and the distance of the steps between to real windows."""
    half = min(PAIRS, len(z_NL) // 2)
    a, b = z_NL[:half], z_NL[half : 2 * half]
    shares = np.linspace(0.0, 1.0, WAY_STEPS)
    steps = [given.decode(a + (b - a) * t) for t in shares]
    found: list[Way] = [[_one(step, i) for step in steps] for i in range(half)]
    real = split_cells(codec.spec, cells_NTR)
    pairs: list[Pair] = [(_one(real, i), _one(real, half + i)) for i in range(half)]
    told = figures_of_ways(codec, found, pairs, real)
    return {
        "way_lowest": told["neighbours_lowest"],
        "way_distance": told["distance"],
        "way_valid": told["valid"],
    }


def _one(windows: Windows, index: int) -> Windows:
    return {name: x[index : index + 1] for name, x in windows.items()}


def probes(
    codec: Codec,
    train_NL: np.ndarray,
    train_NTR: np.ndarray,
    held_NL: np.ndarray,
    held_NTR: np.ndarray,
) -> dict[str, float]:
    """R2 on held-out windows of a ridge regression of each attribute on z: ``probe_NAME``, and
    their mean ``probe``. Attributes are the codec's, or where it names none all that it measures;
    what is the same in all windows, or has no value in some, is left out. Below -1 counts as -1."""
    from sklearn.linear_model import RidgeCV
    from sklearn.preprocessing import StandardScaler

    known, asked = measured(codec, train_NTR), measured(codec, held_NTR)
    scale = StandardScaler().fit(train_NL)
    found = {}
    for name, values in known.items():
        truth = asked[name]
        usable = np.isfinite(values).all() and np.isfinite(truth).all()
        if not usable or values.std() < 1e-9 or truth.std() < 1e-9:
            continue
        probe = RidgeCV(np.logspace(-1, 4, 6)).fit(scale.transform(train_NL), values)
        found[f"probe_{name}"] = max(-1.0, probe.score(scale.transform(held_NL), truth))
    if found:
        found["probe"] = float(np.mean(list(found.values())))
    return found


def class_probe(
    train_NL: np.ndarray, train_N: np.ndarray, held_NL: np.ndarray, held_N: np.ndarray
) -> float:
    """Balanced accuracy on held-out windows of a logistic regression of the class on z: the mean
    over classes of the share that is named rightly. Windows of class 0 are of none that is known;
    nan where fewer than two classes are on both sides."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.preprocessing import StandardScaler

    both = np.intersect1d(train_N[train_N > 0], held_N)
    if len(both) < 2:
        return float("nan")
    known, asked = np.isin(train_N, both), np.isin(held_N, both)
    scale = StandardScaler().fit(train_NL[known])
    probe = LogisticRegression(class_weight="balanced", max_iter=2000)
    probe.fit(scale.transform(train_NL[known]), train_N[known])
    said_N = probe.predict(scale.transform(held_NL[asked]))
    return float(balanced_accuracy_score(held_N[asked], said_N))


def measured(codec: Codec, cells_NTR: np.ndarray) -> dict[str, np.ndarray]:
    """Each attribute of each window alone, ``(N,)``."""
    rows = []
    for cells_TR in cells_NTR:
        piece = codec.assemble(split_cells(codec.spec, cells_TR[None]), {})
        rows.append(codec.measure(piece))
    names = [n for n in rows[0] if n in codec.attributes] if codec.attributes else list(rows[0])
    return {n: np.array([row.get(n, np.nan) for row in rows]) for n in names}
