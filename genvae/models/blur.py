"""Latents that the decoder hears through noise.

Axes:  N chunks · Q latent positions · D dims of z · C channels

A code that says every note leaves the structure of new pieces to the prior, whose small errors
become wrong notes; a code that says little reconstructs badly. A decoder can be both: in training
some chunks have their latents blurred by noise of a level that the decoder is told, from 0 (all of
z is heard) to 1 (nothing is: it is then a model of cells alone). Pieces that are there are decoded
at level 0; drawn latents are blurred, and what they leave open the decoder settles by what it has
already written. This is the conditioning augmentation of cascaded diffusion models (Ho et al.,
2021), between a prior and a decoder.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WAVES = 4
HIDDEN = 64


def blurred(z: Tensor, blur: Tensor, noise: Tensor) -> Tensor:
    """``z`` of unit variance mixed with standard normal ``noise``; the variance stays."""
    return torch.sqrt(1 - blur**2) * z + blur * noise


class Blur(nn.Module):
    """What the decoder's first layer makes of a level: a factor and a shift for each channel, 1 and
    0 at level 0."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(2 * WAVES, HIDDEN, bias=False)
        self.out = nn.Linear(HIDDEN, 2 * width, bias=False)
        nn.init.zeros_(self.out.weight)

    def forward(self, blur: Tensor) -> tuple[Tensor, Tensor]:
        """Levels of any shape to factor and shift, ``(..., C)`` each."""
        angle = blur[..., None] * torch.arange(1, WAVES + 1, device=blur.device) * torch.pi / 2
        waves = torch.cat([angle.sin(), 1 - angle.cos()], dim=-1)
        gain, shift = self.out(torch.tanh(self.hidden(waves))).chunk(2, dim=-1)
        return 1 + gain, shift


@torch.no_grad()
def settled(unfold: nn.Linear, blur: Blur, level: float) -> nn.Linear:
    """The decoder's first layer at one level."""
    factor_1C, shift_1C = blur(torch.tensor([level]))
    out = copy.deepcopy(unfold)
    out.weight.mul_(factor_1C[0, :, None])
    out.bias.mul_(factor_1C[0]).add_(shift_1C[0])
    return out


def heard(unfold: nn.Linear, blur: Blur | None, z_NQD: Tensor, blur_N: Tensor | None) -> Tensor:
    """Latents as the decoder's first layer hears them, ``(N, Q, C)``; one level for each piece, or
    one for each of its positions ``(N, Q)``."""
    x: Tensor = F.linear(z_NQD, unfold.weight, unfold.bias)
    if blur is None or blur_N is None:
        return x
    factor, shift = blur(blur_N if blur_N.dim() > 1 else blur_N[:, None])
    y: Tensor = x * factor + shift
    return y
