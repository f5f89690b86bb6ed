"""Print samples/README.md from the manifests in samples/: command, seed, model and what came."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
TITLES = {
    "music": "Six songs",
    "music-long": "A song of 64 bars",
    "jigs": "Three jigs",
    "drums": "Eight bars of drums, twice",
    "piano": "Eight bars of piano, twice",
    "levels": "Six levels",
    "levels-wide": "Two wide levels",
    "asked-for": "Three enemies and ten to twenty coins",
    "dungeon": "Four buildings",
    "climber": "Four levels of ladders and gold",
    "sokoban": "Four sokoban levels",
    "between-songs": "From Ode to Joy to When the Saints",
    "morph": "One song that begins as Frère Jacques and ends as Korobeiniki",
    "between-levels": "From first-steps to coin-rush",
}


def main() -> None:
    """Write the page to stdout."""
    print("# Gallery\n")
    print("Real outputs, nothing chosen by hand: each folder holds what its command left behind.")
    print("`scripts/make_gallery` makes them again.\n")
    for name, title in TITLES.items():
        folder = SAMPLES / name
        lines = [json.loads(line) for line in (folder / "manifest.jsonl").open(encoding="utf-8")]
        print(f"## {title}\n")
        print(f"```\n{(folder / 'command.txt').read_text(encoding='utf-8').strip()}\n```\n")
        print(f"Model `{lines[0]['model']}`, hash `{lines[0]['model_hash']}`.\n")
        for line in lines:
            print(f"- [{line['file']}]({name}/{line['file']}): {describe(line)}")
            print(f"\n  ![{line['file']}]({name}/{Path(line['file']).stem}.png)\n")


def describe(line: dict[str, Any]) -> str:
    """What the manifest says of a piece, in words."""
    words = []
    if "seed" in line:
        words.append(f"seed {line['seed']}, item {line['index']}, attempt {line['attempt']}")
    if "share" in line:
        words.append(f"{line['share']:.0%} of the way")
    if "playable" in line["checks"]:
        words.append("playable" if line["checks"]["playable"] else "not playable")
    if line.get("changed"):
        words.append(f"repaired, {line['changed']} tiles changed")
    if "copied_windows" in line:
        words.append(f"{line['copied_windows']} of {line['windows']} windows known from training")
    return ", ".join(words)


if __name__ == "__main__":
    main()
