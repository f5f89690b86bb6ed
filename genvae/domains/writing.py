"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genvae.errors import FileProblem


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` to write to; it takes the place of ``path`` at the end, and
    is gone if anything went wrong. Raises FileProblem where the system cannot write."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as why:
        raise FileProblem(
            f"{path}: cannot be written ({why.strerror or why}); "
            "check that the folder exists and may be written to"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
