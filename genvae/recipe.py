"""A training recipe: everything that makes a model, frozen, validated, TOML both ways."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_type_hints

from genvae.errors import RecipeProblem, nearest
from genvae.settings import (
    CleanSettings,
    ConditionSettings,
    DataSettings,
    LossSettings,
    ModelSettings,
    PlaceSettings,
    PreferSettings,
    PriorSettings,
    TrainingSettings,
)


@dataclass(frozen=True)
class Recipe:
    """A whole recipe."""

    name: str
    domain: str
    codec: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    data: DataSettings = field(default_factory=DataSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    condition: ConditionSettings = field(default_factory=ConditionSettings)
    loss: LossSettings = field(default_factory=LossSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    prior: PriorSettings = field(default_factory=PriorSettings)
    clean: CleanSettings = field(default_factory=CleanSettings)
    place: PlaceSettings = field(default_factory=PlaceSettings)
    prefer: PreferSettings = field(default_factory=PreferSettings)

    def __post_init__(self) -> None:
        _check(self.name != "" and self.domain != "", "a recipe needs a name and a domain")
        _check(isinstance(self.codec, Mapping), f"[codec]: expected a table, found {self.codec!r}")
        _check(isinstance(self.title, str), f"title = {self.title!r}: expected a text")
        d, m, t = self.data, self.model, self.training
        _check(0 < d.heldout < 0.6, f"[data] heldout = {d.heldout}: expected above 0, below 0.6")
        _check(
            0 < d.validation < 0.4,
            f"[data] validation = {d.validation}: expected above 0, below 0.4",
        )
        _check(m.patch >= 1, f"[model] patch = {m.patch}: expected 1 or more")
        _check(
            m.bottleneck in ("gaussian", "deterministic"),
            f"[model] bottleneck = {m.bottleneck!r}: expected 'gaussian' or 'deterministic'",
        )
        _check(
            m.bottleneck == "gaussian" or not self.loss.learned_rate,
            "[loss] learned_rate: a point has no rate; expected 0 with bottleneck = "
            f"{m.bottleneck!r}",
        )
        for section in SECTIONS:
            values = getattr(self, section)
            for f in dataclasses.fields(values):
                value = getattr(values, f.name)
                for each in value if isinstance(value, tuple) else (value,):
                    if isinstance(each, int | float) and not 0 <= each < math.inf:
                        raise RecipeProblem(f"[{section}] {f.name} = {each}: expected 0 or more")
        free_and_target = self.loss.free_bits > 0 and self.loss.kl_target > 0
        _check(not free_and_target, "[loss] give free_bits or kl_target, not both")
        _check(
            not self.loss.cycles or self.loss.warmup >= 1,
            "[loss] cycles: expected a warmup of 1 step or more, in which beta rises",
        )
        _check(self.loss.projections >= 1, "[loss] projections: expected 1 or more")
        steps = self.loss.late_from
        _check(list(steps) == sorted(steps), f"[loss] late_from = {list(steps)}: expected rising")
        for name in ("late_beta", "late_rate"):
            found = getattr(self.loss, name)
            _check(
                len(found) in (0, len(steps)),
                f"[loss] {name}: expected {len(steps)} numbers, one for each of late_from, "
                f"found {len(found)}",
            )
        for name in ("windows", "stride"):
            _check(getattr(d, name) >= 1, f"[data] {name}: expected 1 or more")
        for name in ("steps", "batch", "validate_every"):
            _check(getattr(t, name) >= 1, f"[training] {name}: expected 1 or more")
        names, classes = self.condition.names, self.condition.classes
        _check(
            len(set(names)) == len(names) and all(names),
            f"[condition] names = {list(names)}: expected names, each once",
        )
        _check(2 <= classes <= 5, f"[condition] classes = {classes}: expected 2 to 5")
        _check(
            self.condition.hidden <= 1,
            f"[condition] hidden = {self.condition.hidden}: expected 0 to 1",
        )
        _check(m.blur <= 1, f"[model] blur = {m.blur}: expected a share, 0 to 1")
        _check(self.prior.blur <= 1, f"[prior] blur = {self.prior.blur}: expected 0 to 1")
        _check(
            m.blur > 0 or not self.prior.blur,
            "[prior] blur: the decoder knows none; give [model] blur a share of the chunks",
        )
        place = self.place
        _check(
            place.width % 4 == 0 and place.width > 0,
            f"[place] width = {place.width}: expected a multiple of 4",
        )
        for section, values in (("place", place), ("prefer", self.prefer)):
            _check(values.batch >= 1, f"[{section}] batch: expected 1 or more")
        _check(t.average < 1, f"[training] average = {t.average}: expected below 1")


SECTIONS = {
    "data": DataSettings,
    "model": ModelSettings,
    "condition": ConditionSettings,
    "loss": LossSettings,
    "training": TrainingSettings,
    "prior": PriorSettings,
    "clean": CleanSettings,
    "place": PlaceSettings,
    "prefer": PreferSettings,
}

KINDS = {int: "a whole number", float: "a number", str: "a text"}
PLURALS = {float: "numbers", str: "texts"}


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise RecipeProblem(message)


def from_dict(raw: Mapping[str, Any], source: str = "recipe") -> Recipe:
    """A recipe from nested mappings; unknown keys are refused by name. Raises RecipeProblem."""
    known = {f.name for f in dataclasses.fields(Recipe)}
    for key in raw:
        _check(key in known, f"{source}: unknown key {key!r}; {nearest(key, known)}")
    values: dict[str, Any] = dict(raw)
    for section, cls in SECTIONS.items():
        if section in raw:
            values[section] = _section(cls, raw[section], f"{source}: [{section}]")
    for key in ("name", "domain"):
        _check(isinstance(raw.get(key), str), f"{source}: {key} is missing")
    try:
        return Recipe(**values)
    except RecipeProblem as problem:
        raise RecipeProblem(f"{source}: {problem}") from None


def _section(cls: type, raw: Any, where: str) -> Any:
    _check(isinstance(raw, Mapping), f"{where}: expected a table, found {raw!r}")
    fields = {f.name: f for f in dataclasses.fields(cls)}
    types = get_type_hints(cls)
    values = {}
    for key, value in raw.items():
        _check(key in fields, f"{where} unknown key {key!r}; {nearest(key, fields)}")
        default = fields[key].default
        kind: type = type(default)
        wanted = KINDS.get(kind, "")
        if kind is tuple:
            kind = get_args(types[key])[0]
            wanted = f"a list of {PLURALS[kind]}"
            _check(isinstance(value, list), f"{where} {key} = {value!r}: expected {wanted}")
            value = tuple(_widened(each, kind) for each in value)
            for each in value:
                _check(type(each) is kind, f"{where} {key}: {each!r}, expected {KINDS[kind]}")
        else:
            value = _widened(value, kind)
            _check(type(value) is kind, f"{where} {key} = {value!r}: expected {wanted}")
        values[key] = value
    return cls(**values)


def _widened(value: Any, kind: type) -> Any:
    return float(value) if kind is float and type(value) is int else value


def load(path: Path) -> Recipe:
    """Read a TOML recipe. Raises RecipeProblem naming the file and the key."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecipeProblem(f"{path}: no such recipe") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as why:
        raise RecipeProblem(f"{path}: not a TOML recipe ({why})") from None
    return from_dict(raw, str(path))


def to_dict(recipe: Recipe) -> dict[str, Any]:
    """Plain JSON-able mappings; ``from_dict(to_dict(r)) == r``. A recipe without conditions,
    a placer or preferences says nothing of them: it is to the letter what it was before there were
    any."""
    plain = dataclasses.asdict(recipe)
    plain["codec"] = dict(recipe.codec)
    for section in ("condition", "place", "prefer"):
        if getattr(recipe, section) == SECTIONS[section]():
            del plain[section]
    for section in SECTIONS.keys() & plain.keys():
        plain[section] = {
            k: list(v) if isinstance(v, tuple) else v for k, v in plain[section].items()
        }
    return plain


def to_toml(recipe: Recipe) -> str:
    """The recipe as TOML, every value spelled out."""
    plain = to_dict(recipe)
    lines = [f"{k} = {_toml(v)}" for k, v in plain.items() if not isinstance(v, dict)]
    for section, values in plain.items():
        if isinstance(values, dict):
            lines += ["", f"[{section}]"] + [f"{_key(k)} = {_toml(v)}" for k, v in values.items()]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    return repr(value)
