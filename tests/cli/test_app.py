"""The program as a whole: help, versions, and what goes wrong everywhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import typer.main

from genvae import __version__
from genvae.cli.app import app, main

Run = Callable[..., Any]
COMMANDS = (
    "sample",
    "interpolate",
    "map",
    "reconstruct",
    "check",
    "show",
    "play",
    "convert",
    "encode",
    "decode",
    "train",
    "evaluate",
    "explore",
    "fill",
    "vary",
    "edit",
    "score",
    "similar",
    "soundtrack",
    "clean",
    "compare",
    "models",
    "models list",
    "models info",
    "corpora",
    "corpora list",
    "corpora get",
)


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def test_help_loads_nothing_heavy() -> None:
    done = fresh(
        "import sys\nfrom genvae.cli.app import main\ncode = main(['--help'])\n"
        "heavy = {'torch', 'numpy', 'rich', 'symusic', 'mido', 'PIL'} & set(sys.modules)\n"
        "assert (code, heavy) == (0, set()), (code, heavy)"
    )
    assert done.returncode == 0, done.stderr
    assert "sample" in done.stdout


def test_showing_a_file_loads_no_torch(run: Run) -> None:
    done = fresh(
        "import sys\nfrom genvae.cli.app import main\n"
        "assert main(['show', 'data/levels/caves.txt']) == 0\n"
        "assert 'torch' not in sys.modules"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_has_an_example_that_parses(run: Run, command: str) -> None:
    """Examples begin with ``genvae``; their options and arguments are ones the command takes."""
    done = run(*command.split(), "--help")
    assert done.code == 0
    examples = re.findall(r"^ +(genvae .*)$", done.out.split("Options:")[0], re.MULTILINE)
    own = [e for e in examples if e.startswith(f"genvae {command}")]
    assert own, "no example of its own"
    root = typer.main.get_command(app)
    for example in examples:
        words = shlex.split(example)[1:]
        group, context = root, root.make_context("genvae", words[:1], resilient_parsing=True)
        found: Any = group
        while words and getattr(found, "commands", None) and words[0] in found.commands:
            found = found.commands[words.pop(0)]
        if not getattr(found, "commands", None):
            found.make_context(example, words, parent=context)


def test_every_command_is_listed_here() -> None:
    root: Any = typer.main.get_command(app)
    names = set()
    for name, command in root.commands.items():
        names |= {name} | {f"{name} {sub}" for sub in getattr(command, "commands", {})}
    assert names == set(COMMANDS)


def test_without_a_command_help_is_printed(run: Run) -> None:
    assert run().out == run("--help").out == run("-h").out


def test_version(run: Run) -> None:
    done = run("--version")
    assert (done.code, done.out) == (0, f"genvae {__version__}\n")


@pytest.mark.parametrize("arguments", [["sampel"], ["--foo"], ["models", "inof"]])
def test_unknown_words_are_one_line(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert arguments[-1] in done.problem


def test_what_nobody_expected_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("genvae.workflows.write.check_sampling", fail)
    monkeypatch.delenv("GENVAE_DEBUG", raising=False)
    done = run("sample", "-d", "music")
    assert done.code == 1
    assert done.problem.startswith("genvae: internal error: ZeroDivisionError: two lines; please")
    monkeypatch.setenv("GENVAE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["sample", "-d", "music"])


def test_stopping_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("genvae.workflows.write.check_sampling", stop)
    done = run("sample", "-d", "music")
    assert (done.code, done.out, done.err) == (130, "", "")


def test_a_closed_pipe_is_quiet() -> None:
    done = subprocess.run(
        f"{shlex.quote(sys.executable)} -c 'import sys; from genvae.cli.app import main; "
        'sys.exit(main(["corpora", "list", "--json"]))\' | head -c 10',
        shell=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
