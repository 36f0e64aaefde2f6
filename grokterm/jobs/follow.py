"""Follows an experiment while its workers train: looks, waits, looks again. Dying while it follows changes nothing."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grokterm.analysis import CurveFeed, Summary, summarise
from grokterm.record import ExperimentFolder, open_folder

LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Look:
    """What one look showed.

    Attributes:
        summary: the experiment in one line.
        train_acc, test_acc: medians over all runs at the last evaluation of each; nan before the first, and where the
            task has no accuracy.
        train_loss, test_loss: likewise.
    """

    summary: Summary
    train_acc: float
    test_acc: float
    train_loss: float
    test_loss: float

    @property
    def over(self) -> bool:
        """No worker is left that could change anything."""
        state = self.summary.state
        return state is None or not state.live


def follow(folder: ExperimentFolder, every: float = LOOK_SECONDS) -> Iterator[Look]:
    """Yields a look about every `every` seconds; the last one is when no worker is left."""
    columns = ("train_acc", "test_acc", "train_loss", "test_loss")
    feed = CurveFeed(folder, "eval", columns)
    while True:
        summary = summarise(open_folder(folder.path))  # before the numbers: of a worker that is gone those are the last
        feed.poll()
        look = Look(summary, *(_latest(feed, column) for column in columns))
        yield look
        if look.over:
            return
        time.sleep(every)


def _latest(feed: CurveFeed, column: str) -> float:
    last = [curve.values[-1] for curve in feed.curves(column) if len(curve.values)]
    known = [value for value in last if np.isfinite(value)]
    return float(np.median(known)) if known else float("nan")
