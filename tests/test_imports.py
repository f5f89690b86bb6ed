"""Importing is free: what a user waits for first loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

HEAVY = (
    "torch",
    "lightning_fabric",
    "pooch",
    "matplotlib",
    "sklearn",
    "umap",
    "ribs",
    "symusic",
    "mido",
)

MODULES = [
    "genvae",
    "genvae.errors",
    "genvae.recipe",
    "genvae.domains.base",
    "genvae.domains.registry",
    "genvae.corpora.catalogue",
    "genvae.corpora.fetch",
    "genvae.cli.app",
]


def loaded(code: str) -> list[str]:
    """The heavy packages that a fresh interpreter holds after running ``code``."""
    script = f"{code}\nimport sys\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("module", MODULES)
def test_importing_loads_nothing_heavy(module: str) -> None:
    if find_spec(module) is None:
        pytest.skip(f"{module} does not exist yet")
    assert loaded(f"import {module}") == []


def test_torch_would_be_seen() -> None:
    assert "torch" in loaded("import sys, types\nsys.modules['torch'] = types.ModuleType('torch')")
