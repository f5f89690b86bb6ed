"""The blocks that encoder, decoder and sequence prior are built from.

Axes:  N batch · T steps or positions · C channels · R cells within a step · E cell channels

Everything here keeps channels last and writes a 1-D convolution as one matrix product over
shifted copies of its input: on CPUs this is faster than ``nn.Conv1d`` at these sizes, and the
step-by-step form for decoding is the same product on remembered inputs. The causal stacks are
those of WaveNet (van den Oord et al. 2016), rows within columns as in PixelCNN (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genvae.domains.base import Field
from genvae.models.features import feature_count, features_of


class Conv(nn.Module):
    """A 1-D convolution with taps at the given offsets: ``y[t] = sum_o W_o x[t - o] + b``.

    Offsets (0, d) make it causal with dilation d, (-1, 0, 1) an ordinary kernel of three.
    Maps ``(..., T, in)`` to ``(..., T, out)``, zeros beyond both ends.
    """

    def __init__(self, channels_in: int, channels_out: int, offsets: tuple[int, ...]) -> None:
        super().__init__()
        self.offsets = offsets
        self.mix = nn.Linear(channels_in * len(offsets), channels_out)

    def forward(self, x: Tensor) -> Tensor:
        """``(..., T, in) -> (..., T, out)``."""
        left = max(0, *self.offsets)
        right = max(0, *(-o for o in self.offsets))
        steps = x.shape[-2]
        padded = F.pad(x, (0, 0, left, right))
        shifted = [padded.narrow(-2, left - o, steps) for o in self.offsets]
        y: Tensor = self.mix(torch.cat(shifted, dim=-1))
        return y


class ResidualBlock(nn.Module):
    """Norm, convolution over neighbours, GELU, projection; added to its input."""

    def __init__(self, channels: int, reach: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.conv = Conv(channels, channels, (-reach, 0, reach))
        self.out = nn.Linear(channels, channels)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x_NTC: Tensor) -> Tensor:
        """``(N, T, C) -> (N, T, C)``."""
        y: Tensor = x_NTC + self.out(self.dropout(F.gelu(self.conv(self.norm(x_NTC)))))
        return y


class CausalBlock(nn.Module):
    """A residual block that sees its own position and the one ``reach`` before."""

    def __init__(self, channels: int, reach: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.reach = reach
        self.norm = nn.LayerNorm(channels)
        self.conv = Conv(channels, channels, (0, reach))
        self.out = nn.Linear(channels, channels)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        """``(..., T, C) -> (..., T, C)``; the condition is added before the non-linearity."""
        hidden = self.conv(self.norm(x))
        if condition is not None:
            hidden = hidden + condition
        y: Tensor = x + self.out(self.dropout(F.gelu(hidden)))
        return y

    def weights(self, blank_NC: Tensor) -> Remembered:
        """What ``CausalStack.step`` needs of this block, with nothing remembered yet."""
        norm, mix, out = self.norm, self.conv.mix, self.out
        return Remembered(
            [blank_NC] * self.reach,
            (norm.weight, norm.bias, norm.eps),
            (mix.weight, mix.bias),
            (out.weight, out.bias),
        )


class own_kernels:
    """Within it torch takes its own kernels, not oneDNN's: those take ten microseconds to begin,
    several times as long as an activation of a few thousand numbers does."""

    def __enter__(self) -> None:
        self.before = bool(torch.backends.mkldnn.enabled)
        torch.backends.mkldnn.enabled = False  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        torch.backends.mkldnn.enabled = self.before  # type: ignore[assignment]


class Remembered(NamedTuple):
    """A block while decoding: the ring of its last ``reach`` normed inputs ``(N, C)``, and its
    weights at hand. Calling the modules themselves takes as long as their arithmetic here."""

    ring: list[Tensor]
    norm: tuple[Tensor, Tensor, float]
    mix: tuple[Tensor, Tensor]
    out: tuple[Tensor, Tensor]


class CausalStack(nn.Module):
    """Causal blocks with reaches 1, 2, 4, ... (at most ``2**(cycle-1)``, then again from 1).

    With a condition (``channels_condition`` > 0) every block hears it: the upsampled latent.
    """

    def __init__(
        self,
        channels: int,
        blocks: int,
        *,
        channels_condition: int = 0,
        cycle: int = 6,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.channels = channels
        self.reaches = [2 ** (i % cycle) for i in range(blocks)]
        self.blocks = nn.ModuleList(CausalBlock(channels, r, dropout) for r in self.reaches)
        self.listen = (
            nn.Linear(channels_condition, channels * blocks) if channels_condition else None
        )
        self.norm = nn.LayerNorm(channels)

    def conditions(self, u: Tensor | None) -> list[Tensor | None]:
        """The condition as each block hears it; computed once for a whole piece."""
        if self.listen is None or u is None:
            return [None] * len(self.blocks)
        return list(self.listen(u).chunk(len(self.blocks), dim=-1))

    def forward(self, x: Tensor, u: Tensor | None = None) -> Tensor:
        """``x (..., T, C)``, ``u (..., T, U)`` -> ``(..., T, C)``; position t sees x up to t."""
        for block, condition in zip(self.blocks, self.conditions(u), strict=True):
            x = block(x, condition)
        y: Tensor = self.norm(x)
        return y

    def start(self, batch: int) -> list[Remembered]:
        """Empty memories for ``step``."""
        blank_NC = self.norm.weight.new_zeros(batch, self.channels)
        return [block.weights(blank_NC) for block in self.blocks]  # type: ignore[operator]

    def step(
        self,
        x_NC: Tensor,
        memory: list[Remembered],
        t: int,
        conditions: Sequence[Tensor | None] | None = None,
    ) -> Tensor:
        """Position ``t`` alone, given the memories of the positions before it."""
        shape, norm = (self.channels,), self.norm
        with own_kernels():
            for number, (ring, normed_by, mix, out) in enumerate(memory):
                slot = t % len(ring)
                normed = torch.layer_norm(x_NC, shape, *normed_by)
                hidden = F.linear(torch.cat((normed, ring[slot]), dim=-1), *mix)
                ring[slot] = normed
                condition = conditions[number] if conditions else None
                if condition is not None:
                    hidden = hidden + condition
                x_NC = x_NC + F.linear(F.gelu(hidden), *out)
        return torch.layer_norm(x_NC, shape, norm.weight, norm.bias, norm.eps)


class Plane(nn.Module):
    """Residual 3 x 3 convolutions over a whole plane of cells, seen on all sides."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1) for _ in range(blocks)
        )

    def forward(self, x_NTRC: Tensor) -> Tensor:
        """``(N, T, R, C) -> (N, T, R, C)``."""
        x = x_NTRC.permute(0, 3, 1, 2)
        for conv in self.convs:
            x = x + F.gelu(conv(x))
        return x.permute(0, 2, 3, 1)


