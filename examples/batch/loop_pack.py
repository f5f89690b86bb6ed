"""Make a pack of short loops in one tempo and one key, and a README.txt that lists them.

    python examples/batch/loop_pack.py --key Am --tempo 100
    python examples/batch/loop_pack.py -n 24 --bars 2 --program melody=square,flute,piano

Each loop is cut at a bar line. Several names after --program VOICE= take turns from loop to loop.
Loop i depends on the seed and i alone: the same command goes on where it stopped, and a larger -n
adds to what is there.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pack import Pack, Parser, at_least, batches, facts_of, progress, run, session, write

from genvae.errors import OptionProblem


def instruments(given: Sequence[str], index: int) -> dict[str, str]:
    """The instrument of each voice in loop ``index``. Raises OptionProblem."""
    found = {}
    for text in given:
        voice, sign, names = text.partition("=")
        turns = [name.strip() for name in names.split(",") if name.strip()]
        if not sign or not turns:
            raise OptionProblem(f"--program {text}: expected VOICE=NAME[,NAME...]")
        found[voice.strip()] = turns[index % len(turns)]
    return found


def main(arguments: Sequence[str]) -> int:
    """Parse, make what is missing, list what there is."""
    parser = Parser(__doc__)
    parser.add_argument("-n", type=at_least(1), default=12, help="how many loops")
    parser.add_argument("--bars", type=at_least(1), default=4)
    parser.add_argument("--key", default="C", help="such as C, F# or Am")
    parser.add_argument("--tempo", default="120", help="beats a minute")
    parser.add_argument("--program", action="append", default=[], metavar="VOICE=NAME[,NAME...]")
    parser.add_argument("--seed", type=at_least(0), default=0)
    parser.add_argument("--model", help="a model by name or file")
    parser.add_argument("--out", type=Path, default=Path("genvae-out/loop-pack"))
    options = parser.parse_args(arguments)

    g = session(options.model, "music")
    asked = {"key": options.key, "tempo": options.tempo}
    model = f"{g.opened.model.name}@{g.opened.model.hash}"
    plan = {i: instruments(options.program, i) for i in range(options.n)}
    for program in {str(p): p for p in plan.values()}.values():
        g.sample(indices=[], length=options.bars, program=program, **asked)  # only checks
    settings = {**asked, "bars": options.bars, "seed": options.seed, "program": options.program}
    pack = Pack(options.out, model=model, **settings)
    names = {i: f"loop-{i + 1:03d}" for i in plan}
    missing = [i for i, name in names.items() if not pack.has(name)]
    for group in progress(batches(missing), "loops"):
        for program in {str(plan[i]): plan[i] for i in group}.values():
            indices = [i for i in group if plan[i] == program]
            loops = g.sample(
                indices=indices, seed=options.seed, length=options.bars, program=program, **asked
            )
            for i, loop in zip(indices, loops, strict=True):
                file = loop.save(options.out / f"{names[i]}.mid")
                pack.add(names[i], [file], program=program, **facts_of(loop))

    lines = [f"Loops of {options.bars} bars in {options.key}, {options.tempo} beats a minute", ""]
    for entry in pack.close():
        voices = ", ".join(f"{voice} {name}" for voice, name in entry["program"].items())
        lines.append(f"{entry['files'][0]}  {voices}".rstrip())
    write(options.out / "README.txt", "\n".join([*lines, "", f"Made by {model}"]) + "\n")
    print(f"{options.n} loops in {options.out}, {options.n - len(missing)} of them from before")
    return 0


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
