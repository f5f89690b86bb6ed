"""``genvae``: the commands, and what every one of them does when something is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from genvae import __version__
from genvae.cli import (
    check,
    clean,
    compare,
    convert,
    corpora,
    decode,
    edit,
    encode,
    evaluate,
    explore,
    fill,
    interpolate,
    map,
    models,
    play,
    reconstruct,
    sample,
    score,
    show,
    similar,
    soundtrack,
    train,
    vary,
)
from genvae.cli.shared import one_line
from genvae.errors import GenvaeError

UsageProblem: type[typer.BadParameter] = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"
)
"""The root of what the command line parser raises; typer shows only some of its leaves."""

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

app = typer.Typer(
    name="genvae",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=SETTINGS,
)
app.command("sample")(sample.sample)
app.command("interpolate")(interpolate.interpolate)
app.command("reconstruct")(reconstruct.reconstruct)
app.command("vary")(vary.vary)
app.command("edit")(edit.edit)
app.command("score")(score.score)
app.command("similar")(similar.similar)
app.command("fill")(fill.fill)
app.command("soundtrack")(soundtrack.soundtrack)
app.command("clean")(clean.clean)
app.command("check")(check.check)
app.command("show")(show.show)
app.command("play")(play.play)
app.command("convert")(convert.convert)
app.command("encode")(encode.encode)
app.command("decode")(decode.decode)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("map")(map.map_)
app.command("explore")(explore.explore)
app.add_typer(models.app, name="models")
app.add_typer(corpora.app, name="corpora")


def _version(asked: bool) -> None:
    if asked:
        print(f"genvae {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Print the version."),
    ] = False,
) -> None:
    """Songs and game levels from convolutional variational autoencoders.

    \b
    Example:
      genvae sample --domain music -n 10
      genvae sample --domain levels -n 10
      genvae interpolate data/songs/ode-to-joy.mid data/songs/greensleeves.mid --steps 8

    Exit codes: 0 done, 1 something could not be done, 2 an option is wrong. GENVAE_HOME is the
    folder of your models and corpora; with GENVAE_DEBUG=1 an internal error shows its traceback.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (by default the program's own) and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(given or ["--help"], prog_name="genvae", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except GenvaeError as problem:
        return _refuse(str(problem), problem.exit_code)
    except UsageProblem as problem:
        return _refuse(problem.format_message(), 2)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        # Nobody reads on: what is still in the buffer must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as why:
        if os.environ.get("GENVAE_DEBUG"):
            raise
        return _refuse(
            f"internal error: {type(why).__name__}: {why}; please report it with the command "
            "and what GENVAE_DEBUG=1 shows",
            1,
        )


def _refuse(message: str, code: int) -> int:
    print(f"genvae: {one_line(message)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
