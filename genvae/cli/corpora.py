"""``genvae corpora``: what models learn from, and how it gets here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Quiet, Voice

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def root(context: typer.Context, as_json: AsJson = False) -> None:
    """List the corpora, or get one.

    \b
    Example:
      genvae corpora
      genvae corpora get groove
    """
    if context.invoked_subcommand is None:
        list_(as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the corpora that genvae knows, with licences.

    \b
    Example:
      genvae corpora list
    """
    from genvae.corpora import fetch
    from genvae.corpora.catalogue import catalogue

    voice = Voice(as_json=as_json)
    rows = [
        {
            "file": fetch.locate(name),
            "name": name,
            "domain": corpus.domain,
            "title": corpus.title,
            "files": corpus.files,
            "bytes": corpus.bytes,
            "licence": corpus.licence,
            "licence_note": corpus.licence_note,
            "may_ship_weights": corpus.weights,
            "may_ship_samples": corpus.samples,
            "downloadable": corpus.downloadable,
            "homepage": corpus.homepage,
            "citation": corpus.citation,
        }
        for name, corpus in catalogue().items()
    ]
    voice.document(rows)
    cells = [
        [
            str(row["name"]),
            str(row["domain"]),
            "here" if row["file"] else "get" if row["downloadable"] else "get --from DIR",
            str(row["files"]),
            str(row["licence"]),
            str(row["title"]),
        ]
        for row in rows
    ]
    voice.table("", ["corpus", "domain", "where", "files", "licence", "title"], cells)


@app.command()
def get(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A corpus of the list.")],
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="A local copy to take it from.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Get a corpus into GENVAE_HOME/corpora, whole and checked against its hash.

    \b
    Example (needs the extra "train", and the network):
      genvae corpora get groove
    """
    from genvae.corpora import fetch

    folder = fetch.get(name, source, progress=not quiet and sys.stderr.isatty())
    Voice(quiet).say(f"{name}: {len(fetch.files(name))} files to learn from in {folder}")
