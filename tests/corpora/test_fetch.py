"""Fetching, with a made-up corpus and a made-up archive: no test touches the network."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from genvae.corpora import catalogue, fetch
from genvae.corpora.catalogue import Corpus
from genvae.corpora.convert import ABSENT
from genvae.corpora.hashing import find, measure
from genvae.errors import CorpusProblem

SONGS = {"midi/a.mid": b"MThd one", "midi/b.mid": b"MThd two"}
NOTICE = {"LICENSE": b"do as you like"}


def write(folder: Path, contents: dict[str, bytes]) -> Path:
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def archive(path: Path, contents: dict[str, bytes], links: dict[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type = tarfile.SYMTYPE
            member.linkname = target
            tar.addfile(member)
    return path


def serving(path: Path) -> Callable[[str, Path, bool], None]:
    def download(address: str, target: Path, progress: bool) -> None:
        assert address == "https://example.org/songs.tar.gz"
        target.write_bytes(path.read_bytes())

    return download


@pytest.fixture
def songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """A catalogue with one corpus of two songs."""
    content = measure(find(write(tmp_path / "reference", SONGS), ["midi/*.mid"]))
    corpus = replace(
        catalogue.get("freedoom"),
        name="songs",
        folder="songs",
        archive="https://example.org/songs.tar.gz",
        version="1.0",
        folders={"Music/MIDI": "midi", "": ""},
        notices=("LICENSE",),
        files=content.files,
        bytes=content.bytes,
        content_sha256=content.sha256,
    )
    monkeypatch.setattr(catalogue, "catalogue", lambda: MappingProxyType({"songs": corpus}))
    return corpus


def kept(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize("below", ["", "songs", "music/songs", "levels/permissive/songs"])
def test_from_a_copy_takes_what_the_patterns_name(
    songs: Corpus, tmp_path: Path, genvae_home: Path, below: str
) -> None:
    write(tmp_path / "copy" / below, {**SONGS, **NOTICE, "notes.txt": b"not ours"})
    folder = fetch.get("songs", tmp_path / "copy")
    assert folder == genvae_home / "corpora" / "songs" == fetch.locate("songs")
    assert kept(folder) == {**SONGS, **NOTICE}
    assert fetch.files("songs") == [folder / "midi" / "a.mid", folder / "midi" / "b.mid"]
    assert sorted(os.listdir(folder.parent)) == ["songs"]


def test_packed_files_are_unpacked(songs: Corpus, tmp_path: Path) -> None:
    packed = {f"{name}.gz": gzip.compress(content) for name, content in SONGS.items()}
    assert kept(fetch.get("songs", write(tmp_path / "copy", packed))) == SONGS


def test_a_damaged_packed_file_is_named(songs: Corpus, tmp_path: Path) -> None:
    write(tmp_path / "copy", {"midi/a.mid.gz": gzip.compress(b"MThd one")[:-9]})
    with pytest.raises(CorpusProblem, match=r"a\.mid\.gz: damaged"):
        fetch.get("songs", tmp_path / "copy")


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        ({**SONGS, "midi/b.mid": b"MThd 2!!"}, "found 2 files, 16 bytes"),
        ({"midi/a.mid": b"MThd one"}, "found 1 files, 8 bytes"),
        ({**SONGS, "midi/c.mid": b""}, "found 3 files, 16 bytes"),
    ],
)
def test_other_content_is_refused_and_leaves_nothing(
    songs: Corpus, tmp_path: Path, genvae_home: Path, contents: dict[str, bytes], found: str
) -> None:
    with pytest.raises(
        CorpusProblem, match=f"differs from the catalogue's songs.*{found}"
    ) as error:
        fetch.get("songs", write(tmp_path / "copy", contents))
    assert "expected 2 files, 16 bytes" in str(error.value)
    assert fetch.locate("songs") is None
    assert list((genvae_home / "corpora").iterdir()) == []


def test_a_copy_without_the_corpus_says_what_was_expected(songs: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CorpusProblem, match=r"no songs in it; expected a folder 'songs'"):
        fetch.get("songs", tmp_path)
    with pytest.raises(CorpusProblem, match="no such folder"):
        fetch.get("songs", tmp_path / "nowhere")


def test_from_an_archive(songs: Corpus, tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.tar.gz",
        {
            "songs-1.0/music/midi/a.mid": SONGS["midi/a.mid"],
            "songs-1.0/Music/MIDI/b.mid": SONGS["midi/b.mid"],
            "songs-1.0/Music/MIDI/deeper/c.mid": b"not ours",
            "songs-1.0/src/main.c": b"not ours",
            "songs-1.0/LICENSE": NOTICE["LICENSE"],
        },
    )
    assert kept(fetch.get("songs", download=serving(path))) == {**SONGS, **NOTICE}


def test_a_link_within_the_archive_is_followed(songs: Corpus, tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.tar.gz",
        {"s/Music/MIDI/a.mid": SONGS["midi/a.mid"], "s/old/b.mid": SONGS["midi/b.mid"]},
        links={"s/Music/MIDI/b.mid": "../../old/b.mid", "s/Music/MIDI/lost.mid": "nowhere"},
    )
    assert kept(fetch.get("songs", download=serving(path))) == SONGS


@pytest.mark.parametrize(
    "name",
    ["s/../../../midi/x.mid", "/midi/x.mid", "/s/midi/x.mid", "s/midi/../../x.mid", "s/C:\\x.mid"],
)
def test_an_archive_cannot_write_elsewhere(
    songs: Corpus, tmp_path: Path, genvae_home: Path, name: str
) -> None:
    path = archive(tmp_path / "a.tar.gz", {f"s/{k}": v for k, v in SONGS.items()} | {name: b"evil"})
    fetch.get("songs", download=serving(path))
    assert kept(genvae_home) == {f"corpora/songs/{k}": v for k, v in SONGS.items()}
    assert not list(tmp_path.rglob("x.mid"))


def test_a_link_out_of_the_archive_brings_nothing(songs: Corpus, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    path = archive(
        tmp_path / "a.tar.gz",
        {f"s/{k}": v for k, v in SONGS.items()},
        links={"s/LICENSE": str(tmp_path / "secret")},
    )
    assert kept(fetch.get("songs", download=serving(path))) == SONGS


def test_a_cut_archive_leaves_nothing(songs: Corpus, tmp_path: Path, genvae_home: Path) -> None:
    path = archive(tmp_path / "a.tar.gz", {f"s/{k}": v * 2000 for k, v in SONGS.items()})
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(CorpusProblem, match="not a whole archive"):
        fetch.get("songs", download=serving(path))
    assert list((genvae_home / "corpora").iterdir()) == []


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), OSError("no route to host")])
def test_an_interrupted_download_leaves_nothing(
    songs: Corpus, genvae_home: Path, stop: BaseException
) -> None:
    def download(address: str, target: Path, progress: bool) -> None:
        target.write_bytes(b"half of")
        raise stop

    expected = CorpusProblem if isinstance(stop, OSError) else KeyboardInterrupt
    with pytest.raises(expected) as error:
        fetch.get("songs", download=download)
    if expected is CorpusProblem:
        assert "no route to host" in str(error.value)
        assert "--from DIR" in str(error.value)
    assert list((genvae_home / "corpora").iterdir()) == []


def test_what_is_here_whole_is_not_fetched_again(songs: Corpus, tmp_path: Path) -> None:
    folder = fetch.get("songs", write(tmp_path / "copy", SONGS))
    assert fetch.get("songs", tmp_path / "nowhere") == folder


def test_what_is_here_damaged_is_replaced(songs: Corpus, tmp_path: Path) -> None:
    write(tmp_path / "copy", SONGS)
    folder = fetch.get("songs", tmp_path / "copy")
    (folder / "midi" / "a.mid").write_bytes(b"overwritten")
    (folder / "midi" / "extra.mid").write_bytes(b"extra")
    assert kept(fetch.get("songs", tmp_path / "copy")) == SONGS


def test_a_failed_replacement_keeps_what_was_there(songs: Corpus, tmp_path: Path) -> None:
    folder = fetch.get("songs", write(tmp_path / "copy", SONGS))
    (folder / "midi" / "a.mid").write_bytes(b"overwritten")
    with pytest.raises(CorpusProblem):
        fetch.get("songs", write(tmp_path / "other", {"midi/a.mid": b"?"}))
    assert (folder / "midi" / "a.mid").read_bytes() == b"overwritten"


def test_files_of_an_absent_corpus_say_how_to_get_it(
    songs: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CorpusProblem, match=r"get it with: genvae corpora get songs$"):
        fetch.files("songs")
    absent = replace(songs, archive="", conversion=ABSENT)
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"songs": absent})
    with pytest.raises(CorpusProblem, match=r"get it with: genvae corpora get songs --from DIR$"):
        fetch.files("songs")
    with pytest.raises(CorpusProblem, match="not performed by genvae"):
        fetch.get("songs")


def test_a_conversion_runs_before_the_corpus_is_there(
    songs: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(folder: Path) -> None:
        assert fetch.locate("songs") is None
        (folder / "levels.txt").write_text("made", encoding="utf-8")

    converted = replace(songs, conversion="angband", reads=("levels.txt",))
    monkeypatch.setattr(catalogue, "catalogue", lambda: {"songs": converted})
    monkeypatch.setitem(fetch.CONVERSIONS, "angband", convert)
    folder = fetch.get("songs", write(tmp_path / "copy", SONGS))
    assert fetch.files("songs") == [folder / "levels.txt"]


def test_without_pooch_the_install_line_is_named(
    songs: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(CorpusProblem, match=r'pip install "genvae\[train\]"'):
        fetch.get("songs")


@pytest.mark.parametrize("progress", [False, True])
def test_pooch_downloads_and_fills_the_bar(
    songs: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: bool
) -> None:
    requests = pytest.importorskip("requests")
    pytest.importorskip("pooch")
    content = archive(tmp_path / "a.tar.gz", {f"s/{k}": v for k, v in SONGS.items()}).read_bytes()

    def get(address: str, **options: object) -> object:
        response = requests.Response()
        response.status_code = 200
        response.raw = io.BytesIO(content)
        response.headers["content-length"] = str(len(content))
        return response

    monkeypatch.setattr(requests, "get", get)
    assert kept(fetch.get("songs", progress=progress)) == SONGS
