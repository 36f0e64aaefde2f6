"""A run that goes on for days, as the console follows it: `python tests/bench/console_long.py [--steps 2000000]`.

Writes an experiment of three arms with four seeds each, a row for every step, and follows it as it grows: seconds for
the first look at what there is, milliseconds for every further one, and the memory of the process, whose numbers are
kept whole and thinned.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from grokterm.analysis import CurveFeed
from grokterm.console.detail import Focus
from grokterm.record import CohortWriter, ExperimentFolder, create
from grokterm.spec import load

PRESET = Path(__file__).resolve().parents[1] / "console" / "grok.toml"
ROWS_A_LOOK = 500
LOOKS = 20


def grow(writer: CohortWriter, first: int, count: int, random: np.random.Generator) -> None:
    """More steps of twelve noisy runs."""
    steps = np.arange(first, first + count)
    trend = np.exp(-steps / 50_000.0)[:, None]
    loss = (trend + 0.02 * np.abs(random.standard_normal((count, 12)))).astype(np.float32)
    accuracy = np.clip(1 - trend + 0.01 * random.standard_normal((count, 12)), 0, 1).astype(np.float32)
    writer.append("train", steps, {"train_loss": loss, "train_acc": accuracy})
    coarse = steps % 10 == 0
    names = ("test_loss", "test_acc", "train_loss", "train_acc")
    evaluations = dict(zip(names, (loss, accuracy, loss, accuracy), strict=True))
    writer.append("eval", steps[coarse], {name: values[coarse] for name, values in evaluations.items()})
    norms = {"weight_norm": loss, "weight_decay": loss, "weight_decay_integral": np.cumsum(loss, axis=0)}
    writer.append("weights", steps[coarse], {name: values[coarse] for name, values in norms.items()})
    writer.commit(state="running", step=first + count, steps=10**9, rate=500.0, device="cpu")


def follow(folder: ExperimentFolder, writer: CohortWriter, at: int, random: np.random.Generator) -> None:
    """Print what the first look and the next ones take."""
    process = psutil.Process()
    start = time.perf_counter()
    focus = Focus(folder)
    focus.read()
    first = time.perf_counter() - start
    taken = []
    for look in range(LOOKS):
        grow(writer, at + look * ROWS_A_LOOK, ROWS_A_LOOK, random)
        start = time.perf_counter()
        detail = focus.read()
        taken.append((time.perf_counter() - start) * 1000)
    rows = len(detail.curves.columns["train_loss"][0].steps)
    megabytes = process.memory_info().rss / 1e6
    print(
        f"{at:>9} steps: first look {first:5.2f} s, then {statistics.median(taken):6.1f} ms "
        f"(most {max(taken):6.1f}), {rows:>7} rows kept, {megabytes:5.0f} MB"
    )


def main() -> None:
    """Tell at every doubling."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1_600_000)
    parser.add_argument("--whole", action="store_true", help="keep every row, for comparison")
    arguments = parser.parse_args()
    if arguments.whole:
        CurveFeed.__init__.__defaults__ = (True,)
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as place:
        folder = create(Path(place), load(PRESET, (), 4))
        writer, at, wanted = CohortWriter(folder.cohorts[0].path), 0, 25_000
        writer.event("started", step=0, device="cpu")
        while at < arguments.steps:
            while at < wanted:
                grow(writer, at, 12_500, random)
                at += 12_500
            follow(folder, writer, at, random)
            at, wanted = at + LOOKS * ROWS_A_LOOK, wanted * 2


if __name__ == "__main__":
    main()
