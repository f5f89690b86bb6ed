"""A network that places things on terrain, one after another, each where it goes with the others.

Axes:  N windows · P latent positions of a window · D dims of z · T steps · R rows · C columns
       K kinds · I planes · W channels · X = R*C places

Cells that are written in the order of columns cannot agree on four boxes and the goals that they
are pushed to: what comes first is placed before the rest is known. Here every thing is one choice
among all places, made when the terrain and everything placed before is known on all sides, from
planes that the domain gives (``records.Placement``). The network hears z, or does without it, as it
is told: pieces that are there come back, and things that are drawn agree with their terrain.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genvae.domains.base import Placement, WindowSpec
from genvae.settings import PlaceSettings

SPOKEN = 8
"""Planes that z is heard as."""
FORBIDDEN = -30.0
"""The logit of a place where nothing may come: finite, so that a loss stays one."""


class PlaneBlock(nn.Module):
    """Norm, two 3 x 3 convolutions, the first with gaps every other time; added to its input."""

    def __init__(self, channels: int, reach: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(4, channels)
        self.wide = nn.Conv2d(channels, channels, 3, padding=reach, dilation=reach)
        self.out = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]

    def forward(self, x_NWRC: Tensor) -> Tensor:
        """``(N, W, R, C)`` to the same."""
        y: Tensor = x_NWRC + self.out(F.gelu(self.wide(F.gelu(self.norm(x_NWRC)))))
        return y


class Placer(nn.Module):
    """Planes of a window, and z of it, to a logit for each place."""

    def __init__(
        self,
        spec: WindowSpec,
        latent_shape: tuple[int, int],
        placement: Placement,
        settings: PlaceSettings,
    ) -> None:
        super().__init__()
        self.rows, self.columns = spec.rows, spec.steps // spec.layers
        self.placement, self.heat, self.deaf = placement, settings.heat, False
        positions, latent = latent_shape
        self.hear = nn.Linear(positions * latent, SPOKEN * self.rows * self.columns)
        self.first = nn.Conv2d(placement.planes + SPOKEN + 1, settings.width, 3, padding=1)
        self.blocks = nn.Sequential(
            *(PlaneBlock(settings.width, 1 + number % 2) for number in range(settings.blocks))
        )
        self.last = nn.Conv2d(settings.width, len(placement.kinds), 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def without_z(self) -> Placer:
        """This placer for latents that it does not hear; shares all weights."""
        other = copy.copy(self)
        other.deaf = True
        return other

    def forward(
        self, planes_NIRC: Tensor, kind_N: Tensor, z_NPD: Tensor, heard_N: Tensor
    ) -> Tensor:
        """Logits ``(N, X)`` of the places for one more thing of a kind; ``heard_N`` is 1 where z
        counts and 0 where it does not."""
        n = len(planes_NIRC)
        flag = heard_N.reshape(n, 1, 1, 1)
        said = self.hear(z_NPD.reshape(n, -1)).reshape(n, SPOKEN, self.rows, self.columns) * flag
        flags = flag.expand(n, 1, self.rows, self.columns)
        x = torch.cat([planes_NIRC, said, flags], dim=1)
        x = self.first(x.contiguous(memory_format=torch.channels_last))
        y = self.last(F.gelu(self.blocks(x)))
        logits: Tensor = y[torch.arange(n), kind_N].reshape(n, -1)
        return logits

    @torch.inference_mode()
    def place(
        self,
        ground_NTR: np.ndarray,
        z_NPD: Tensor,
        *,
        uniforms_NX: np.ndarray | None = None,
        temperature: float = 1.0,
        known_NTR: np.ndarray | None = None,
    ) -> np.ndarray:
        """The second layer of windows ``(N, T/2, R)`` whose first is given.

        Each thing takes the likeliest place, or with a uniform number for each thing one that is
        drawn at the temperature times ``heat``. What stands in cells of ``known_NTR`` from 0 up
        stays and counts, and nothing comes into them. Where nothing may come, nothing does.
        """
        placement = self.placement
        blank = ground_NTR if known_NTR is None else np.where(known_NTR < 0, ground_NTR, known_NTR)
        ground_NRC, has_NKRC = placement.split(np.concatenate([ground_NTR, blank], axis=1))
        has_NKRC = has_NKRC.copy()
        free_NRC = None if known_NTR is None else (known_NTR < 0).transpose(0, 2, 1)
        wanted_K = np.bincount(placement.order, minlength=len(placement.kinds))
        left_NK = wanted_K - has_NKRC.sum((2, 3))
        heard_N = torch.zeros(len(z_NPD)) if self.deaf else torch.ones(len(z_NPD))
        for thing, kind in enumerate(placement.order):
            kind_N = np.full(len(ground_NRC), kind)
            planes, may_NRC = placement.seen(ground_NRC, has_NKRC, kind_N, free_NRC)
            may_NX = may_NRC.reshape(len(may_NRC), -1)
            logits = self(torch.from_numpy(planes), torch.from_numpy(kind_N), z_NPD, heard_N)
            at_N = _chosen(
                logits.numpy(),
                may_NX,
                None if uniforms_NX is None else uniforms_NX[:, thing],
                temperature * self.heat,
            )
            here = np.flatnonzero((left_NK[:, kind] > 0) & may_NX.any(1))
            has_NKRC.reshape(len(has_NKRC), len(wanted_K), -1)[here, kind, at_N[here]] = True
            left_NK[here, kind] -= 1
        return placement.joined(ground_NRC, has_NKRC)


def _chosen(
    logits_NX: np.ndarray, may_NX: np.ndarray, uniforms_N: np.ndarray | None, temperature: float
) -> np.ndarray:
    """A place of each window, ``(N,)``; any where none may be taken."""
    masked = np.where(may_NX, logits_NX, -np.inf)
    if uniforms_N is None or temperature <= 0:
        likeliest: np.ndarray = masked.argmax(1)
        return likeliest
    top = np.where(may_NX.any(1), masked.max(1), 0.0)
    share_NX = np.exp((masked - top[:, None]).astype(np.float64) / temperature)
    edges = share_NX.cumsum(1)
    at_N = np.minimum(uniforms_N * edges[:, -1], np.nextafter(edges[:, -1], 0.0))
    drawn: np.ndarray = np.minimum((edges <= at_N[:, None]).sum(1), masked.shape[1] - 1)
    return drawn


def masked_cost(logits_NX: Tensor, may_NX: Tensor, target_NX: Tensor) -> Tensor:
    """Nats ``(N,)`` of the places that things of the kind still have in the real window, all alike,
    above what cannot be known: in which order they come."""
    logits = logits_NX.masked_fill(~may_NX, FORBIDDEN)
    shares = target_NX / target_NX.sum(1, keepdim=True).clamp(min=1.0)
    certain = -(shares * shares.clamp(min=1e-9).log()).sum(1)
    nats: Tensor = -(shares * torch.log_softmax(logits, dim=1)).sum(1) - certain
    return nats
