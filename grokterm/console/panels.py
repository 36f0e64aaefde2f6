"""The charts of an experiment. Pure functions: curves and a view in, charts out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from grokterm.analysis import Band, Curve
from grokterm.console.charts.model import Chart, Milestone, Series
from grokterm.console.curves import Curves
from grokterm.console.detail import ArmLine
from grokterm.console.look import Ink, marker
from grokterm.console.scales import View


@dataclass(frozen=True)
class Panel:
    """One chart of the experiment screen: which columns, drawn how. The second column is the dotted one."""

    id: str
    title: str
    columns: tuple[str, ...]
    log: bool = False
    y_range: tuple[float, float] | None = None
    marks: tuple[str, ...] = ("t_grok",)


PANELS = (
    Panel("loss", "loss", ("test_loss", "train_loss"), log=True),
    Panel("accuracy", "accuracy", ("test_acc", "train_acc"), y_range=(0.0, 1.0), marks=("t_mem", "t_grok")),
    Panel("norm", "weight norm", ("weight_norm",)),
    Panel("lambda", "weight decay λ", ("weight_decay",)),
)
OVERLAY = Panel("overlay", "accuracy", ("test_acc", "train_acc"), y_range=(0.0, 1.0))


def charts(curves: Curves, arms: tuple[ArmLine, ...], view: View, ink: Ink) -> dict[str, Chart]:
    """The charts of an experiment, by the id of their panel."""
    x_range = _x_range(curves, view.log_x)
    return {panel.id: replace(chart(panel, curves, arms, view, ink), x_range=x_range) for panel in PANELS}


def _x_range(curves: Curves, log_x: bool) -> tuple[float, float] | None:
    """One step axis for all charts, so that what is above each other happened at the same time."""
    steps = [curve.steps for column in curves.columns.values() for curve in column[:1] if len(curve.steps)]
    if not steps:
        return None
    first = min(
        float(own[np.searchsorted(own, 0, side="right") if log_x else 0]) if own[-1] > 0 else 0.0 for own in steps
    )
    return first, float(max(own[-1] for own in steps))


def chart(panel: Panel, curves: Curves, arms: tuple[ArmLine, ...], view: View, ink: Ink) -> Chart:
    """One chart: every arm of every column of the panel, and the milestones of the arms."""
    drawn = [
        series
        for place, column in enumerate(panel.columns)
        for arm in arms
        for series in _series(curves, column, arm, view, ink, faint=place > 0)
    ]
    return Chart(
        panel.title,
        tuple(drawn),
        log_x=view.log_x,
        log_y=panel.log if view.y == "auto" else view.y == "log",
        y_range=panel.y_range,
        milestones=tuple(_milestones(panel, arms, ink)),
        note="─ test  ┄ train" if len(panel.columns) > 1 else "",
    )


def _series(curves: Curves, column: str, arm: ArmLine, view: View, ink: Ink, faint: bool) -> Iterable[Series]:
    colour, sign = ink.arm(arm.index), marker(arm.index)
    if view.seed is None:
        band = curves.band(column, arm.name)
        if band is not None:
            yield _median(arm.name, band, colour, sign, faint)
        return
    own = curves.of(column, arm.name)
    for curve in own if view.seed < 0 else own[view.seed : view.seed + 1]:
        yield _line(curve, colour, sign, faint)


def _median(name: str, band: Band, colour: str, sign: str, faint: bool) -> Series:
    """The median with its range; the range of a dotted curve is left out, since it is there for reference."""
    spread = band.n.max(initial=0) > 1 and not faint and not np.array_equal(band.low, band.high, equal_nan=True)
    low, high = (band.low, band.high) if spread else (None, None)
    return Series(name, band.steps, band.median, colour, sign, low, high, faint)


def _line(curve: Curve, colour: str, sign: str, faint: bool) -> Series:
    return Series(f"{curve.arm}/{curve.seed}", curve.steps, curve.values, colour, sign, faint=faint)


def _milestones(panel: Panel, arms: tuple[ArmLine, ...], ink: Ink) -> Iterable[Milestone]:
    for arm in arms:
        for which, letter in (("t_mem", "m"), ("t_grok", "g")):
            at = getattr(arm, which)
            if which in panel.marks and np.isfinite(at):
                yield Milestone(at, f"{letter}{marker(arm.index)}", ink.arm(arm.index))
