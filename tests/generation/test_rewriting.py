"""Strings that break at a bead of the last colour, written anew there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from genvae.domains.base import Reopened, Report, stack_cells
from genvae.generation.generator import Generator
from genvae.generation.rewriting import ROUNDS, Draft, rewrite
from genvae.models import files
from tests.fakes import SPEC, BeadCodec, Beads, bead_model

BREAKS = 4


@dataclass
class BrittleCodec(BeadCodec):
    """A string holds up to its first bead of the last colour."""

    hopeless: bool = False

    def check(self, piece: Beads) -> Report:
        at = np.flatnonzero(piece.cells[:, 0] == BREAKS)
        if self.hopeless or len(at):
            return Report(True, False, facts={"step": int(at[0]) if len(at) else 0})
        return Report(True, True)

    def reopened(self, report: Report, steps: int, tries: int) -> Reopened | None:
        step = report.facts["step"]
        return Reopened(np.abs(np.arange(steps) - step) <= 1 + tries, float(step))


@pytest.fixture
def generator(tmp_path: Path) -> Generator:
    codec, model = BrittleCodec(), files.read(bead_model(tmp_path / "beads.safetensors"))
    model.spec = codec.spec
    return Generator(model, codec)


def drafts(generator: Generator, indices: list[int], windows: int = 3) -> list[Draft]:
    items = [(index, 0) for index in indices]
    z = generator.draw(items, windows, seed=1)
    decoded = generator.decode(z, items=items, seed=1, temperature=1.0, drawn=True)
    check, assemble = generator.codec.check, generator.codec.assemble
    return [
        Draft(item, {}, z_WPD, w, check(assemble(w, {})))
        for item, z_WPD, w in zip(items, z, decoded, strict=True)
    ]


def cells(draft: Draft) -> np.ndarray:
    return stack_cells(SPEC, draft.windows).reshape(-1, SPEC.rows)


@pytest.mark.parametrize("prior", [None, "sequence", "gaussian", "standard"])
def test_only_what_was_opened_is_written_anew(generator: Generator, prior: str | None) -> None:
    before, after = drafts(generator, list(range(12))), drafts(generator, list(range(12)))
    rewrite(generator, after, seed=1, temperature=1.0, prior=prior)
    mended = [(a, b) for a, b in zip(after, before, strict=True) if a.rewritten]
    assert len(mended) >= 3
    for now, then in mended:
        assert then.report.playable is False
        assert now.report.playable is True
        assert not (cells(now)[:, 0] == BREAKS).any()
        opened = np.zeros(len(cells(now)), dtype=bool)
        for first, last in now.rewritten:
            opened[first : last + 1] = True
        np.testing.assert_array_equal(cells(now)[~opened], cells(then)[~opened])
        # Latents too: those of other places stay.
        open_WP = opened.reshape(3, 2, -1).any(-1)
        np.testing.assert_array_equal(now.z_WPD[~open_WP], then.z_WPD[~open_WP])
        assert (now.z_WPD[open_WP] != then.z_WPD[open_WP]).all()


def test_good_ones_stay_as_they_are(generator: Generator) -> None:
    before, after = drafts(generator, list(range(16)), 1), drafts(generator, list(range(16)), 1)
    rewrite(generator, after, seed=1, temperature=1.0)
    good = [(a, b) for a, b in zip(after, before, strict=True) if b.report.playable]
    assert good
    for now, then in good:
        assert now.rewritten == []
        np.testing.assert_array_equal(cells(now), cells(then))


def test_company_changes_nothing(generator: Generator) -> None:
    together = drafts(generator, list(range(12)))
    rewrite(generator, together, seed=1, temperature=1.0)
    for draft in together:
        alone = drafts(generator, [draft.item[0]])
        rewrite(generator, alone, seed=1, temperature=1.0)
        np.testing.assert_array_equal(cells(alone[0]), cells(draft))
        assert alone[0].rewritten == draft.rewritten


def test_what_is_hopeless_stays_as_it_was_decoded(
    generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator.codec.hopeless = True  # type: ignore[attr-defined]
    rounds: list[int] = []
    decode = generator.decode

    def counted(*given: object, **more: object) -> object:
        rounds.append(1)
        return decode(*given, **more)  # type: ignore[arg-type]

    before, after = drafts(generator, [0]), drafts(generator, [0])
    monkeypatch.setattr(generator, "decode", counted)
    rewrite(generator, after, seed=1, temperature=1.0)
    assert len(rounds) == ROUNDS
    assert after[0].rewritten == []
    np.testing.assert_array_equal(cells(after[0]), cells(before[0]))
    np.testing.assert_array_equal(after[0].z_WPD, before[0].z_WPD)


def test_a_domain_without_such_places_writes_nothing_anew(tmp_path: Path) -> None:
    codec, model = BeadCodec(verdicts=[False]), files.read(bead_model(tmp_path / "b.safetensors"))
    model.spec = codec.spec
    generator = Generator(model, codec)
    after = drafts(generator, [0, 1])
    rewrite(generator, after, seed=1, temperature=1.0)
    assert [d.rewritten for d in after] == [[], []]
