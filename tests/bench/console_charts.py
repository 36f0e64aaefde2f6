"""Drawing four charts of 24 curves x 25,000 points: `python tests/bench/console_charts.py [--size 160x48]`.

Prints the time for fresh numbers, for a moved cursor, and for another window, of all four charts together, without the
terminal. Median and 95 % of the rounds; the first round of each is left out.
"""

import argparse
import statistics
import time
from dataclasses import replace

import numpy as np

from grokterm.analysis import Curve, band
from grokterm.console.charts.plot import Canvas
from grokterm.console.curves import Curves
from grokterm.console.detail import ArmLine
from grokterm.console.look import DARK, ink
from grokterm.console.panels import charts
from grokterm.console.scales import Spot, View

ARMS, SEEDS, POINTS = 6, 4, 25_000
COLUMNS = ("test_loss", "train_loss", "test_acc", "train_acc", "weight_norm", "weight_decay")


def made(seed: int) -> Curves:
    """Noisy curves: `ARMS` arms with `SEEDS` seeds each."""
    random, steps = np.random.default_rng(seed), np.arange(POINTS)
    columns, bands = {}, {}
    for column in COLUMNS:
        own = [
            Curve(f"arm{arm}", seed, steps, np.abs(np.exp(-steps / 4000.0) + 0.05 * random.standard_normal(POINTS)))
            for arm in range(ARMS)
            for seed in range(SEEDS)
        ]
        columns[column] = tuple(own)
        for arm in range(ARMS):
            bands[column, f"arm{arm}"] = band(own[arm * SEEDS : (arm + 1) * SEEDS])
    return Curves(columns, bands)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="160x48")
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    width, height = (int(word) // 2 for word in asked.size.split("x"))
    colours = ink(DARK)
    arms = tuple(ArmLine(index, f"arm{index}", "", SEEDS, t_grok=9000.0 + index) for index in range(ARMS))
    canvases = [Canvas() for _ in range(4)]
    data = [made(seed) for seed in range(3)]
    for words, view in (("every seed", View(seed=-1)), ("median and band", View()), ("smoothed", View(smooth=3))):
        times: dict[str, list[float]] = {"fresh numbers": [], "moved cursor": [], "other window": []}
        for turn in range(asked.rounds + 1):
            curves = replace(data[turn % len(data)])  # another object: nothing of it is kept
            spots = {
                "fresh numbers": Spot(cursor=100.0),
                "moved cursor": Spot(cursor=200.0 + turn),
                "other window": Spot(cursor=200.0, window=(1000.0 + turn, 9000.0)),
            }
            for what, spot in spots.items():
                began = time.perf_counter()
                for canvas, chart in zip(canvases, charts(curves, arms, view, spot, colours).values(), strict=True):
                    canvas.draw(chart, width, height, colours)
                if turn:
                    times[what].append((time.perf_counter() - began) * 1000)
        for what, spent in times.items():
            spent.sort()
            print(
                f"{words:<16} {what:<14} median {statistics.median(spent):6.1f} ms   "
                f"95 % {spent[int(len(spent) * 0.95)]:6.1f} ms"
            )


if __name__ == "__main__":
    main()
