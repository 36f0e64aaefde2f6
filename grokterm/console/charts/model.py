"""What a chart shows, frozen: curves, bands, milestones, scales, where the user looks. No cells yet, and no Textual."""

from dataclasses import dataclass

import numpy as np

Window = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Series:
    """One curve, with its band when it is the median of several. The same object always means the same numbers.

    Attributes:
        x, y: the points, in the units of the axes (never logarithms); `x` never falls, nan and inf in `y` are gaps.
        colour: hexadecimal. marker: one cell, drawn here and there on the curve, so that nothing depends on colour.
        low, high: the edges of the band at the same `x`, or None.
        faint: drawn dotted and without markers: a curve that is there for reference.
        raw_y: what was recorded, where `y` is smoothed: drawn dimmed behind it. None where `y` is as recorded.
        raw_low, raw_high: the recorded edges of the band, where `low` and `high` are of smoothed curves.
        column: the recorded quantity. arm, seed: whose; the seed is None for a median.
        n: at each point, how many seeds the median is of; None for a single seed.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: str
    marker: str = "●"
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    faint: bool = False
    raw_y: np.ndarray | None = None
    raw_low: np.ndarray | None = None
    raw_high: np.ndarray | None = None
    column: str = ""
    arm: str = ""
    seed: int | None = None
    n: np.ndarray | None = None

    @property
    def recorded(self) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
        """What was recorded: the curve and the edges of its band (None without one), never smoothed."""
        if self.raw_y is None:
            return self.y, self.low, self.high
        return self.raw_y, self.raw_low, self.raw_high


@dataclass(frozen=True)
class Milestone:
    """An event on the x axis, in its units: a dotted line with a label of a few cells at its head.

    `words` say the same where there is room for them.
    """

    x: float
    label: str
    colour: str
    words: str = ""


@dataclass(frozen=True)
class Chart:
    """Everything that decides how a chart looks, apart from its size and the theme. Equal charts look the same.

    Attributes:
        y_range: fixed limits of the y axis (an accuracy is always 0 to 1), or None for the limits of what is in view.
        x_range: limits of the x axis shared by several charts, or None for the limits of the data. On a log axis it
            begins at the first point above zero.
        window: the part of the x axis in view, or None for all of it.
        cursor: where values are read: a line through the whole height. None where there is none.
        pen: what curves are made of, a name in `pens.PENS`.
        x_title: what x is, said at the right end of the title line; "" for steps.
        seconds: x is a time in seconds.
        counted: x is a count of steps: between two whole numbers there is nothing.
        smooth: weight of the moving average behind every `y` that has a `raw_y`; 0 without.
        empty: what to say when there is nothing to draw yet. hint: what the user can do where nothing is seen.
        notes: what stands at the right end of the title line, as far as there is room, the most needed first.
        whose: of which experiments and seeds it is, said in files, where nothing else says it.
    """

    title: str
    series: tuple[Series, ...] = ()
    log_x: bool = False
    log_y: bool = False
    milestones: tuple[Milestone, ...] = ()
    y_range: Window | None = None
    x_range: Window | None = None
    empty: str = "no numbers yet"
    hint: str = ""
    notes: tuple[str, ...] = ()
    window: Window | None = None
    cursor: float | None = None
    pen: str = "braille"
    x_title: str = ""
    seconds: bool = False
    counted: bool = True
    smooth: float = 0.0
    whose: str = ""
