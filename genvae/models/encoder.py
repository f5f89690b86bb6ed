"""The encoder: windows to features at each latent position.

Axes:  N windows · T steps · R cells within a step · P latent positions · C channels, of ``told``
       conditions
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from genvae.domains.base import WindowSpec
from genvae.models.bottleneck import Source
from genvae.models.conditions import shifts
from genvae.models.networks import ResidualBlock, Vocabulary
from genvae.settings import ModelSettings


class Encoder(nn.Module):
    """Windows to features at each latent position: patches, then residual convolutions."""

    def __init__(
        self, spec: WindowSpec, settings: ModelSettings, conditions: Sequence[int] = ()
    ) -> None:
        super().__init__()
        if spec.steps % settings.patch:
            raise ValueError(f"patch {settings.patch} does not divide {spec.steps} steps")
        width = settings.encoder_width
        self.patch = settings.patch
        self.positions = spec.steps // settings.patch
        self.words = Vocabulary(tuple(f for f, _ in spec.cells()), width // 2, spec.rows**-0.5)
        self.gather = nn.Linear(settings.patch * (width // 2), width)
        self.place = nn.Parameter(torch.zeros(self.positions, width))
        self.blocks = nn.ModuleList(
            ResidualBlock(width, 1 + i % 2, settings.dropout)
            for i in range(settings.encoder_blocks)
        )
        self.norm = nn.LayerNorm(width)
        self.condition = shifts(conditions, width)

    def forward(self, cells_NTR: Tensor, told_NC: Tensor | None = None) -> Tensor:
        """``(N, T, R)`` categories -> ``(N, P, C)``."""
        return self.features(self.source(cells_NTR), told_NC)

    def source(self, cells_NTR: Tensor) -> Source:
        """The cells as the encoder hears them."""
        table = self.words.table()
        return Source(self.words.summed(cells_NTR, table), table)

    def features(self, source: Source, told_NC: Tensor | None = None) -> Tensor:
        """``(N, P, C)``."""
        steps = torch.nn.functional.gelu(source.steps_NTC)
        x = self.gather(steps.reshape(len(steps), self.positions, -1)) + self.place
        if self.condition is not None:
            x = x + self.condition(told_NC)[:, None]
        for block in self.blocks:
            x = block(x)
        y: Tensor = self.norm(x)
        return y

    @torch.no_grad()
    def tell(self, told_C: Tensor) -> None:
        """Settle the classes of all that is to come."""
        if self.condition is not None:
            self.place.add_(self.condition(told_C[None]))
            self.condition = None
