"""What the music tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from genvae.domains.music.codec import MusicCodec
from genvae.domains.music.domain import MusicDomain

CORPORA = Path(__file__).resolve().parents[4] / "shared" / "data" / "music"


@pytest.fixture(scope="session")
def codec() -> MusicCodec:
    """The codec of the layout ``trio``."""
    return MusicDomain().open({"layout": "trio"})


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of music corpora; skips where it is absent."""
    if not CORPORA.is_dir():
        pytest.skip("no music corpora beside this checkout (../shared/data/music)")
    return CORPORA
