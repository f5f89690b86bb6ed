"""The figures of a model, each beside the same figure of real held-out data.

Axes:  N chunks or pieces · W windows · T steps of a window · S = W*T · R cells
       P positions · D dims of z
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from genvae.domains.base import Codec, Windows, split_cells
from genvae.evaluation import metrics
from genvae.generation.generator import Generator, together
from genvae.models.decoding import decode
from genvae.models.files import ModelFile

ACTIVE = 0.1
"""Nats of KL from which a dimension counts as used."""
RESAMPLES = 200


@dataclass
class Figures:
    """Named figures of one model."""

    reconstruction: dict[str, dict[str, float]] = field(default_factory=dict)
    """By figure: ``model``, and the baselines ``trivial`` and ``another`` (a window at random)."""
    latent: dict[str, float] = field(default_factory=dict)
    samples: dict[str, dict[str, float]] = field(default_factory=dict)
    """By measure: ``made``, ``made_low``, ``made_high`` (95%), ``real``, ``real_begun`` (of the
    beginnings of pieces as long as those made), ``posterior``."""
    divergences: dict[str, dict[str, float]] = field(default_factory=dict)
    """By histogram: ``made`` and ``train`` against held-out data, in bits."""
    pieces: dict[str, dict[str, float]] = field(default_factory=dict)
    songs: dict[str, dict[str, float]] = field(default_factory=dict)
    """By measure of whole pieces: see ``courses.compare``."""
    conditions: dict[str, dict[str, float]] = field(default_factory=dict)
    """By condition and class: see ``workflows.recognition``; only of a conditional model."""
    delivered: dict[str, dict[str, float]] = field(default_factory=dict)
    """By figure of what is handed out: see ``workflows.deliveries``; only of levels."""
    interpolation: dict[str, dict[str, float]] = field(default_factory=dict)
    """By figure: ``model``, the baselines ``crossfade`` and ``switch``, and ``real``."""

    def plain(self) -> dict[str, Any]:
        """JSON-able, rounded."""
        return {
            name: {
                k: {a: _round(b) for a, b in v.items()} if isinstance(v, dict) else _round(v)
                for k, v in group.items()
            }
            for name, group in vars(self).items()
            if group or name not in ("conditions", "delivered")
        }


def _round(value: float) -> float | None:
    return round(float(value), 5) if np.isfinite(value) else None


@torch.no_grad()
def reconstruction(
    model: ModelFile, codec: Codec, chunks_NSR: np.ndarray, figures: Figures
) -> Windows:
    """Decode chunks from their posterior means, latents alone; returns windows decoded from
    posterior *samples*, drawn like samples are."""
    spec = codec.spec
    windows_NTR = chunks_NSR.reshape(-1, spec.steps, spec.rows)
    posterior = model.autoencoder.encode(torch.from_numpy(windows_NTR))
    latent = model.latent_shape[1]
    z = posterior.mean_NPD.reshape(len(chunks_NSR), -1, latent)
    made = _decoded(model, codec, z, None)
    real = split_cells(spec, windows_NTR)
    rng = np.random.default_rng(0)
    other = split_cells(spec, windows_NTR[rng.permutation(len(windows_NTR))])
    for column, windows in (
        ("model", made),
        ("trivial", metrics.trivial(codec, real)),
        ("another", other),
    ):
        for name, value in metrics.agreement(codec, windows, real).items():
            figures.reconstruction.setdefault(name, {})[column] = value
    kl_PD = posterior.kl_NPD.mean(0)
    swapped = _decoded(model, codec, z[torch.from_numpy(rng.permutation(len(z)))], None)
    figures.latent = {
        "numbers_a_window": float(kl_PD.numel()),
        "nats_a_window": float(kl_PD.sum()),
        "active_dimensions": float((kl_PD > ACTIVE).sum()),
        "cells_changed_by_another_z": metrics.changed(codec, made, swapped),
    }
    drawn = posterior.sample().reshape(z.shape)
    if model.sequence is not None:
        entropy = posterior.entropy().sum((1, 2)).mean()
        priced = torch.cat([model.sequence.loss(part).sum(1) for part in torch.split(drawn, 64)])
        windows = chunks_NSR.shape[1] // spec.steps
        figures.latent["nats_under_the_sequence_prior"] = float(priced.mean() / windows - entropy)
    return _decoded(model, codec, drawn, rng)


def _decoded(
    model: ModelFile, codec: Codec, z_NQD: torch.Tensor, rng: np.random.Generator | None
) -> Windows:
    """Decode in batches of 128: most likely cells, or drawn with the generator."""
    spec, heat = codec.spec, temperature(model) * model.cell_temperature
    parts = []
    for at in range(0, len(z_NQD), 128):
        part = z_NQD[at : at + 128]
        steps = part.shape[1] * model.recipe.model.patch
        uniforms = None if rng is None else rng.random((len(part), steps, spec.rows))
        cells = decode(
            model.decoder,
            part,
            uniforms_NSR=uniforms,
            temperature=heat,
            constraints=codec.constraints(),
        )
        parts.append(cells.reshape(-1, spec.steps, spec.rows))
    return split_cells(spec, np.concatenate(parts))


def temperature(model: ModelFile) -> float:
    """The model's default temperature."""
    return float(model.card.get("defaults", {}).get("temperature", 1.0))


