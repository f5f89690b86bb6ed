from __future__ import annotations

import re

import pytest

from genvae.corpora import catalogue
from genvae.corpora.catalogue import Corpus
from genvae.corpora.convert import ABSENT, CONVERSIONS
from genvae.errors import CorpusProblem

NAMES = sorted(catalogue.catalogue())

MUSIC = {
    "lakh_trio", "pop909", "cre_irish", "openewld", "openscore_lieder", "openscore_quartets",
    "groove", "freedoom", "blasphemer", "simutrans", "openmsx",
}  # fmt: skip
LEVELS = {
    "boxoban", "freedoom-grid", "cavepacker-pd", "supertux", "kgoldrunner", "cataclysm-dda",
    "crawl", "angband", "xscavenger", "lbreakout2", "vglc", "vglc-mario",
    "sokoban-skinner-xsokoban",
}  # fmt: skip


def test_every_known_corpus_is_there() -> None:
    assert {n for n, c in catalogue.catalogue().items() if c.domain == "music"} == MUSIC
    assert {n for n, c in catalogue.catalogue().items() if c.domain == "levels"} == LEVELS


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_is_complete(name: str) -> None:
    corpus = catalogue.get(name)
    assert corpus.name == name
    for text in (corpus.title, corpus.licence, corpus.licence_note, corpus.version):
        assert text.strip() == text != ""
    assert corpus.citation
    assert re.match(r"(yes|no)\b", corpus.weights)
    assert re.match(r"(yes|no)\b", corpus.samples)
    assert corpus.homepage.startswith("https://")
    assert re.fullmatch(r"[0-9a-f]{64}", corpus.content_sha256)
    assert corpus.files > 0
    assert corpus.bytes > 0
    for pattern in (*corpus.contents, *corpus.notices, *corpus.reads):
        assert not pattern.startswith("/")
        assert "**" not in pattern
        assert ".." not in pattern


@pytest.mark.parametrize("name", NAMES)
def test_an_archive_is_pinned_to_a_commit(name: str) -> None:
    corpus = catalogue.get(name)
    assert corpus.downloadable is (corpus.conversion != ABSENT)
    if corpus.downloadable:
        assert re.fullmatch(r"[0-9a-f]{40}", corpus.version)
        assert corpus.archive == f"{corpus.homepage}/archive/{corpus.version}.tar.gz"


def test_what_is_read_is_fetched_or_made() -> None:
    for corpus in catalogue.catalogue().values():
        if corpus.conversion not in CONVERSIONS:
            assert set(corpus.reads) <= set(corpus.contents)


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(CorpusProblem, match="lakh_tri: no such corpus; did you mean 'lakh_trio'"):
        catalogue.get("lakh_tri")


def test_an_unknown_conversion_is_refused() -> None:
    entry = {f: getattr(catalogue.get("groove"), f) for f in Corpus.__dataclass_fields__}
    with pytest.raises(CorpusProblem, match="did you mean 'angband'"):
        Corpus(**{**entry, "conversion": "angbnad"})


def test_reads_and_folder_have_defaults() -> None:
    corpus = catalogue.get("freedoom")
    assert corpus.reads == corpus.contents == ("midi/*.mid",)
    assert corpus.folder == "freedoom"
    assert catalogue.get("vglc-mario").folder == "vglc"
