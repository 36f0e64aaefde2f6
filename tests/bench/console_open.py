"""Does the console's memory grow? `python tests/bench/console_open.py [--times 120]`.

Opens nine finished experiments of up to 80,000 steps one after the other, again and again, and prints resident memory.
Their data don't grow, so whatever grows after the first round is the console's own.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.screen import Screen
from console.world import make

EXPERIMENTS = 9
NEXT, FIRST = b"\x1bj\r", b"\x1b" + b"k" * (EXPERIMENTS - 1) + b"\r"


def main() -> None:
    """Read the arguments, make the experiments, open them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=120)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        runs = Path(place) / "runs"
        runs.mkdir()
        for index in range(EXPERIMENTS):
            steps = 40_000 if index % 2 else 80_000
            make(runs, f"20260101-1{index}0000-quickstart-aaa{index}", overrides=(f"stop.steps={steps}",))
        screen = Screen(runs, Path(place))
        screen.wait_for(b"finished")
        time.sleep(4)
        screen.press(b"\r")
        for opened in range(1, asked.times + 1):
            time.sleep(1.2)
            if opened == 1 or opened % EXPERIMENTS == 0:
                print(f"{opened:>4} opened   {screen.memory() / 1e6:5.0f} MB", flush=True)
            screen.press(FIRST if opened % EXPERIMENTS == 0 else NEXT)
        screen.close()


if __name__ == "__main__":
    main()