def sampled(
    model: ModelFile,
    codec: Codec,
    pieces: int,
    windows: int,
    *,
    seed: int = 0,
    prior: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Windows]:
    """First draws of ``sample`` at default settings: what the model makes before any check."""
    generator = Generator(model, codec)
    out: list[Windows] = []
    most = together(windows)
    for at in range(0, pieces, most):
        items = [(i, 0) for i in range(at, min(pieces, at + most))]
        heat = temperature(model)
        z = generator.draw(items, windows, seed=seed, prior=prior, temperature=heat)
        out += generator.decode(z, items=items, seed=seed, temperature=heat, drawn=True)
        if progress:
            progress(len(out))
    return out


def compare_samples(
    codec: Codec,
    made: Windows,
    posterior: Windows | None,
    real: Windows,
    train: Windows,
    figures: Figures,
) -> None:
    """Window measures and divergences of samples, of windows decoded from true posteriors (is
    the prior at fault or the decoder?) if there are any, of held-out data and, for divergences, of
    training data."""
    measured = {n: codec.measure_windows(w) for n, w in (("made", made), ("real", real))}
    beside = metrics.describe(codec, posterior) if posterior is not None else {}
    rng = np.random.default_rng(0)
    for name, values in measured["made"].items():
        low, high = _interval(values, rng)
        figures.samples[name] = {
            "made": metrics.mean(values),
            "made_low": low,
            "made_high": high,
            "real": metrics.mean(measured["real"][name]),
        }
        if name in beside:
            figures.samples[name]["posterior"] = beside[name]
    counts = {n: codec.histograms(w) for n, w in (("made", made), ("train", train), ("real", real))}
    for name, reals in counts["real"].items():
        figures.divergences[name] = {
            n: metrics.jensen_shannon(counts[n][name], reals) for n in ("made", "train")
        }


def beside_beginnings(
    codec: Codec, held: Sequence[np.ndarray], windows: int, figures: Figures
) -> None:
    """Measures of the first ``windows`` windows of held-out pieces ``(S, R)`` that have as many:
    samples are beginnings of so long pieces, which may be unlike windows from anywhere."""
    spec, length = codec.spec, windows * codec.spec.steps
    begun = [piece[:length, : spec.rows] for piece in held if len(piece) >= length]
    if not begun:
        return
    cells = np.stack(begun).astype(np.int64).reshape(-1, spec.steps, spec.rows)
    for name, value in metrics.describe(codec, split_cells(spec, cells)).items():
        if name in figures.samples:
            figures.samples[name]["real_begun"] = value


def _interval(values: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Bootstrap interval (95%) of the mean."""
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    means = [known[rng.integers(len(known), size=len(known))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def copies(model: ModelFile, codec: Codec, windows: Windows) -> float:
    """Share of windows found, as the codec compares them, among the training windows."""
    if model.copies is None:
        return float("nan")
    return float(model.copies.known(codec.segments(windows)).mean())
