"""What is compared: presets, runs and their order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from genvae.errors import OptionProblem, RecipeProblem
from genvae.recipe import Recipe
from genvae.settings import ConditionSettings, LossSettings, PlaceSettings
from genvae.workflows import study
from genvae.workflows.family import MEMBERS, member, members

BASE = Recipe(
    "base", "music", loss=LossSettings(learned_rate=0.3, late_from=(5.0,), late_rate=(0.1,))
)


def test_a_member_changes_the_loss_and_nothing_else() -> None:
    plain = member(BASE, "autoencoder")
    assert plain.model.bottleneck == "deterministic"
    assert (plain.loss.beta, plain.loss.learned_rate, plain.loss.late_from) == (0.0, 0.0, ())
    assert replace(plain, loss=BASE.loss, model=BASE.model) == BASE
    assert member(BASE, "contractive").loss.contraction > 0
    assert (member(BASE, "vae").model.bottleneck, member(BASE, "vae").loss.beta) == ("gaussian", 1)


def test_conditions_are_heard_by_one_member() -> None:
    told = replace(BASE, condition=ConditionSettings(names=("mode",)))
    assert member(told, "conditional").condition.names == ("mode",)
    assert member(told, "vae").condition.names == ()
    assert member(told, "conditional").loss == member(told, "beta-vae").loss
    assert members(told) == tuple(MEMBERS)
    assert "conditional" not in members(BASE)
    with pytest.raises(OptionProblem, match=r"--preset conditional: .*no \[condition\] names"):
        member(BASE, "conditional")


def test_a_wrong_member_names_the_nearest() -> None:
    with pytest.raises(OptionProblem, match=r"--preset vea: .*vae"):
        member(BASE, "vea")


def test_members_come_first_then_the_extremes() -> None:
    runs = study.plan(
        BASE, 80, latents=(2, 16, 64), betas=(0, 0.25, 8), members=("vae", "beta-vae"), window=32
    )
    assert [r.name for r in runs] == [
        "pca-2", "pca-16", "pca-64", "vae", "beta-vae", "latent-2", "beta-0", "latent-16", "beta-8",
    ]  # fmt: skip
    recipes = {r.name: r.recipe for r in runs if r.recipe is not None}
    shapes = {n: (r.model.patch, r.model.latent) for n, r in recipes.items()}
    assert shapes["vae"] == (4, 8)
    assert shapes["latent-2"] == (32, 2)
    assert shapes["latent-16"] == (4, 2)
    assert {r.training.steps for r in recipes.values()} == {80}
    assert recipes["beta-8"].loss.beta == 8


def test_seeds_repeat_the_members() -> None:
    runs = study.plan(BASE, 8, latents=(), betas=(), members=("vae",), seeds=3, window=16)
    assert [(r.name, r.seed) for r in runs[1:]] == [
        ("vae", 0), ("vae-seed1", 1), ("vae-seed2", 2),
    ]  # fmt: skip


def test_headline_members_are_repeated_before_the_others() -> None:
    names = ("vae", "cyclic", "beta-vae")
    runs = study.plan(BASE, 8, latents=(), betas=(), members=names, seeds=3, window=16)
    assert [r.name for r in runs[4:]] == [
        "vae-seed1", "beta-vae-seed1", "vae-seed2", "beta-vae-seed2",
        "cyclic-seed1", "cyclic-seed2",
    ]  # fmt: skip


def test_the_full_study_has_more_than_sixteen_runs_a_domain() -> None:
    runs = study.plan(study.base_recipe("levels"), 9, window=16)
    assert len([r for r in runs if r.recipe is not None]) == 22
    assert {r.recipe.domain for r in runs if r.recipe is not None} == {"levels"}
    assert len(MEMBERS) == 9


def test_recipes_of_the_studies_are_small_and_need_no_prior() -> None:
    for domain in ("music", "levels"):
        base = study.base_recipe(domain)
        assert (base.domain, base.prior.steps, base.model.encoder_width) == (domain, 0, 96)


@pytest.mark.parametrize(
    ("latents", "betas", "seeds", "message"),
    [
        ((5,), (), 1, "--latents 5: expected 1 to 4, or a multiple of 8"),
        ((), (-1.0,), 1, "--betas -1: expected numbers from 0"),
        ((), (), 0, "--seeds 0: expected 1 to 20"),
    ],
)
def test_what_cannot_be_studied(
    latents: tuple[int, ...], betas: tuple[float, ...], seeds: int, message: str
) -> None:
    with pytest.raises(OptionProblem, match=message):
        study.check(latents, betas, seeds)


def test_a_study_trains_no_placer() -> None:
    base = replace(BASE, place=PlaceSettings(steps=9))
    runs = study.plan(base, 8, latents=(), betas=(), members=("vae",), window=16)
    assert [r.recipe.place.steps for r in runs if r.recipe is not None] == [0]


def test_lists_of_numbers() -> None:
    assert study.whole_numbers("--latents", "2, 16", ()) == (2, 16)
    assert study.numbers("--betas", None, (1.0,)) == (1.0,)
    with pytest.raises(OptionProblem, match=r"--latents 2.5: expected whole numbers"):
        study.whole_numbers("--latents", "2.5", ())
    with pytest.raises(OptionProblem, match="--betas x: expected numbers"):
        study.numbers("--betas", "x", ())


def test_a_recipe_is_named_by_file_or_domain(tmp_path: object) -> None:
    with pytest.raises(OptionProblem, match=r"give --domain \(.*\) or --recipe FILE"):
        study.base_of(None, None)


def test_settings_that_exclude_each_other() -> None:
    with pytest.raises(RecipeProblem, match="free_bits or kl_target, not both"):
        Recipe("x", "music", loss=LossSettings(free_bits=0.1, kl_target=3.0))
    with pytest.raises(RecipeProblem, match="cycles: expected a warmup"):
        Recipe("x", "music", loss=LossSettings(cycles=2, warmup=0))
