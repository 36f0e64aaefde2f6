"""A picture of the console: `python tests/console/picture.py OUT.svg [--size 120x36] [--light] [--runs RUNS NAME]`.

Without `--runs` it shows the made-up curves of `world`; with it, a real experiment.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from console.play import play, settle
from console.world import make

from grokterm.console.look import DARK, LIGHT

NAME = "20261122-135500-static-vs-dynamic-k3f9"


async def shoot(out: Path, size: tuple[int, int], theme: str, runs: Path, name: str) -> None:
    """Show an experiment and save what is on the screen."""
    async with play(runs, size, open_at=name) as pilot:
        pilot.app.theme = theme
        await settle(pilot)
        out.write_text(pilot.app.export_screenshot(title="grokterm"), "utf-8")


def main() -> None:
    """Read the arguments, make the world if none is given, shoot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="120x36")
    parser.add_argument("--light", action="store_true")
    parser.add_argument("--runs", nargs=2, metavar=("RUNS", "NAME"))
    asked = parser.parse_args()
    width, height = map(int, asked.size.split("x"))
    theme = LIGHT.name if asked.light else DARK.name
    with tempfile.TemporaryDirectory() as folder:
        if asked.runs is None:
            make(Path(folder), NAME, step=870, state="running")
        runs, name = asked.runs or (folder, NAME)
        asyncio.run(shoot(asked.out, (width, height), theme, Path(runs), name))


if __name__ == "__main__":
    main()
