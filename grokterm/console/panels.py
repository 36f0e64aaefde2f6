"""The charts of an experiment. Pure functions: curves, a view and a spot in, charts out."""

import math
from collections.abc import Iterable

import numpy as np

from grokterm.console.charts.model import Chart, Milestone, Series, Window
from grokterm.console.charts.readings import Reading, readings, table_rows
from grokterm.console.commands import told
from grokterm.console.curves import AXIS_COLUMNS, Curves
from grokterm.console.detail import ArmLine
from grokterm.console.lines import lines, smoothing
from grokterm.console.look import Ink, marker
from grokterm.console.panel import OVERLAY, PANELS, Panel
from grokterm.console.probes import probe_panels
from grokterm.console.scales import AXIS_WORDS, Spot, View

__all__ = [
    "OVERLAY",
    "PANELS",
    "Panel",
    "Reading",
    "chart",
    "charts",
    "extent",
    "places",
    "probe_panels",
    "readings",
    "table_rows",
    "thinned_words",
]  # fmt: skip

Arms = tuple[ArmLine, ...]
_MARKS = (("t_mem", "m"), ("t_grok", "g"))


def charts(
    curves: Curves, arms: Arms, view: View, spot: Spot, ink: Ink, panels: Iterable[Panel] = PANELS
) -> dict[str, Chart]:
    """The charts of an experiment by the id of their panel, all over the same x."""
    return {panel.id: chart(panel, curves, arms, view, spot, ink) for panel in panels}


def chart(panel: Panel, curves: Curves, arms: Arms, view: View, spot: Spot, ink: Ink, sifted: bool = False) -> Chart:
    """One chart: every arm shown of every column of the panel; milestones, interventions and forks of these arms.

    The curves of an arm are the same objects as before unless `curves` or the way of looking at them has changed: a
    chart whose window or cursor alone has moved is cheap to make and to draw.

    Args:
        sifted: a filter has chosen the arms.
    """
    shown = _shown(arms, spot)
    drawn: list[Series] = []
    for place, column in enumerate(panel.columns):
        for arm in shown:
            drawn += lines(curves, column, arm, view, ink, faint=place > 0)
    lacking = [arm.name for arm in shown if _lacks_axis(curves, panel, arm, view)]
    smooth = max(smoothing(curves, column, view) for column in panel.columns)
    empty, hint = _why_empty(curves, panel, shown, bool(lacking), view, spot) if arms else _no_arms(sifted)
    within = curves.within(panel.columns)
    notes = (
        _smooth_words(smooth, bool(view.smooth and within > 1)),
        thinned_words(within),
        curves.guesses if "test_loss" in panel.columns else "",
        f"no {AXIS_WORDS[view.axis]} recorded: {', '.join(lacking)}" if lacking and drawn else "",
        "─ test  ┄ train" if len(panel.columns) > 1 else "",
    )
    return Chart(
        panel.title,
        tuple(drawn),
        log_x=view.log_x,
        log_y=panel.log if view.y == "auto" else view.y == "log",
        milestones=tuple(_milestones(panel, curves, shown, view, ink)),
        y_range=panel.y_range,
        x_range=extent(curves, arms, view, spot),
        empty=empty,
        hint=hint,
        notes=tuple(filter(None, notes)),
        window=spot.window,
        cursor=spot.cursor,
        pen=view.pen,
        x_title="" if view.axis == "step" else AXIS_WORDS[view.axis],
        seconds=view.axis == "wall",
        counted=curves.counted(view.axis),
        smooth=smooth,
    )


def _smooth_words(weight: float, too_long: bool) -> str:
    if not weight:
        return "too long to smooth" if too_long else ""
    return f"smoothed {weight:g}" + (" but for what is thinned" if too_long else "")


def thinned_words(within: int) -> str:
    """What is left out of a very long curve: see `thin`; "" where nothing is."""
    return f"extremes of every {within} steps" if within > 1 else ""


