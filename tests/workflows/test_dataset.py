"""Corpora to pieces, read once.

Axes:  S steps of a piece · R cells
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from genvae.errors import CorpusProblem
from genvae.settings import DataSettings
from genvae.workflows import dataset as data
from genvae.workflows import pool
from tests.fakes import SPEC, BeadCodec, Beads, strings, write_beads


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four strings of two windows and more, and one file that is none."""
    for i in range(4):
        write_beads(Beads("", "", strings(1, 2 + i, seed=i)[0]), tmp_path / f"s{i}.beads")
    (tmp_path / "z.beads").write_text("12345\n", encoding="utf-8")
    return tmp_path


class Reader(BeadCodec):
    """Counts what it reads."""

    def read(self, path: Path):  # type: ignore[no-untyped-def]
        self.checked += 1
        return super().read(path)


def prepared(folder: Path, codec: BeadCodec) -> data.Dataset:
    return data.prepare(codec, data.files_of(DataSettings(), folder))


def test_pieces(folder: Path) -> None:
    heard: list[tuple[int, int]] = []
    found = data.prepare(
        BeadCodec(), data.files_of(DataSettings(), folder), lambda n, m: heard.append((n, m))
    )
    assert found.names == found.clusters == ("s0", "s1", "s2", "s3")
    assert found.skipped == 1
    assert [c.shape for c in found.cells] == [(16, 3), (24, 3), (32, 3), (40, 3)]
    np.testing.assert_array_equal(found.cells[1], strings(1, 3, seed=1)[0])
    assert heard == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_the_second_time_nothing_is_read(folder: Path, genvae_home: Path) -> None:
    codec = Reader()
    first = prepared(folder, codec)
    assert codec.checked == 5
    again = prepared(folder, codec)
    assert codec.checked == 5
    assert [p.name for p in (genvae_home / "cache").iterdir()] == [f"beads-{first.fingerprint}.npz"]
    assert (again.names, again.clusters, again.skipped, again.fingerprint) == (
        first.names,
        first.clusters,
        first.skipped,
        first.fingerprint,
    )
    for a, b in zip(first.cells, again.cells, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype == np.uint16


def test_many_files_are_read_by_several_processes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = data._encode(BeadCodec(), data.files_of(DataSettings(), folder), "x", None)
    monkeypatch.setattr(pool, "MANY", 4)
    monkeypatch.setattr(pool.os, "cpu_count", lambda: 2)
    heard: list[tuple[int, int]] = []
    codec = Reader()
    found = data._encode(
        codec, data.files_of(DataSettings(), folder), "x", lambda n, m: heard.append((n, m))
    )
    assert codec.checked == 0
    assert (found.names, found.clusters, found.skipped) == (
        alone.names,
        alone.clusters,
        alone.skipped,
    )
    for a, b in zip(found.cells, alone.cells, strict=True):
        np.testing.assert_array_equal(a, b)
    assert heard == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_two_processes_may_store_the_same_corpus(folder: Path, genvae_home: Path) -> None:
    first = prepared(folder, BeadCodec())
    (cache,) = (genvae_home / "cache").iterdir()
    partial_names = []

    def replace(source: str, target: Path) -> None:
        partial_names.append(source)
        if len(partial_names) == 1:
            data._store(cache, first.sources, first)  # another process, at the same moment
        real(source, target)

    real = os.replace
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data.os, "replace", replace)
        data._store(cache, first.sources, first)
    assert len(set(partial_names)) == 2
    assert list((genvae_home / "cache").iterdir()) == [cache]
    assert prepared(folder, BeadCodec()).names == first.names


def test_what_a_fingerprint_is_made_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = prepared(folder, BeadCodec()).fingerprint
    assert prepared(folder, BeadCodec()).fingerprint == base
    assert prepared(folder, BeadCodec(ruled=False)).fingerprint != base
    path = folder / "s0.beads"
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
    touched = prepared(folder, BeadCodec()).fingerprint
    assert touched != base
    path.rename(folder / "t0.beads")
    assert prepared(folder, BeadCodec()).fingerprint not in (base, touched)
    monkeypatch.setattr(data, "__version__", "99.0.0")
    newer = prepared(folder, BeadCodec()).fingerprint
    monkeypatch.undo()
    assert newer != prepared(folder, BeadCodec()).fingerprint


def test_a_changed_file_is_read_anew(folder: Path) -> None:
    prepared(folder, BeadCodec())
    write_beads(Beads("", "", strings(1, 6, seed=9)[0]), folder / "s0.beads")
    assert len(prepared(folder, BeadCodec()).cells[0]) == 48


def test_files_of_a_folder(folder: Path) -> None:
    names = [p.name for p in data.files_of(DataSettings(), folder)]
    assert names == ["s0.beads", "s1.beads", "s2.beads", "s3.beads", "z.beads"]
    assert len(data.files_of(DataSettings(limit=2), folder)) == 2


def test_no_files(tmp_path: Path) -> None:
    with pytest.raises(CorpusProblem, match="no files to learn from"):
        data.files_of(DataSettings(), tmp_path)
    with pytest.raises(CorpusProblem, match="none: no such folder of training files"):
        data.files_of(DataSettings(), tmp_path / "none")


def test_nothing_readable(tmp_path: Path) -> None:
    (tmp_path / "a.beads").write_text("1\n", encoding="utf-8")
    with pytest.raises(CorpusProblem, match="none of its 1 files could be read as beads"):
        prepared(tmp_path, BeadCodec())


def test_the_split_counts_windows(folder: Path) -> None:
    parts = prepared(folder, BeadCodec()).split(DataSettings(heldout=0.3, validation=0.2), 8)
    assert sorted(parts.train + parts.validation + parts.heldout) == [0, 1, 2, 3]
    assert parts.train
    assert parts.validation
    assert parts.heldout


def test_whole_windows() -> None:
    cells = [strings(1, 3)[0], strings(1, 1)[0]]
    found = data.windows_of(BeadCodec(), cells)
    assert found.shape == (4, 8, 3)
    np.testing.assert_array_equal(found[1], cells[0][8:16])
    shifted = data.windows_of(BeadCodec(), cells, offset=4)
    assert shifted.shape == (2, 8, 3)
    np.testing.assert_array_equal(shifted[1], cells[0][12:20])


def test_segments_at_every_stride() -> None:
    codec, cells = BeadCodec(), [strings(1, 3)[0].astype(np.uint16)]
    assert len(data.segments_of(codec, cells, 8)) == 3
    assert len(data.segments_of(codec, cells, 4)) == 5
    assert len(data.segments_of(codec, cells, 1)) == 17
    assert len(data.segments_of(codec, cells, 100)) == 3
    assert SPEC.steps == 8


def test_segments_do_not_depend_on_the_kind_of_integer() -> None:
    codec = BeadCodec()
    cells = strings(1, 3)[0]
    kinds = [
        codec.segments(codec.encode(Beads("", "", cells.astype(kind))).windows)
        for kind in (np.uint8, np.uint16, np.int64)
    ]
    assert kinds[0] == kinds[1] == kinds[2]
    assert set(kinds[0]) == data.segments_of(codec, [cells], 8)
