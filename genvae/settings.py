"""The sections of a training recipe (see ``recipe``): what each number means, and its default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class DataSettings:
    """What to learn from, and how it is split and cut.

    The split is by cluster, before windows are cut: ``heldout`` for figures only,
    ``validation`` for stopping and for choosing the checkpoint.
    """

    corpora: tuple[str, ...] = ()
    heldout: float = 0.10
    validation: float = 0.05
    windows: int = 4
    """Windows a training chunk: the decoder learns to read its own past across their seams."""
    stride: int = 16
    """A chunk may start at any multiple of this many steps."""
    distort: float = 0.0
    """Share of the training chunks that the domain distorts (music: each line in another
    register), so that the encoder learns what rare pieces hold."""
    mix: float = 0.0
    """Share of the training chunks that take each field from one of two pieces."""
    corrupt: float = 0.0
    """Share of what the encoder sees that is damaged (notes, tiles), drawn for each chunk from 0
    to this; the decoder is trained on it as it was: a denoising autoencoder."""
    seed: int = 0
    limit: int = 0
    """Read only so many files, evenly chosen among all (0: all)."""


@dataclass(frozen=True)
class ModelSettings:
    """The sizes of the networks (see ``genvae.models.autoencoder``)."""

    bottleneck: Literal["gaussian", "deterministic"] = "gaussian"
    patch: int = 4
    """Steps a latent position: a window of 32 steps and patch 4 has 8 positions."""
    latent: int = 16
    """Dimensions of z at each position."""
    encoder_width: int = 192
    encoder_blocks: int = 5
    decoder_width: int = 160
    decoder_blocks: int = 7
    """Causal blocks; block i looks 2**(i % 6) steps back."""
    cell_width: int = 96
    cell_blocks: int = 2
    dropout: float = 0.0
    blur: float = 0.0
    """Share of the training chunks, taken as they are (not distorted, not mixed), whose latents
    the decoder hears blurred by a level drawn from 0 to 1 (see ``genvae.models.blur``)."""
    token_dropout: float = 1.0
    """Greatest share of past steps hidden from the decoder in training; each chunk draws its own
    share from 0 to this, so that z can say everything by itself."""


@dataclass(frozen=True)
class ConditionSettings:
    """What the model is told of a piece beside z (see ``genvae.models.conditions``)."""

    names: tuple[str, ...] = ()
    """Conditions: what corpora say of their pieces (style, game), what the domain tells of a piece
    (music: meter, mode), or an attribute of the domain, whose range is parted into classes."""
    classes: int = 3
    """Classes of an attribute, of about equally many training pieces."""
    hidden: float = 1.0
    """Greatest share of conditions hidden in training; each chunk draws its own share from 0 to
    this, so that a model can also be told one of them, or nothing."""


@dataclass(frozen=True)
class LossSettings:
    """Weights of the loss terms (nats a window)."""

    beta: float = 0.3
    warmup: int = 1000
    """Steps over which beta rises from 0."""
    late_from: tuple[float, ...] = ()
    """From each of these steps on ``late_beta`` and ``late_rate``, a number for each, take the
    places of ``beta`` and ``learned_rate``: what has been learned at a high rate is then told
    more and more briefly."""
    late_beta: tuple[float, ...] = ()
    late_rate: tuple[float, ...] = ()
    free_bits: float = 0.0
    """Nats a latent dimension below which its KL costs nothing (Kingma et al. 2016)."""
    learned_rate: float = 0.0
    """Weight of the rate under the sequence prior, which is then learned together with the
    autoencoder; ``beta`` keeps its small share to hold z near N(0, I)."""
    cycles: int = 0
    """So many times ``beta`` rises from 0 over ``warmup`` steps and stays for as many (Fu et al.
    2019); after the last time it stays for good. 0: it rises once."""
    kl_target: float = 0.0
    """Above 0, ``beta`` weighs how far the KL is from this many nats a window, a target that
    itself rises from 0 over ``warmup`` steps (Burgess et al. 2018). ``beta`` has to exceed what a
    nat is worth to the reconstruction: 2 to 10."""
    latent_norm: float = 0.0
    """Weight of mean squared means: regularised autoencoder (Ghosh et al. 2020)."""
    contraction: float = 0.0
    """Weight of the squared norm of the encoder's Jacobian: contractive autoencoder (Rifai et al.
    2011)."""
    projections: int = 1
    """Random projections that estimate it where a window has too many latents to be exact."""


@dataclass(frozen=True)
class TrainingSettings:
    """Optimisation."""

    steps: int = 5000
    batch: int = 24
    """Chunks a step."""
    rate: float = 2e-3
    weight_decay: float = 0.02
    clip: float = 1.0
    average: float = 0.998
    """Decay of the exponential moving average of the weights."""
    validate_every: int = 500
    patience: int = 6
    """Validations without improvement before stopping."""
    seed: int = 0
    threads: int = 0
    """CPU threads (0: as many as there are cores)."""


@dataclass(frozen=True)
class PriorSettings:
    """The sequence prior: causal over latent positions, a mixture of Gaussians a dimension."""

    steps: int = 2000
    batch: int = 32
    positions: int = 64
    width: int = 128
    blocks: int = 7
    cell_width: int = 48
    cell_blocks: int = 4
    components: int = 5
    form: bool = False
    """Learn how pieces return to what they have said, and tell the prior (see ``models.form``):
    stretches should then be as long as pieces."""
    form_weight: float = 1.0
    """The power of the odds by which whole forms are accepted, 0 to 1: the more, the nearer they
    come to those of the pieces, in what goes round and returns exactly."""
    temperature: float = 1.0
    """The temperature that ``sample`` uses when none is asked for; kept in the model's card."""
    cell_temperature: float = 1.0
    """By this the temperature is multiplied where cells (pitches, tiles) are drawn: below 1 the
    latents keep their variety while each cell is nearer to its likeliest value."""
    blur: float = 0.0
    """By how much the decoder hears drawn latents blurred, 0 to 1; kept in the model's card."""
    dropout: float = 0.1
    rate: float = 2e-3


