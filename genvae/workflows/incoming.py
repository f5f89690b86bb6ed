"""A piece that came in as the model sees it, and what the model makes of latents.

Axes:  W windows · P positions · D dims of z
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from genvae.domains.base import Encoded
from genvae.errors import FileProblem
from genvae.generation.encoding import posterior_means
from genvae.generation.generator import Generator
from genvae.generation.stacks import decode_stack
from genvae.workflows import told
from genvae.workflows.deliver import stack_of
from genvae.workflows.made import Made, finish
from genvae.workflows.store import Opened


@dataclass
class Source:
    """A piece that came in, as the model sees it."""

    name: str
    piece: Any
    encoded: Encoded
    z_WPD: np.ndarray

    @property
    def context(self) -> dict[str, Any]:
        """What the latents do not know: tempo, keys, size."""
        return self.encoded.context


def encode_piece(opened: Opened, piece: Any, *, whole: bool = False) -> Source:
    """A piece's latents: the posterior means of its windows; with ``whole`` of all bands of one
    that is higher than a window. Raises FileProblem."""
    codec = opened.codec
    encoded = codec.encode_whole(piece) if whole else codec.encode(piece)
    if not len(encoded):
        raise FileProblem(f"{piece.name}: too short, the model sees nothing of it")
    z_WPD = posterior_means(told.of_piece(opened, encoded).model, encoded.windows)
    return Source(piece.name, piece, encoded, z_WPD)


def untold(opened: Opened, source: Source) -> Source:
    """The source as a model that is told nothing has it: concept vectors and distances are of such
    latents."""
    if told.TOLD not in source.context or any(opened.model.told):
        return source
    context = {name: value for name, value in source.context.items() if name != told.TOLD}
    encoded = replace(source.encoded, context=context)
    return replace(source, encoded=encoded, z_WPD=posterior_means(opened.model, encoded.windows))


def decode_latents(
    opened: Opened, z_WPD: np.ndarray, context: dict[str, Any], facts: dict[str, Any]
) -> Made:
    """A piece from latents and a context, each cell the most likely one."""
    opened = told.of_context(opened, context)
    generator, stack = Generator(opened.model, opened.codec), stack_of(context)
    if stack is not None and not len(z_WPD) % stack.bands:
        windows = decode_stack(generator, z_WPD, stack)
    else:
        windows = generator.decode(z_WPD[None], contexts=[context])[0]
    return finish(opened, windows, z_WPD, context, facts)


def reconstruct(opened: Opened, source: Source) -> Made:
    """Through the model and back."""
    return decode_latents(opened, source.z_WPD, source.context, {"of": source.name})
