"""Curves as a chart draws them: smoothed or not, over another x, as median and band or seed by seed."""

from collections.abc import Iterable

import numpy as np

from grokterm.analysis import Band, Curve
from grokterm.console.charts.model import Series
from grokterm.console.curves import Curves
from grokterm.console.detail import ArmLine
from grokterm.console.look import Ink, marker
from grokterm.console.scales import SMOOTHING, View

_SET = ("weight_decay", "weight_decay_integral", "lr", "wall")


def way(view: View) -> tuple:
    """What the numbers of a curve depend on, for `Curves.kept`."""
    return view.axis, view.smooth, view.seed


def smoothing(curves: Curves, column: str, view: View) -> float:
    """The weight by which a column is smoothed.

    What was set and not measured, like a schedule, is shown as it is. So is what was thinned: an average of extremes
    says nothing of the curve.
    """
    return 0.0 if column in _SET or curves.within((column,)) > 1 else SMOOTHING[view.smooth]


def lines(curves: Curves, column: str, arm: ArmLine, view: View, ink: Ink, faint: bool) -> tuple[Series, ...]:
    """The curves of one column of one arm: the very same objects as long as `curves` and the way of looking are."""
    colour = ink.arm(arm.index)
    return curves.kept(
        way(view),
        (column, arm.name, arm.index, colour, faint),
        lambda: tuple(_made(curves, column, arm, view, colour, faint)),
    )


def _made(curves: Curves, column: str, arm: ArmLine, view: View, colour: str, faint: bool) -> Iterable[Series]:
    weight, sign = smoothing(curves, column, view), marker(arm.index)
    if view.seed is None:
        band = curves.band(column, arm.name)
        if band is not None:
            drawn = (curves.smooth_band(column, arm.name, weight) if weight else None) or band
            yield from _median(
                column, arm.name, curves.x(view.axis, arm.name, band.steps), drawn, band, colour, sign, faint
            )
        return
    raw = curves.of(column, arm.name)
    drawn = curves.smooth(column, arm.name, weight) if weight else raw
    chosen = slice(None) if view.seed < 0 else slice(view.seed, view.seed + 1)
    for curve, own in zip(drawn[chosen], raw[chosen], strict=True):
        x = curves.x(view.axis, arm.name, own.steps, own.seed)
        yield from _line(column, x, curve, own, colour, sign, faint)


def _median(
    column: str, arm: str, x: np.ndarray | None, drawn: Band, raw: Band, colour: str, sign: str, faint: bool
) -> Iterable[Series]:
    """The median with its range; the range of a dotted curve is left out, since it is there for reference."""
    known = np.isfinite(x) if x is not None else np.zeros(0, dtype=bool)
    if not known.any():
        return
    spread = raw.n.max(initial=0) > 1 and not faint and not np.array_equal(raw.low, raw.high, equal_nan=True)
    smooth = drawn is not raw
    yield Series(
        arm, _at(x, known), _at(drawn.median, known), colour, sign,
        _at(drawn.low, known, spread), _at(drawn.high, known, spread), faint,
        _at(raw.median, known, smooth), _at(raw.low, known, smooth and spread), _at(raw.high, known, smooth and spread),
        column, arm, None, _at(raw.n, known),
    )  # fmt: skip


def _line(
    column: str, x: np.ndarray | None, drawn: Curve, raw: Curve, colour: str, sign: str, faint: bool
) -> Iterable[Series]:
    known = np.isfinite(x) if x is not None else np.zeros(0, dtype=bool)
    if known.any():
        raw_y = _at(raw.values, known, drawn is not raw)
        yield Series(
            f"{raw.arm}/{raw.seed}", _at(x, known), _at(drawn.values, known), colour, sign, faint=faint, raw_y=raw_y,
            column=column, arm=raw.arm, seed=raw.seed,
        )  # fmt: skip


def _at(values: np.ndarray, known: np.ndarray, wanted: bool = True) -> np.ndarray | None:
    """The values where x is known; None where they aren't wanted."""
    if not wanted:
        return None
    return values if known.all() else values[known]
