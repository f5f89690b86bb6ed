"""The one autoencoder: encoder, bottleneck, decoder, likelihoods and penalties put together.

Axes:  N chunks · W windows in a chunk · T steps of a window · S = W*T steps of a chunk
       R cells within a step · P latent positions of a window · Q = W*P · D dims of z at one
       C channels, of ``told`` conditions · U channels of the upsampled latent · E cell channels

A chunk is a run of neighbouring windows of one piece. Each window is encoded alone. The decoder
reads the latents of the whole chunk and, causally, the steps already written, across the seams
of windows: first a stack over steps, then a small stack over the cells of the step. Encoder and
decoder are convolutions; decoding starts from nothing but z.

A plain autoencoder, a VAE, a beta-VAE or a regularised autoencoder is a choice of bottleneck
and penalties in a recipe, and a conditional one (Sohn et al. 2015) has conditions that encoder,
decoder and prior hear (see ``conditions``); there are no subclasses. The decoder is that of
PixelVAE (Gulrajani et al. 2017) with local latents in place of a global one.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genvae.domains.base import WindowSpec
from genvae.models.blur import Blur, blurred, heard, settled
from genvae.models.bottleneck import BOTTLENECKS, Posterior
from genvae.models.conditions import shifts, split
from genvae.models.encoder import Encoder
from genvae.models.likelihood import LIKELIHOODS, CellLikelihood
from genvae.models.networks import CausalStack, Conv, Plane, ResidualBlock, Vocabulary, shift
from genvae.models.penalties import Penalty
from genvae.models.placer import Placer
from genvae.models.prior import SequencePrior
from genvae.settings import ModelSettings, PriorSettings


class Decoder(nn.Module):
    """Latents and past steps to the features of each cell."""

    def __init__(
        self, spec: WindowSpec, settings: ModelSettings, conditions: Sequence[int] = ()
    ) -> None:
        super().__init__()
        fields = tuple(f for f, _ in spec.cells())
        width, cell = settings.decoder_width, settings.cell_width
        self.spec, self.patch, self.positions = spec, settings.patch, spec.steps // settings.patch
        self.cell_width, self.token_dropout = cell, settings.token_dropout
        self.unfold = nn.Linear(settings.latent, width)
        self.blur = Blur(width) if settings.blur > 0 else None
        self.place = nn.Parameter(torch.zeros(self.positions, width))
        self.around = nn.ModuleList(ResidualBlock(width, r, settings.dropout) for r in (1, 2))
        self.upsample = nn.Linear(width, settings.patch * width)
        self.past_words = Vocabulary(fields, width, spec.rows**-0.5)
        self.steps = CausalStack(
            width, settings.decoder_blocks, channels_condition=width, dropout=settings.dropout
        )
        self.words = Vocabulary(fields, cell, 0.5)
        self.to_cells = nn.Linear(width, spec.rows * cell)
        self.nearby = Conv(2 * cell, cell, (-1, 0, 1))
        self.cells = CausalStack(cell, settings.cell_blocks, cycle=4, dropout=settings.dropout)
        self.likelihoods = nn.ModuleDict(
            {f.name: LIKELIHOODS[f.kind](f, cell) for f in spec.fields}
        )
        self.condition = shifts(conditions, width)
        self.condition_cells = shifts(conditions, spec.rows * cell)
        self.placer: Placer | None = None  # writes the second layer; trained apart
        if spec.layers > 1:
            self.plane = Plane(cell, 4)
            self.from_plane = nn.Linear(spec.rows * cell, width)
            self.to_layer = nn.Linear(cell, cell)

    def below(self, cells_NTR: Tensor) -> tuple[Tensor, Tensor]:
        """What the second layer hears of the first ``(N, T, R)``, all of it: ``(N, T, C)`` a step
        and ``(N, T, R, E)`` a cell."""
        x = self.plane(self.words.each(cells_NTR, self.words.table()))
        return self.from_plane(x.flatten(2)), self.to_layer(x)

    def _layers(self, cells_NSR: Tensor) -> tuple[Tensor, Tensor]:
        """``below`` for all steps of whole windows, nothing in the first layers."""
        chunks, steps, rows = cells_NSR.shape
        half = self.spec.steps // 2
        ground = cells_NSR.reshape(-1, 2, half, rows)[:, 0]
        by_step, by_cell = self.below(ground)
        return (
            torch.cat([torch.zeros_like(by_step), by_step], 1).reshape(chunks, steps, -1),
            torch.cat([torch.zeros_like(by_cell), by_cell], 1).reshape(chunks, steps, rows, -1),
        )

    def upsampled(
        self, z_NQD: Tensor, told_NC: Tensor | None = None, blur_N: Tensor | None = None
    ) -> Tensor:
        """Latents of whole windows ``(N, Q, D)`` -> ``u (N, S, U)``, one vector a step."""
        place = self.place.repeat(z_NQD.shape[1] // self.positions, 1)
        x = heard(self.unfold, self.blur, z_NQD, blur_N) + place
        if self.condition is not None:
            x = x + self.condition(told_NC)[:, None]
        for block in self.around:
            x = block(x)
        y: Tensor = self.upsample(torch.nn.functional.gelu(x))
        return y.reshape(len(x), x.shape[1] * self.patch, -1)

    def base(self, context: Tensor, told_NC: Tensor | None = None) -> Tensor:
        """What all cells of a step begin from: ``(N, ..., C) -> (N, ..., R, E)``."""
        x: Tensor = self.to_cells(context)
        if self.condition_cells is not None:
            shift = self.condition_cells(told_NC)
            x = x + shift.reshape(len(shift), *[1] * (x.dim() - 2), -1)
        return x.reshape(*x.shape[:-1], self.spec.rows, self.cell_width)

    @torch.no_grad()
    def tell(self, told_C: Tensor) -> None:
        """Settle the classes of all that is to come."""
        if self.condition is not None and self.condition_cells is not None:
            self.place.add_(self.condition(told_C[None]))
            self.to_cells.bias.add_(self.condition_cells(told_C[None])[0])
            self.condition = self.condition_cells = None

    def hearing(self, level: float, drawn: bool = False) -> Decoder:
        """This decoder for latents that are blurred by ``level``; for ``drawn`` ones things go by
        the terrain alone. Shares all else."""
        if (self.blur is None or level == 0) and (self.placer is None or not drawn):
            return self
        other = copy.copy(self)
        other._modules = dict(self._modules)
        if self.blur is not None and level > 0:
            other.unfold, other.blur = settled(self.unfold, self.blur, level), None
        if self.placer is not None and drawn:
            other.placer = self.placer.without_z()
        return other

    def forward(
        self,
        z_NQD: Tensor,
        cells_NSR: Tensor,
        told_NC: Tensor | None = None,
        blur_N: Tensor | None = None,
    ) -> Tensor:
        """Features of every cell given z, blurred by so much, and all cells decoded before it:
        ``(N, S, R, E)``."""
        u = self.upsampled(z_NQD, told_NC, blur_N)
        past = shift(self.past_words.summed(cells_NSR, self.past_words.table()), 1)
        embedded = self.words.each(cells_NSR, self.words.table())
        before = torch.cat([shift(embedded, 1), shift(embedded, 2)], dim=-1)
        above = shift(embedded, 1, dim=2)
        if self.training and self.token_dropout > 0:
            keep = self._heard(len(past), past.shape[1], past.device, blur_N)
            past = past * keep[..., None]
            before = before * keep[..., None, None]
            keep = self._heard(len(past), past.shape[1], past.device, blur_N)
            above = above * keep[..., None, None]
        heard = past + u
        if self.spec.layers > 1:
            by_step, by_cell = self._layers(cells_NSR)
            heard = heard + by_step
        context = self.steps(heard, u)
        x = self.base(context, told_NC)
        if self.spec.layers > 1:
            x = x + by_cell
        x = x + self.nearby(before) + above
        features: Tensor = self.cells(x)
        return features

    def _heard(
        self, chunks: int, steps: int, device: torch.device, blur_N: Tensor | None
    ) -> Tensor:
        """Which past steps each chunk hears in training, ``(N, S)`` of 0 and 1.

        The share that is hidden is drawn for each chunk from 0 to ``token_dropout``; half of the
        chunks lose single steps, half whole windows. It is drawn a second time for the cells
        already written in the step itself. A decoder that always hears some of the true past lets
        z say only what changes, and drifts when it must hear itself. Where z is blurred the past
        is what is left to go by: the less is hidden of it.
        """
        window = self.positions * self.patch
        rate = torch.rand(chunks, 1, device=device) * self.token_dropout
        if blur_N is not None:
            rate = rate * (1 - blur_N)[:, None]
        single = torch.rand(chunks, steps, device=device)
        whole = torch.rand(chunks, steps // window, device=device).repeat_interleave(window, 1)
        by_window = torch.rand(chunks, 1, device=device) < 0.5
        return (torch.where(by_window, whole, single) >= rate).float()

    def owners(self) -> list[tuple[CellLikelihood, slice]]:
        """The likelihood of each field and the rows it owns."""
        out, at = [], 0
        for f in self.spec.fields:
            out.append((self.likelihood(f.name), slice(at, at + f.rows)))
            at += f.rows
        return out

    def likelihood(self, field: str) -> CellLikelihood:
        """The likelihood of a field."""
        found = self.likelihoods[field]
        assert isinstance(found, CellLikelihood)
        return found


@dataclass
class Losses:
    """Named terms in nats a window (the total is what is minimised)."""

    total: Tensor
    terms: dict[str, float]


class Autoencoder(nn.Module):
    """Encoder, bottleneck and decoder for windows of one spec.

    With ``prior`` settings it also holds the sequence prior, learned together with the rest: the
    rate is then what z costs under that prior, so that the encoder learns codes which the prior
    can predict (Chen et al. 2017, Variational Lossy Autoencoder).
    """

    def __init__(
        self,
        spec: WindowSpec,
        settings: ModelSettings,
        prior: PriorSettings | None = None,
        conditions: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.spec, self.settings, self.conditions = spec, settings, tuple(conditions)
        self.encoder = Encoder(spec, settings, conditions)
        self.bottleneck = BOTTLENECKS[settings.bottleneck](settings.encoder_width, settings.latent)
        self.decoder = Decoder(spec, settings, conditions)
        voices = len(spec.fields)
        shape = self.latent_shape
        self.prior = SequencePrior(*shape, prior, conditions, voices) if prior else None

    @property
    def latent_shape(self) -> tuple[int, int]:
        """(P, D) of one window's z."""
        return self.encoder.positions, self.settings.latent

    def encode(self, cells_NTR: Tensor) -> Posterior:
        """Windows ``(N, T, R)`` -> the posterior of each; classes as for ``forward``."""
        cells_NTR, told_NC = split(cells_NTR, self.spec.rows)
        posterior: Posterior = self.bottleneck(self.encoder(cells_NTR, told_NC))
        return posterior

    @torch.no_grad()
    def tell(self, told_C: Tensor) -> None:
        """Settle the classes of all that is to come: it is then a model without conditions."""
        self.encoder.tell(told_C)
        self.decoder.tell(told_C)
        if self.prior is not None:
            self.prior.tell(told_C)

    def forward(
        self,
        cells_NSR: Tensor,
        weight_NW: Tensor,
        penalties: list[Penalty],
        step: int,
        blur_N: Tensor | None = None,
        heard_NSR: Tensor | None = None,
    ) -> Losses:
        """Loss terms of chunks ``(N, S, R)``; ``weight_NW`` is 0 for windows of padding. The
        numbers of a chunk's classes may follow its cells: ``(N, S, R + C)``, see ``split``.
        ``blur_N`` is by how much the decoder hears each chunk's latents blurred. The encoder hears
        ``heard_NSR``, the chunks after some damage, where that is given."""
        chunks, windows = weight_NW.shape
        cells_NSR, told_NC = split(cells_NSR, self.spec.rows)
        of_windows = None if told_NC is None else told_NC.repeat_interleave(windows, 0)
        # A penalty on slopes needs them where losses are only measured, too.
        sloped = any(penalty.differentiates for penalty in penalties)
        with torch.set_grad_enabled(sloped or torch.is_grad_enabled()):
            heard = cells_NSR if heard_NSR is None else heard_NSR
            source = self.encoder.source(heard.reshape(chunks * windows, self.spec.steps, -1))
            posterior: Posterior = self.bottleneck(self.encoder.features(source, of_windows))
            posterior = posterior._replace(source=source)
        weight_N = weight_NW.reshape(-1)
        z = posterior.sample().reshape(chunks, -1, self.settings.latent)
        said = z if blur_N is None else blurred(z, blur_N[:, None, None], torch.randn_like(z))
        features = self.decoder(said, cells_NSR, told_NC, blur_N)
        total = torch.zeros((), device=z.device)
        terms: dict[str, float] = {}
        per_step = weight_NW.repeat_interleave(self.spec.steps, dim=1)
        for likelihood, rows in self.decoder.owners():
            nll_NS = likelihood.loss(features[:, :, rows], cells_NSR[:, :, rows])
            nll = (nll_NS * per_step).sum() / weight_N.sum()
            terms[f"nll_{likelihood.field.name}"] = nll.item()
            total = total + nll
        terms["nll"] = total.item()
        terms["kl"] = ((posterior.kl_NPD.sum((1, 2)) * weight_N).sum() / weight_N.sum()).item()
        if self.prior is not None:
            nats_N = self.prior.loss(z, told_NC=told_NC).reshape(chunks * windows, -1).sum(-1)
            rate_N = nats_N - posterior.entropy().sum((1, 2))
            posterior = posterior._replace(rate_N=rate_N)
            terms["rate"] = ((rate_N * weight_N).sum() / weight_N.sum()).item()
        for penalty in penalties:
            with torch.set_grad_enabled(penalty.differentiates or torch.is_grad_enabled()):
                value = penalty(posterior, weight_N, step)
            terms[penalty.name] = value.item()
            total = total + value
        terms["loss"] = total.item()
        return Losses(total, terms)