class Vocabulary(nn.Module):
    """A vector for each category of each cell of a step.

    A category's vector is the sum of those of its features (see ``features``); where nothing
    is shared, each category has its own.
    """

    starts: Tensor

    def __init__(self, cells: tuple[Field, ...], channels: int, std: float) -> None:
        super().__init__()
        sizes = [f.categories for f in cells]
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        self.register_buffer("starts", torch.tensor(starts), persistent=False)
        self.cells = cells
        self.parts = nn.ParameterList(
            nn.Parameter(torch.randn(feature_count(f), channels) * std) for f in cells
        )

    def table(self) -> Tensor:
        """``(K of all cells, channels)``."""
        rows = []
        for field, part in zip(self.cells, self.parts, strict=True):
            shared = features_of(field)
            rows.append(part if shared is None else shared.to(part) @ part)
        return torch.cat(rows)

    def each(self, cells: Tensor, table: Tensor) -> Tensor:
        """``(..., R)`` integers -> ``(..., R, channels)``."""
        return F.embedding(cells + self.starts, table)

    def summed(self, cells: Tensor, table: Tensor) -> Tensor:
        """``(..., R)`` integers -> ``(..., channels)``: the step as a whole."""
        flat = (cells + self.starts).reshape(-1, cells.shape[-1])
        y: Tensor = F.embedding_bag(flat, table, mode="sum")
        return y.reshape(*cells.shape[:-1], -1)


def shift(x: Tensor, steps: int, dim: int = 1) -> Tensor:
    """Move along ``dim`` towards later places; zeros come in."""
    zeros = torch.zeros_like(x.narrow(dim, 0, min(steps, x.shape[dim])))
    return torch.cat([zeros, x.narrow(dim, 0, max(0, x.shape[dim] - steps))], dim=dim)
