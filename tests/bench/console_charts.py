"""Drawing four charts of 24 curves x 25,000 points: `python tests/bench/console_charts.py [--size 160x48]`.

Prints the time for fresh numbers, for a moved cursor, and for another window, of all four charts together, without the
terminal. Median and 95 % of the rounds; the first round of each is left out. Then the same in a console that has no
terminal: how long until the charts are there, and the longest that its event loop was held meanwhile.
"""

import argparse
import asyncio
import gc
import statistics
import time
from dataclasses import replace

import numpy as np
from textual.app import App, ComposeResult

from grokterm.analysis import Curve, band
from grokterm.console.charts.plot import Canvas
from grokterm.console.charts.widget import ChartView
from grokterm.console.curves import Curves
from grokterm.console.detail import ArmLine
from grokterm.console.look import DARK, ink
from grokterm.console.panel import PANELS
from grokterm.console.panels import charts
from grokterm.console.scales import Spot, View
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.scene import Cell, Scene

_TURN = 0.001
ARMS, SEEDS, POINTS = 6, 4, 25_000
COLUMNS = ("test_loss", "train_loss", "test_acc", "train_acc", "weight_norm", "weight_decay")


class Stage(App[None]):
    """Four charts and nothing else."""

    ink = ink(DARK)

    def compose(self) -> ComposeResult:
        """The grid of the experiment page."""
        yield ChartGrid(*(panel.id for panel in PANELS))


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


def longer(curves: Curves, points: int) -> Curves:
    """The first `points` of every curve, as they come while runs train: grown out of the same with fewer."""
    columns = {name: tuple(c._replace(steps=c.steps[:points], values=c.values[:points].copy()) for c in own)
               for name, own in curves.columns.items()}  # fmt: skip
    bands = {(name, f"arm{arm}"): band([curve for curve in own if curve.arm == f"arm{arm}"])
             for name, own in columns.items() for arm in range(ARMS)}  # fmt: skip
    return curves.grown(columns, bands, growing=True)


async def on_the_loop(arms: tuple[ArmLine, ...], width: int, height: int, rounds: int) -> None:
    """Show them in a console, and print for how long its event loop was held."""
    app, cells = Stage(), tuple(Cell(panel) for panel in PANELS)
    async with app.run_test(size=(width, height)):
        grid = app.query_one(ChartGrid)
        views = {"median and band": View(), "smoothed": View(smooth=3), "smoothed seeds": View(seed=-1, smooth=3)}
        for words, view in views.items():
            whole = curves = made(0)
            took, held = [], []
            for turn in range(rounds + 1):
                curves = curves.grown(*_parts(longer(whole, POINTS - 100 * (rounds - turn))), growing=True)
                scene = Scene(cells, curves, arms, view, Spot(cursor=100.0), "", "dark")
                spent, longest = await _shown(grid, scene)
                if turn:
                    took.append(spent)
                    held.append(longest)
            print(
                f"{words:<16} on the screen after {statistics.median(took):6.1f} ms   "
                f"loop held at the longest: median {statistics.median(held):5.1f} ms   most {max(held):5.1f} ms"
            )


def _parts(curves: Curves) -> tuple[dict, dict]:
    return curves.columns, curves.bands


async def _shown(grid: ChartGrid, scene: Scene) -> tuple[float, float]:
    """Milliseconds until it is drawn, and the longest that a turn of the event loop came too late."""
    began = before = time.perf_counter()
    grid.show(scene)
    longest = 0.0
    while not (grid.settled and all(view.settled for view in grid.query(ChartView))):
        now = time.perf_counter()
        longest, before = max(longest, now - before - _TURN), now
        await asyncio.sleep(_TURN)  # a loop that never rests would keep the threads from computing
    return (time.perf_counter() - began) * 1000, longest * 1000


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="160x48")
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    whole = tuple(int(word) for word in asked.size.split("x"))
    width, height = (side // 2 for side in whole)
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
    gc.freeze()  # as the console does when it has been open for a while
    asyncio.run(on_the_loop(arms, *whole, asked.rounds))


if __name__ == "__main__":
    main()
