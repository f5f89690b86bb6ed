"""genvae: learn from songs and game levels with convolutional VAEs, and make new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genvae.workflows.load import Session, load

__version__ = "0.1.0"
__all__ = ["Session", "__version__", "load"]


def __getattr__(name: str) -> Any:
    """``load`` and what it returns are imported when first asked for: importing is free."""
    if name in ("load", "Session"):
        from genvae.workflows import load as module

        return getattr(module, name)
    raise AttributeError(f"module 'genvae' has no attribute {name!r}")
