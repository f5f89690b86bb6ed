"""Writing .safetensors files: all or nothing, and equal content as equal bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from safetensors.torch import save as to_bytes
from torch import Tensor

from genvae.errors import FileProblem


def write(path: Path, tensors: Mapping[str, Tensor], text: Mapping[str, str]) -> None:
    """Tensors and header to a file, all or nothing. Raises FileProblem."""
    write_bytes(path, to_bytes(dict(tensors), dict(text)))


def write_bytes(path: Path, data: bytes) -> None:
    """A .safetensors file with the texts of its header in order, all or nothing: safetensors
    shuffles them, and equal content should be equal bytes. Raises FileProblem."""
    size = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + size])
    head["__metadata__"] = dict(sorted(head["__metadata__"].items()))
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + size :])
        os.replace(partial, path)
    except OSError as why:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise FileProblem(f"{path}: cannot be written ({why.strerror or why})") from None
