"""How the user looks at curves. Pure functions from what was to what is, one for every key.

`View` holds what is the same for every experiment (scales, smoothing, pens), `Spot` what belongs to one of them (the
window on its x axis, the cursor, the arms hidden, the tab).
"""

from dataclasses import dataclass, replace

from grokterm.console.text import ordinal

Y_SCALES = ("auto", "log", "linear")
AXES = ("step", "epoch", "wall", "integral")
AXIS_WORDS = {"step": "step", "epoch": "epoch", "wall": "wall time", "integral": "∫λ"}
PENS = ("braille", "half", "dot", "ascii")
SMOOTHING = (0.0, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)  # weights of an exponential moving average
TABS = ("charts", "comparison", "probes", "configuration", "log", "system")


@dataclass(frozen=True)
class View:
    """How curves of all experiments are shown.

    Attributes:
        y: `auto` (loss logarithmic, the rest linear), `log` or `linear` for every chart.
        log_x: the x axis is logarithmic.
        axis: what x is, one of `AXES`.
        seed: None for median and band, -1 for all seeds, else the position of the one seed shown.
        smooth: place in `SMOOTHING`; 0 shows what was recorded.
        pen: what curves are made of, one of `PENS`.
        table: numbers in place of charts.
        side_by_side: a comparison shows its arms apart.
    """

    y: str = "auto"
    log_x: bool = False
    axis: str = "step"
    seed: int | None = None
    smooth: int = 0
    pen: str = "braille"
    table: bool = False
    side_by_side: bool = False

    def next_y(self) -> "View":
        """The next scale of the y axes."""
        return replace(self, y=_after(Y_SCALES, self.y))

    def flip_x(self) -> "View":
        """The other scale of the x axis."""
        return replace(self, log_x=not self.log_x)

    def next_axis(self) -> "View":
        """The next meaning of x."""
        return replace(self, axis=_after(AXES, self.axis))

    def next_pen(self) -> "View":
        """The next kind of dots."""
        return replace(self, pen=_after(PENS, self.pen))

    def smoother(self, by: int) -> "View":
        """Smoothing by so many places more (or less)."""
        return replace(self, smooth=min(max(0, self.smooth + by), len(SMOOTHING) - 1))

    def next_seed(self, count: int) -> "View":
        """Median and band, then all seeds, then each of `count` seeds alone, then from the beginning."""
        if self.seed is None:
            return replace(self, seed=-1)
        return replace(self, seed=self.seed + 1 if self.seed + 1 < count else None)

    def among(self, count: int) -> "View":
        """As it is read where there are `count` seeds, 0 while that isn't known: one that isn't there is none."""
        return replace(self, seed=None) if self.seed is not None and 0 < count <= self.seed else self

    def shown(self, seeds: tuple[int, ...], shared: bool = True) -> str:
        """Which seeds are shown, in words. `shared`: every arm has these."""
        if self.seed is None:
            if not shared:
                return "median and range of seeds"
            return f"median and range of {len(seeds)} seeds" if len(seeds) > 1 else f"seed {seeds[0]}" if seeds else ""
        if self.seed < 0:
            return "every seed"
        if not shared:
            return f"{ordinal(self.seed + 1)} seed of each arm"
        return f"seed {seeds[self.seed]}" if self.seed < len(seeds) else "no such seed"

    def words(self, seeds: tuple[int, ...], shared: bool = True) -> str:
        """The view in words, for a header line. Whatever changes a curve's looks is said here."""
        smooth = f"smoothed {SMOOTHING[self.smooth]:g}" if self.smooth else ""
        x = f"x {AXIS_WORDS[self.axis]}" if self.axis != "step" else "x"
        parts = (self.shown(seeds, shared), smooth, f"y {self.y}", f"{x} log" if self.log_x else f"{x} linear")
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Spot:
    """Where the user looks within one experiment.

    Attributes:
        tab: one of `TABS`.
        window: the part of the x axis in view, in units of `axis`; None for the whole.
        cursor: where on the x axis values are read; None where there is no cursor.
        hidden: names of the arms not drawn.
        chart: the id of the chart that fills the screen; "" for all of them.
        axis: what x was when `window` and `cursor` were chosen, one of `AXES`.
    """

    tab: str = "charts"
    window: tuple[float, float] | None = None
    cursor: float | None = None
    hidden: tuple[str, ...] = ()
    chart: str = ""
    axis: str = "step"

    def toggle(self, arm: str) -> "Spot":
        """Hide an arm that is shown, show one that is hidden."""
        hidden = tuple(name for name in self.hidden if name != arm)
        return replace(self, hidden=hidden if arm in self.hidden else (*hidden, arm))

    def toggle_all(self, arms: tuple[str, ...]) -> "Spot":
        """Show all of these arms, or none of them if all are shown."""
        return replace(self, hidden=() if self.hidden else arms)

    def isolate(self, arm: str, arms: tuple[str, ...]) -> "Spot":
        """Show only `arm`, or all of `arms` if it is alone already."""
        others = tuple(name for name in arms if name != arm)
        return replace(self, hidden=() if set(self.hidden) == set(others) else others)

    def on(self, axis: str) -> "Spot":
        """As it is read where x is `axis`: what was a place on another axis is none on this one."""
        return self if axis == self.axis else replace(self, window=None, cursor=None, axis=axis)


def _after(choices: tuple[str, ...], now: str) -> str:
    return choices[(choices.index(now) + 1) % len(choices)]
