"""The conditions of a training: which classes there are, and those of each piece.

Axes:  I pieces · C conditions · S steps · R cells
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from genvae.corpora import labels
from genvae.domains.base import Codec, Windows, split_cells
from genvae.errors import RecipeProblem, nearest
from genvae.models.conditions import UNTOLD, Condition
from genvae.recipe import Recipe
from genvae.training.split import Split
from genvae.workflows import dataset as data

FEWEST = 0.01
"""A class has at least this share of the training windows; pieces of rarer ones are not told."""
NONE = "none"
WORDS = {
    1: ("any",),
    2: ("low", "high"),
    3: ("low", "medium", "high"),
    4: ("lowest", "low", "high", "highest"),
    5: ("lowest", "low", "medium", "high", "highest"),
}
COUNTED = {
    1: ("some",),
    2: ("few", "many"),
    3: ("few", "some", "many"),
    4: ("fewest", "few", "many", "most"),
    5: ("fewest", "few", "some", "many", "most"),
}
"""Names of the classes of a number, and of things that are counted where there are any."""


def learned(
    recipe: Recipe,
    codec: Codec,
    pieces: data.Dataset,
    parts: Split,
    folder: Path | None,
    given: Sequence[Condition] = (),
) -> tuple[tuple[Condition, ...], np.ndarray]:
    """The conditions of the recipe, their classes found in the training pieces; and the numbers of
    all pieces' classes, ``(I, C)``. Those ``given``, of a model to go on from, keep their classes:
    it knows no others. Raises RecipeProblem and CorpusProblem."""
    names = recipe.condition.names
    check(recipe, codec, folder)
    found, columns = [], []
    before = {condition.name: condition for condition in given}
    for name in names:
        if name in before:
            condition = before[name]
            numbers_I = numbers([condition], recipe, codec, pieces, folder)[:, 0].tolist()
        elif name in codec.attributes:
            condition, numbers_I = _of_numbers(name, recipe, codec, pieces, parts)
        else:
            told = _told(name, recipe, codec, pieces, folder)
            condition, numbers_I = _of_names(name, told, codec, pieces, parts)
        found.append(condition)
        columns.append(numbers_I)
    told_IC = np.array(columns, dtype=np.int64).reshape(len(names), len(pieces.cells)).T
    return tuple(found), told_IC


def numbers(
    known: Sequence[Condition],
    recipe: Recipe,
    codec: Codec,
    pieces: data.Dataset,
    folder: Path | None,
) -> np.ndarray:
    """The numbers of all pieces' classes in conditions that are known, ``(I, C)``."""
    columns = []
    for condition in known:
        if condition.edges:
            values = _values(condition.name, codec, pieces)
            columns.append([condition.of(value) for value in values])
        else:
            told = _told(condition.name, recipe, codec, pieces, folder)
            columns.append([condition.number(value or "") for value in told])
    return np.array(columns, dtype=np.int64).reshape(len(known), len(pieces.cells)).T


def check(recipe: Recipe, codec: Codec, folder: Path | None) -> None:
    """Can pieces have these conditions? Raises RecipeProblem and CorpusProblem."""
    origin = labels.known(recipe.data.corpora) if folder is None else set(recipe.condition.names)
    known = {*origin, *codec.conditions, *codec.attributes}
    for name in recipe.condition.names:
        if name not in known:
            raise RecipeProblem(
                f"[condition] names: {name!r} is nothing that pieces of {codec.domain} have here; "
                f"{nearest(name, known)}"
            )


def with_classes(cells: Sequence[np.ndarray], told_IC: np.ndarray) -> list[np.ndarray]:
    """Each piece ``(S, R)`` with the numbers of its classes as further columns, ``(S, R + C)``."""
    if not told_IC.shape[1]:
        return list(cells)
    return [
        np.concatenate([x_SR, np.tile(told_C.astype(x_SR.dtype), (len(x_SR), 1))], axis=1)
        for x_SR, told_C in zip(cells, told_IC, strict=True)
    ]