@dataclass(frozen=True)
class CleanSettings:
    """The cleaner that ``genvae clean`` uses, trained beside a model (see ``models.cleaner``)."""

    steps: int = 2000
    batch: int = 8
    windows: int = 8
    """Windows a stretch: what the cleaner can compare a place with."""
    most: float = 0.25
    """Greatest share of a stretch that is damaged."""
    guess: bool = True
    """Hear what the autoencoder makes of the damaged stretch. It tells much where damage does not
    fit through the bottleneck, and costs half of the work."""
    echoes: bool = False
    """Compare each place with the same one of all other half windows (see ``models.echoes``)."""
    width: int = 160
    blocks: int = 8
    """Blocks over steps; block i looks 2**(i % 6) steps to both sides."""
    cell_width: int = 48
    planes: int = 1
    """3 x 3 convolutions over steps and cells, before and after those over steps."""
    dropout: float = 0.1
    rate: float = 2e-3


@dataclass(frozen=True)
class PlaceSettings:
    """The placer of a layered model's things, trained when the rest is (see ``models.placer``)."""

    steps: int = 0
    """0: there is none; things are cells like others."""
    batch: int = 64
    width: int = 64
    """Channels, a multiple of 4."""
    blocks: int = 6
    rate: float = 2e-3
    half: bool = False
    """Multiply in bfloat16 while training: faster where the processor can."""
    heat: float = 1.0
    """By this the temperature of cells is multiplied where things are placed."""


@dataclass(frozen=True)
class PreferSettings:
    """What the sequence prior is taught by pieces that had to be written anew to be playable, at
    the end of a training (see ``training.preferring``)."""

    pairs: int = 0
    """So many; 0: it is taught nothing."""
    length: str = ""
    """How long those pieces are, as ``sample --length`` has it."""
    steps: int = 500
    batch: int = 16
    """Pairs a step, beside a batch of real stretches as [prior] has it."""
    strength: float = 0.2
    """The higher, the fewer nats a pair has to gain."""
    weight: float = 3.0
    """Of what pairs say, beside the nats of a position of real pieces."""
    rate: float = 4e-4
