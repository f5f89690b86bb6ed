"""A network that puts damaged pieces right: what was observed and what the autoencoder made of it,
read in both directions, to the likely clean cells.

Axes:  N stretches · W windows · S steps · R cells of a step · K categories of a cell · E cell
       channels · C channels · G sources of copies · Q latent positions · D dims of z

Damage does not fit through the bottleneck: the decoder, told z of the damaged windows and the cells
before, finds a wrong cell unlikely (the *guess*). That alone would also take away whatever is rare,
so the cleaner weighs it against the cell itself, its neighbours, and the same place in the bars (or
windows) before and after, from each of which it may copy. It is trained to map damaged stretches to
clean ones (denoising: Vincent et al. 2008, "Extracting and composing robust features with denoising
autoencoders"; pointing at what is to be copied: Vinyals et al. 2015, "Pointer networks").
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genvae.domains.base import WindowSpec
from genvae.models.autoencoder import Autoencoder
from genvae.models.echoes import FACTS, Echo, echo, moved_by
from genvae.models.likelihood import LIKELIHOODS, CellLikelihood
from genvae.models.networks import Plane, ResidualBlock, Vocabulary
from genvae.settings import CleanSettings

LEAST = 1e-3
"""Rates of damage below count as this one where the network is told."""
KEEPING = 6.0
"""The logit that a cell starts with to stay what it is."""


@dataclass(frozen=True)
class Guess:
    """What the autoencoder makes of stretches: the likeliest category of each cell ``(N, S, R)``,
    and log probabilities of the observed one and of the likeliest, ``(N, S, R, 2)``."""

    best_NSR: Tensor
    logs_NSR2: Tensor


def no_guess(cells_NSR: Tensor) -> Guess:
    """For a cleaner that does without: all is as it is observed."""
    return Guess(cells_NSR, torch.zeros(*cells_NSR.shape, 2))


@torch.no_grad()
def guess(model: Autoencoder, cells_NSR: Tensor) -> Guess:
    """Encode each window and ask the decoder for every cell, given z and the cells before."""
    n, rows = len(cells_NSR), cells_NSR.shape[-1]
    means = model.encode(cells_NSR.reshape(-1, model.spec.steps, rows)).mean_NPD
    features = model.decoder(means.reshape(n, -1, means.shape[-1]), cells_NSR)
    best, logs = [], []
    for likelihood, owned in model.decoder.owners():
        log_p = torch.log_softmax(likelihood.logits(features[:, :, owned]), dim=-1)
        top = log_p.max(dim=-1)
        seen = log_p.gather(-1, cells_NSR[:, :, owned, None])[..., 0]
        best.append(top.indices)
        logs.append(torch.stack([seen, top.values], dim=-1))
    return Guess(torch.cat(best, dim=2), torch.cat(logs, dim=2).clamp(min=-20.0))


class Cleaner(nn.Module):
    """Observed cells, a guess and the rate of damage to logits of the clean cells."""

    def __init__(self, spec: WindowSpec, settings: CleanSettings) -> None:
        super().__init__()
        width, cell = settings.width, settings.cell_width
        fields = tuple(f for f, _ in spec.cells())
        self.spec = spec
        half = max(1, spec.steps // spec.layers // 2)
        self.apart = tuple(
            d * sign for d in (half, 2 * half, 4 * half, 8 * half) for sign in (1, -1)
        )
        self.lags = tuple(d * half for d in range(-8, 9) if d) if settings.echoes else ()
        told = 4 + len(self.apart) + (FACTS if self.lags else 0)
        self.words = Vocabulary(fields, cell, 0.5)
        self.from_guess = nn.Linear(cell, cell)
        self.from_facts = nn.Linear(told, cell)
        self.row = nn.Parameter(torch.zeros(spec.rows, cell))
        self.near = Plane(cell, settings.planes)
        self.gather = nn.Linear(spec.rows * cell, width)
        self.place = nn.Parameter(torch.zeros(spec.steps, width))
        self.rate = nn.Sequential(nn.Linear(2, width), nn.GELU(), nn.Linear(width, width))
        reaches = [2 ** (i % 6) for i in range(settings.blocks)]
        self.blocks = nn.ModuleList(ResidualBlock(width, r, settings.dropout) for r in reaches)
        self.norm = nn.LayerNorm(width)
        self.scatter = nn.Linear(width, spec.rows * cell)
        self.after = Plane(cell, settings.planes)
        self.last = nn.Sequential(nn.LayerNorm(cell), nn.Linear(cell, cell), nn.GELU())
        self.heads = nn.ModuleDict(
            {f.name: LIKELIHOODS["categorical"](f, cell) for f in spec.fields}
        )
        self.gates = nn.Linear(cell, 2 + len(self.apart) + bool(self.lags))
        with torch.no_grad():
            self.gates.weight.mul_(0.1)
            self.gates.bias.zero_()
            self.gates.bias[0] = KEEPING

    def forward(self, cells_NSR: Tensor, guessed: Guess, rate_N: Tensor) -> list[Tensor]:
        """Logits of each field, ``(N, S, rows, K)`` in the order of the spec."""
        n, steps, rows = cells_NSR.shape
        heard = echo(cells_NSR, self.lags) if self.lags else None
        sources = self._sources(cells_NSR, guessed, heard)
        x = self._cells(cells_NSR, guessed, sources, heard)
        told = torch.stack([torch.log(rate_N + LEAST) / 3, rate_N.sqrt() * 2], dim=-1)
        place = self.place.repeat(steps // len(self.place), 1)
        context = self.gather(x.flatten(2)) + place + self.rate(told)[:, None]
        for block in self.blocks:
            context = block(context)
        x = x + self.scatter(self.norm(context)).reshape(n, steps, rows, -1)
        features = self.last(self.after(x))
        gates = self.gates(features)
        out, at = [], 0
        for field in self.spec.fields:
            owned = slice(at, at + field.rows)
            logits = self._head(field.name).logits(features[:, :, owned])
            copied = sources[:, :, owned].clamp(min=0)
            pull = gates[:, :, owned] * (sources[:, :, owned] >= 0)
            out.append(logits.scatter_add(-1, copied, pull))
            at += field.rows
        return out

    def _head(self, name: str) -> CellLikelihood:
        found = self.heads[name]
        assert isinstance(found, CellLikelihood)
        return found

    def _sources(self, cells_NSR: Tensor, guessed: Guess, heard: Echo | None) -> Tensor:
        """What may be copied into each cell, ``(N, S, R, G)``: itself, the guess, the same
        cell some steps before and after, -1 beyond the ends, and what the echoes say."""
        moved = [moved_by(cells_NSR, d) for d in self.apart]
        voted = [heard.best_NSR] if heard else []
        return torch.stack([cells_NSR, guessed.best_NSR, *moved, *voted], dim=-1)

    def _cells(
        self, cells_NSR: Tensor, guessed: Guess, sources: Tensor, heard: Echo | None
    ) -> Tensor:
        """``(N, S, R, E)``: each cell with its guess and what agrees with it."""
        table = self.words.table()
        apart = sources[..., 1 : 2 + len(self.apart)]
        agree = (apart == cells_NSR[..., None]).float()
        doubt = guessed.logs_NSR2[..., 1:] - guessed.logs_NSR2[..., :1]
        echoes = [heard.facts] if heard else []
        facts = torch.cat([guessed.logs_NSR2 / 5, doubt / 5, agree, *echoes], dim=-1)
        x = self.words.each(cells_NSR, table) + self.row
        x = x + self.from_guess(self.words.each(guessed.best_NSR, table)) + self.from_facts(facts)
        if heard:
            x = x + self.words.each(heard.best_NSR.clamp(min=0), table) * heard.facts[..., :1]
        y: Tensor = self.near(x)
        return y


def cost(logits: list[Tensor], spec: WindowSpec, clean_NSR: Tensor) -> Tensor:
    """Nats of the clean cells, ``(N, S)``."""
    total, at = clean_NSR.new_zeros(clean_NSR.shape[:2], dtype=torch.float32), 0
    for field, part in zip(spec.fields, logits, strict=True):
        wanted = clean_NSR[:, :, at : at + field.rows]
        nats = F.cross_entropy(part.flatten(0, 2), wanted.reshape(-1), reduction="none")
        total = total + nats.reshape(wanted.shape).sum(-1)
        at += field.rows
    return total