def measured(
    condition: Condition, codec: Codec, windows: Windows, context: Mapping[str, Any]
) -> int:
    """The number of a piece's class, as far as the piece itself tells it; else 0."""
    if condition.edges:
        value = codec.attribute(condition.name, windows, context)
        count = len(next(iter(windows.values())))
        return condition.of(value / count if condition.per_window else value)
    return condition.number(codec.label(condition.name, windows, context) or "")


def _told(
    name: str, recipe: Recipe, codec: Codec, pieces: data.Dataset, folder: Path | None
) -> list[str | None]:
    """The name of each piece's class."""
    if name in codec.conditions:
        return [
            codec.label(name, _windows(codec, x_SR), context)
            for x_SR, context in zip(pieces.cells, pieces.contexts, strict=True)
        ]
    if folder is None:
        of_files = labels.of_corpora(recipe.data.corpora, name)
    else:
        of_files = labels.of_folder(folder, pieces.sources)
    return [of_files.get(path) for path in pieces.sources]


def _of_names(
    name: str, told_I: Sequence[str | None], codec: Codec, pieces: data.Dataset, parts: Split
) -> tuple[Condition, list[int]]:
    sizes: Counter[str] = Counter()
    for i in parts.train:
        if (value := told_I[i]) is not None:
            sizes[value] += len(pieces.cells[i])
    fewest = FEWEST * sum(len(pieces.cells[i]) for i in parts.train)
    classes = tuple(sorted(value for value, size in sizes.items() if size >= fewest))
    if not classes:
        raise RecipeProblem(f"[condition] names: no training piece tells its {name!r}")
    condition = Condition(name, classes)
    return condition, [condition.number(value or "") for value in told_I]


def _of_numbers(
    name: str, recipe: Recipe, codec: Codec, pieces: data.Dataset, parts: Split
) -> tuple[Condition, list[int]]:
    values_I = _values(name, codec, pieces)
    known = values_I[list(parts.train)]
    counted = codec.attributes[name].counted
    condition = parted(name, known[np.isfinite(known)], recipe.condition.classes, counted)
    return condition, [condition.of(value) for value in values_I]


def _values(name: str, codec: Codec, pieces: data.Dataset) -> np.ndarray:
    """An attribute of each piece, of things that are counted how many a window, ``(I,)``."""
    values = []
    for x_SR, context in zip(pieces.cells, pieces.contexts, strict=True):
        windows = _windows(codec, x_SR)
        value = codec.attribute(name, windows, context)
        counted = codec.attributes[name].counted
        values.append(value / len(next(iter(windows.values()))) if counted else value)
    return np.array(values, dtype=float)


def parted(name: str, values_I: np.ndarray, classes: int, counted: bool) -> Condition:
    """A condition of a number, its range parted so that each class has as many pieces; things that
    are counted have a class for none of them. Raises RecipeProblem."""
    some = values_I[values_I > 0] if counted else values_I
    absent = len(some) < len(values_I)
    count = classes - absent
    cuts = np.unique(np.quantile(some, np.arange(1, count) / count)) if len(some) else np.zeros(0)
    edges = [float(cut) for cut in cuts if some.min() < cut <= some.max()]
    names = (COUNTED if counted else WORDS)[len(edges) + 1]
    if absent and len(some):
        edges, names = [float(some.min()), *edges], (NONE, *names)
    if not edges:
        raise RecipeProblem(f"[condition] names: all training pieces are alike in {name!r}")
    return Condition(name, names, tuple(edges), per_window=counted)


def _windows(codec: Codec, x_SR: np.ndarray) -> Windows:
    spec = codec.spec
    count = len(x_SR) // spec.steps
    cells_NTR = x_SR[: count * spec.steps].reshape(count, spec.steps, spec.rows)
    return split_cells(spec, cells_NTR.astype(np.int64))


def shares(conditions: Sequence[Condition], told_IC: np.ndarray) -> dict[str, dict[str, int]]:
    """How many pieces each class has."""
    return {
        c.name: {
            value: int((told_IC[:, at] == number).sum())
            for number, value in enumerate(("not told", *c.classes), UNTOLD)
        }
        for at, c in enumerate(conditions)
    }
