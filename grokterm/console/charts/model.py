"""What a chart shows, frozen: curves, bands, milestones, scales. No cells yet, and no Textual."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Series:
    """One curve, with its band when it is the median of several.

    Attributes:
        x, y: the points, in the units of the axes (never logarithms); nan and inf in `y` are gaps.
        low, high: the edges of the band at the same `x`, or None.
        colour: hexadecimal. marker: one cell, drawn here and there on the curve, so that nothing depends on colour.
        faint: drawn dotted and without markers: a curve that is there for reference.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: str
    marker: str = "●"
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    faint: bool = False


@dataclass(frozen=True)
class Milestone:
    """An event on the x axis: a dotted line with a label of a few cells at its head."""

    x: float
    label: str
    colour: str


@dataclass(frozen=True, eq=False)
class Chart:
    """Everything that decides how a chart looks, apart from its size and the theme.

    Attributes:
        y_range: fixed limits of the y axis (an accuracy is always 0 to 1), or None for the limits of the data.
        x_range: limits of the x axis shared by several charts, or None for the limits of the data. On a log axis it
            begins at the first point above zero.
        empty: what to say when there is nothing to draw yet.
        note: a few words at the right end of the title line.
    """

    title: str
    series: tuple[Series, ...] = ()
    log_x: bool = False
    log_y: bool = False
    milestones: tuple[Milestone, ...] = ()
    y_range: tuple[float, float] | None = None
    x_range: tuple[float, float] | None = None
    empty: str = "no numbers yet"
    note: str = ""
