"""``genvae edit``: more or less of an attribute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genvae.cli.shared import AsJson, Format, Model, Out, Overwrite, Quiet, Voice, formats


def edit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A song or a level.")],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=AMOUNT",
            help="An attribute and by how many standard deviations it is to move (repeatable).",
        ),
    ] = None,
    orthogonal: Annotated[
        bool,
        typer.Option("--orthogonal", help="Only along directions that the others do not notice."),
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of what is drawn.")] = 0,
    model: Model = None,
    format_: Format = "",
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Give a song or a level more or less of an attribute, along the model's concept vectors.

    \b
    Example:
      genvae edit data/songs/ode-to-joy.mid --set density=+1.5
      genvae edit data/levels/caves.txt --set density=-1 --set coins=+1

    Amounts are standard deviations of held-out pieces. Several strengths are decoded, and the piece
    is taken that comes nearest while the other attributes, and what is played, stay; then what
    lies around it is tried, window by window, as long as that is not near. What came of it is
    printed and stands in the manifest. A level that cannot be played is repaired.
    """
    from genvae.workflows import edit as workflow
    from genvae.workflows import reading, tally, write
    from genvae.workflows.output import Output

    write.check_sampling(1, seed)
    voice = Voice(quiet, as_json)
    opened = reading.open_for([file], model)
    asked = workflow.wishes(opened, set_ or [])
    source = reading.encode_first(opened, [file])[0]
    output = Output(
        opened, "edit", out=out, formats=formats(format_), overwrite=overwrite, label=file.stem
    )
    rounds = len(asked) * (1 + workflow.ROUNDS)
    with voice.progress(f"{file.name}: rounds", rounds) as advance:
        made = workflow.edited(
            opened, source, asked, orthogonal=orthogonal, seed=seed, on_round=advance
        )
    workflow.write(opened, made, output)
    voice.document(output.lines)
    for name, amount in asked.items():
        voice.say(f"{name}: asked {amount:+g}, moved {made.facts['moved'][name]:+.2f} deviations")
    facts = made.facts
    voice.say(f"others: {facts['others']:.2f} on average; kept of the source: {facts['kept']:.2f}")
    voice.say(str(output.lines[0]["file"]))
    for line in tally.named_problems(output.lines):
        voice.remark(line)