def extent(curves: Curves, arms: Arms, view: View, spot: Spot) -> Window | None:
    """From the first to the last x of the arms shown, over all columns, in the units of `view.axis`; None without any.

    One axis for all charts, so that what is above each other happened at the same time. A logarithmic one begins at
    the first x above zero.
    """
    xs = places(curves, arms, view, spot, curves.columns)
    if not xs:
        return None
    above = [x[at] for x in xs if (at := int(np.searchsorted(x, 0.0, side="right"))) < len(x)]
    first, last = float(min(above if view.log_x and above else [x[0] for x in xs])), float(max(x[-1] for x in xs))
    return first, roomy(last) if curves.growing else last


def places(curves: Curves, arms: Arms, view: View, spot: Spot, columns: Iterable[str]) -> tuple[np.ndarray, ...]:
    """Where something was recorded in these columns of the arms shown, in the units of `view.axis`: every set of rising
    places once, none of them empty."""
    found: dict[int, np.ndarray] = {}
    for arm in _shown(arms, spot):
        for column in columns:
            for curve in curves.of(column, arm.name):
                seed = None if view.seed is None else curve.seed
                x = curves.kept(
                    ("places", view.axis, view.seed is None),
                    (arm.name, id(curve.steps), seed),
                    lambda arm=arm, curve=curve, seed=seed: _known(curves.x(view.axis, arm.name, curve.steps, seed)),
                )
                if len(x):
                    found[id(x)] = x
    return tuple(found.values())


def _known(x: np.ndarray | None) -> np.ndarray:
    if x is None:
        return np.empty(0)
    known = np.isfinite(x)
    return x if known.all() else x[known]


def roomy(last: float) -> float:
    """A round number a little above `last`, at most a tenth of it."""
    if not last > 0:
        return last
    unit = 10.0 ** math.floor(math.log10(last))
    step = unit * (0.1 if last < 2 * unit else 0.2 if last < 5 * unit else 0.5)
    return (math.floor(last / step) + 1) * step


def _shown(arms: Arms, spot: Spot) -> Arms:
    return tuple(arm for arm in arms if arm.name not in spot.hidden)


def _milestones(panel: Panel, curves: Curves, arms: Arms, view: View, ink: Ink) -> Iterable[Milestone]:
    """Milestones are steps; on another axis each is where its own arm, or the one run in view, was at that step."""
    for arm in (arm.seen(view.seed) for arm in arms):
        marks = [(which, letter, getattr(arm, which)) for which, letter in _MARKS if which in panel.marks]
        marks += [(what, "i", step) for what, step in arm.intervened]
        marks += [("forked", "f", step) for step in arm.forked]
        for words, letter, step in marks:
            at = curves.place(view.axis, arm.name, step, arm.seed) if np.isfinite(step) else math.nan
            if np.isfinite(at):
                yield Milestone(at, f"{letter}{marker(arm.index)}", ink.arm(arm.index), words)


def _lacks_axis(curves: Curves, panel: Panel, arm: ArmLine, view: View) -> bool:
    """Something of the panel was recorded, and not what x is."""
    needed = AXIS_COLUMNS.get(view.axis)
    return (
        needed is not None
        and not curves.of(needed, arm.name)
        and any(curves.of(column, arm.name) for column in panel.columns)
    )


def _why_empty(curves: Curves, panel: Panel, shown: Arms, lacking: bool, view: View, spot: Spot) -> tuple[str, str]:
    """Why there would be nothing on the chart, and what the user can do then."""
    recorded = any(curves.of(column, arm.name) for column in panel.columns for arm in shown)
    if not shown:
        return "every arm is hidden", told("{all} shows all")
    if not any(arm.scored for arm in shown) and all(column.endswith("_acc") for column in panel.columns):
        return "no accuracy: the answers of this task are numbers", ""
    if lacking:
        return f"no {AXIS_WORDS[view.axis]} was recorded here", told("{axis} makes x something else")
    if (view.seed or 0) > 0 and recorded and not _has_seed(curves, panel, shown, view.seed):
        return "these arms have no such seed", told("{seeds} goes on to the next")
    return "no numbers yet", told("{whole} shows all") if recorded and spot.window else ""


def _no_arms(sifted: bool) -> tuple[str, str]:
    return ("no arm matches the filter", told("{back} shows all")) if sifted else ("no arm can be read", "")


def _has_seed(curves: Curves, panel: Panel, arms: Arms, seed: int) -> bool:
    return any(len(curves.of(column, arm.name)) > seed for column in panel.columns for arm in arms)
