"""The scripts that go to the limits of the reader, in a smaller edition."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SONGS = [p.read_bytes() for p in sorted((ROOT / "data" / "songs").glob("*.mid"))]


def script(name: str) -> Any:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_damage_is_the_same_again_and_of_every_kind() -> None:
    fuzz = script("fuzz_midi")
    made = [fuzz.damaged(SONGS, 3, number) for number in range(200)]
    assert made[7] == fuzz.damaged(SONGS, 3, 7)
    kinds = {kind for how, _ in made for kind in how.split("+")}
    assert kinds == {damage.__name__ for damage in fuzz.DAMAGES}
    assert fuzz.wrong_length(bytearray(b"no chunk at all"), np.random.default_rng(0), ())
    assert fuzz.judged({"end": "read", "seconds": 6.0, "megabytes": 1.0}) == "slow"
    assert fuzz.judged({"end": "refused", "seconds": 0.0, "megabytes": 900.0}) == "large"
    assert fuzz.judged({"end": "died"}) == "died"


@pytest.mark.skipif(sys.platform == "win32", reason="memory is measured as Unix does")
@pytest.mark.slow
def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    fuzz = script("fuzz_midi")
    found = [said["verdict"] for said in fuzz.run(SONGS, 150, 11, tmp_path / "bad")]
    assert set(found) == {"read", "refused"}
    assert not (tmp_path / "bad").exists()


def test_files_at_the_limits(tmp_path: Path) -> None:
    limits = script("bench_limits")
    from genvae.domains.music.midi_read import read_midi
    from genvae.errors import FileProblem

    song = read_midi(limits.hours_four(tmp_path, 0.001))
    assert [len(v.notes) for v in song.voices] == [24, 24, 48]
    assert len(read_midi(limits.tracks_1000(tmp_path, 0.02)).voices) == 20
    assert sum(len(v.notes) for v in read_midi(limits.notes_million(tmp_path, 0.001)).voices) == 960
    with pytest.raises(FileProblem, match="at least 2049 tracks, expected at most 2048"):
        read_midi(limits.tracks_2049(tmp_path, 1.0))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is watched in /proc")
@pytest.mark.slow
def test_commands_at_the_limits() -> None:
    limits = script("bench_limits")
    rows = list(limits.rows(["tracks", "tracks5000"], ["check"], 120.0, 0.2))
    assert [end.code for _, _, end in rows] == [0, 1]
    assert not any(end.bad for _, _, end in rows)
    assert "at least 2049 tracks" in rows[1][2].said
