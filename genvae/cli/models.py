"""``genvae models``: which there are, and the card of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from genvae.cli.shared import AsJson, Voice

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def root(context: typer.Context, as_json: AsJson = False) -> None:
    """List the models, or read a card.

    \b
    Example:
      genvae models
      genvae models info trio
    """
    if context.invoked_subcommand is None:
        list_(as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the models that --model knows by name.

    \b
    Example:
      genvae models list
    """
    from genvae.workflows import cards

    voice = Voice(as_json=as_json)
    rows = cards.models(voice.problem)
    voice.document(rows)
    cells = [
        [
            row["name"] + (" *" if row["default"] else ""),
            row["domain"],
            f"{row['bytes'] / 1e6:.1f} MB",
            row["may_ship_samples"],
            row["origin"],
            row["title"],
        ]
        for row in rows
    ]
    voice.table("", ["model", "domain", "size", "may ship", "origin", "title"], cells)
    if cells:
        voice.say("* serves when no --model is given")
    voice.end()


@app.command()
def info(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A model.")],
    as_json: AsJson = False,
) -> None:
    """Print a model's card: corpora, licences, sizes, and figures beside those of real data.

    \b
    Example:
      genvae models info trio
    """
    from genvae.workflows import cards

    voice = Voice(as_json=as_json)
    card = cards.card(name)
    if as_json:
        voice.document([card])
        return
    latent = card["latent"]
    voice.say(f"{card['name']}: {card['title']}" if card["title"] else card["name"])
    facts = {
        "file": f"{card['file']} ({card['bytes'] / 1e6:.1f} MB, {card['hash']})",
        "domain": f"{card['domain']}; fields {', '.join(card['window']['fields'])}",
        "latent": f"{latent['positions']} x {latent['dims']} numbers a window",
        "parameters": f"{card['parameters']:,}",
        "defaults": _pairs(card["defaults"]),
        "training": _pairs(card["training"]),
    }
    for key, value in facts.items():
        voice.say(f"  {key:<11} {value}")
    for condition in card["conditions"]:
        voice.say(f"  {'condition':<11} {condition['name']}: {_classes(condition)}")
    voice.say(f"  {'may ship':<11} what it makes: {card['may_ship_samples']}")
    for attribute, about in card["attributes"].items():
        voice.say(f"  {'--set':<11} {attribute}: {about}")
    for corpus in card["corpora"]:
        voice.say(f"  {'corpus':<11} {corpus.get('name', '?')}: {corpus.get('licence', '?')}")
        if corpus.get("may_ship_samples"):
            voice.say(f"  {'':<11} samples: {corpus['may_ship_samples']}")
    if not card["figures"]:
        voice.say("  no figures yet: genvae evaluate MODEL --write")
    voice.figures(card["figures"])


def _classes(condition: Mapping[str, Any]) -> str:
    """``low, medium from 8, high from 11.2``: the classes, and of a number where each begins."""
    begins = ["", *(f" from {edge:.4g}" for edge in condition["edges"])]
    begins += [""] * (len(condition["classes"]) - len(begins))
    return ", ".join(f"{c}{b}" for c, b in zip(condition["classes"], begins, strict=True))


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{k} {v}" for k, v in values.items() if not isinstance(v, Mapping)) or "–"
