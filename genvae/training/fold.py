"""A model whose latents have fewer numbers, from one that has more.

A decoder hears z by one linear map. The directions of z by which it hears most, the right singular
vectors of that map, are kept; the encoder gives their means, and for their variances those of the
numbers that they are made of. Nearly all that encoder and decoder know goes on from there.

Axes:  D dims of z before · L dims kept · C channels
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

HEARD, SAID = "decoder.unfold.weight", "bottleneck.project"


def folded(weights: Mapping[str, Tensor], latent: int) -> dict[str, Tensor]:
    """The weights of an autoencoder with z of ``latent`` numbers a position, from those of one
    with at least as many; weights of a sequence prior stay as they are, and no longer fit."""
    found = dict(weights)
    heard_CD = found[HEARD].float()
    if latent >= heard_CD.shape[1]:
        return found
    directions_LD = torch.linalg.svd(heard_CD, full_matrices=False)[2][:latent]
    found[HEARD] = heard_CD @ directions_LD.T
    for name in (f"{SAID}.weight", f"{SAID}.bias"):
        said = found[name].float()  # of means and, if any, of logarithms of variances
        parts = said.chunk(len(said) // heard_CD.shape[1])
        shares_LD = (directions_LD, directions_LD.square())
        kept = [share @ part for share, part in zip(shares_LD, parts, strict=False)]
        found[name] = torch.cat(kept)
    return found
