"""What ``import genvae`` offers."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest

import genvae


def test_exported_names() -> None:
    assert genvae.__all__ == ["Session", "__version__", "load"]
    for name in genvae.__all__:
        assert getattr(genvae, name) is not None


def test_the_names_are_the_real_ones() -> None:
    from genvae.workflows import load as module

    assert genvae.load is module.load
    assert genvae.Session is module.Session


def test_session_methods() -> None:
    offered = {n for n in vars(genvae.Session) if not n.startswith("_")}
    wanted = {"sample", "read", "encode", "decode", "reconstruct", "interpolate", "morph"}
    assert wanted <= offered


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="module 'genvae' has no attribute 'lod'"):
        _ = genvae.lod  # type: ignore[attr-defined]


def test_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", genvae.__version__)
    assert version("genvae") == genvae.__version__
