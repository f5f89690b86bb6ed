from __future__ import annotations

import gzip
import hashlib
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genvae.corpora import hashing
from genvae.corpora.hashing import Content, find, load, matches, measure


@pytest.mark.parametrize(
    ("name", "pattern", "fits"),
    [
        ("midi/a.mid", "midi/*.mid", True),
        ("midi/deep/a.mid", "midi/*.mid", False),
        ("other/midi/a.mid", "midi/*.mid", False),
        ("midi/a.midi", "midi/*.mid", False),
        ("train/007.txt", "train/00[0-9].txt", True),
        ("train/107.txt", "train/00[0-9].txt", False),
        ("Mario 2 (Japan)/Processed/1.txt", "Mario 2 (Japan)/Processed/*.txt", True),
    ],
)
def test_a_star_stays_within_its_folder(name: str, pattern: str, fits: bool) -> None:
    assert matches(name, [pattern]) is fits


def test_the_hash_is_that_of_sha256sums_listing(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"two")
    (tmp_path / "a.txt").write_bytes(b"one")
    listing = (
        "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a.txt\n"
        "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  b.txt\n"
    )
    assert measure(find(tmp_path, ["*.txt"])) == Content(
        2, 6, hashlib.sha256(listing.encode()).hexdigest()
    )


def test_a_packed_file_counts_as_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.txt").write_bytes(b"one")
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "a.txt.gz").write_bytes(gzip.compress(b"one"))
    plain, packed = (find(tmp_path / kind, ["*.txt"]) for kind in ("plain", "packed"))
    assert list(packed) == ["a.txt"]
    assert load(packed["a.txt"]) == b"one"
    assert measure(packed) == measure(plain)


def test_what_does_not_fit_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one")
    before = measure(find(tmp_path, ["*.txt"]))
    (tmp_path / "readme").write_bytes(b"more")
    (tmp_path / "folder.txt").mkdir()
    assert measure(find(tmp_path, ["*.txt"])) == before


@given(
    content=st.binary(max_size=20),
    other=st.binary(max_size=20),
    name=st.sampled_from(["a", "b"]),
    rename=st.sampled_from(["a", "b"]),
)
def test_hashes_differ_exactly_where_name_or_content_does(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, other: bytes, name: str, rename: str
) -> None:
    folder = tmp_path_factory.mktemp("content")
    (folder / "one").write_bytes(content)
    (folder / "two").write_bytes(other)
    equal = measure({name: folder / "one"}) == measure({rename: folder / "two"})
    assert equal is ((name, content) == (rename, other))


def test_the_command_prints_what_an_entry_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_bytes(b"one")
    monkeypatch.setattr(sys, "argv", ["hashing", str(tmp_path), "*.txt"])
    hashing.main()
    assert capsys.readouterr().out.splitlines()[:2] == ["files = 1", "bytes = 3"]
