# List the recipes.
default:
    @just --list

# The tests alone: `just test tests/corpora -k fetch`.
test *args:
    python -m pytest -n 2 {{args}}

# Style, and put right what can be.
lint:
    ruff check --fix .
    ruff format .

# Types.
types:
    mypy

# The floors of the house.
imports:
    lint-imports

# Everything that must hold before a commit.
all:
    scripts/check

# The package as it is published, in dist/.
wheel:
    python -m pip wheel . --no-deps --wheel-dir dist

# Train every bundled model anew from its recipe.
models:
    for recipe in genvae/recipes/*.toml; do genvae train "$recipe"; done
