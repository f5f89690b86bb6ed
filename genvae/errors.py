"""The errors a caller may meet.

    GenvaeError                 something could not be done                exit code 1
    ├── FileProblem             a file: what was found, what was expected
    ├── ModelProblem            a model: missing, damaged, foreign, newer
    ├── CorpusProblem           a corpus: unknown, absent, changed
    ├── RecipeProblem           a recipe: unknown key, value out of range
    └── OptionProblem           an option's value is wrong                 exit code 2

Each message is one line and says where (file or option), what was found, what was
expected, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GenvaeError(Exception):
    """Something could not be done; the message is one line for a person."""

    exit_code = 1


class FileProblem(GenvaeError):
    """A file cannot be read, understood or written."""


class ModelProblem(GenvaeError):
    """A model is missing, damaged, foreign, or of a newer format."""


class CorpusProblem(GenvaeError):
    """A corpus is unknown, absent, or not what the catalogue says."""


class RecipeProblem(GenvaeError):
    """A training recipe has an unknown key or a value out of range."""


class OptionProblem(GenvaeError):
    """The value of an option is wrong."""

    exit_code = 2


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known names there are, the nearest one first: text to end a message with."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}known: {', '.join(names) or 'none'}"
