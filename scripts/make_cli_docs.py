"""Write ``docs/cli.md`` from the commands themselves.

python scripts/make_cli_docs.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from genvae.cli.app import app

TARGET = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
WIDTH = 96

INTRODUCTION = """\
# Every command

Written by `scripts/make_cli_docs.py` from the commands themselves: `genvae COMMAND --help` says
the same.
"""


def helps(command: Any, name: str, parent: Any = None) -> Iterator[tuple[str, str]]:
    """The words that call a command and its help, as printed into a pipe; then all below it."""
    context = command.make_context(
        name,
        [],
        parent=parent,
        resilient_parsing=True,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
    )
    with context:
        text = str(command.get_help(context)).strip()
    yield context.command_path, "\n".join(line.rstrip() for line in text.splitlines())
    for word, below in getattr(command, "commands", {}).items():
        yield from helps(below, word, context)


def page() -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    for words, text in helps(typer.main.get_command(app), "genvae"):
        title = "#" * (2 if words.count(" ") < 2 else 3)
        parts.append(f"{title} {words}\n\n```\n{text}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8", newline="\n")
    print(TARGET)
