"""The recorded columns of one experiment, as charts need them."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

import numpy as np

from grokterm.analysis import Band, Curve, CurveFeed, axis_values, band, smoothed

_WAYS = 3  # that are kept: curves as drawn, which may be smoothed, curves as recorded, and their places on the axis
AXIS_COLUMNS = {"wall": "wall", "integral": "weight_decay_integral"}  # x axes that are recorded beside the steps


def tables(
    feeds: Iterable[CurveFeed], names: Iterable[str] | None = None
) -> tuple[dict[str, tuple[Curve, ...]], dict[tuple[str, str], Band]]:
    """The curves of every column of these feeds, and the bands of every column and arm.

    Args:
        names: only these columns.
    """
    columns: dict[str, tuple[Curve, ...]] = {}
    bands: dict[tuple[str, str], Band] = {}
    for feed in feeds:
        for name in feed.columns:
            if names is None or name in names:
                columns[name] = feed.curves(name)
                bands |= {(name, arm): found for arm, found in feed.bands(name).items()}
    return columns, bands


@dataclass(frozen=True, eq=False)
class Curves:
    """The recorded columns of one experiment and their bands by arm. Another object means other numbers.

    Attributes:
        growing: runs are still training: the x axis keeps some room to the right, so that new numbers fill it up
            instead of moving everything that is drawn already.
        epochs: steps of an epoch by arm; 1 for arms that it doesn't name.
        guesses: what guesses cost that look at no input, in words, or "".

    What is computed for one way of looking (smoothed curves, positions on another axis) is kept until others are asked
    for, so that zooming and moving a cursor compute nothing. Charts are made in several threads: whoever is first with
    something decides which object it is.
    """

    columns: dict[str, tuple[Curve, ...]] = field(default_factory=dict)
    bands: dict[tuple[str, str], Band] = field(default_factory=dict)
    growing: bool = False
    epochs: Mapping[str, int] = field(default_factory=dict)
    guesses: str = ""
    _ways: dict[Hashable, dict[Hashable, object]] = field(default_factory=dict, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _placed: dict[tuple, tuple[np.ndarray, np.ndarray | None]] = field(default_factory=dict, init=False, repr=False)
    _smoothed: dict[tuple, tuple[float, np.ndarray, np.ndarray]] = field(default_factory=dict, init=False, repr=False)

    def grown(
        self, columns: dict[str, tuple[Curve, ...]], bands: dict[tuple[str, str], Band], growing: bool
    ) -> "Curves":
        """The same experiment with more numbers: smoothing goes on from where it has come to."""
        more = Curves(columns, bands, growing, self.epochs, self.guesses)
        more._smoothed.update(self._smoothed.copy())
        return more

    def of(self, column: str, arm: str) -> tuple[Curve, ...]:
        """The curves of one arm, by seed."""
        return tuple(curve for curve in self.columns.get(column, ()) if curve.arm == arm)

    def within(self, columns: Iterable[str] | None = None) -> int:
        """Of every so many steps some curve of these columns has only the points with extremes; 1 where none has."""
        wanted = self._within if columns is None else columns
        return max((self._within.get(column, 1) for column in wanted), default=1)

    @cached_property
    def _within(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for (column, _), own in self.bands.items():
            found[column] = max(own.within, found.get(column, 1))
        return found

    def band(self, column: str, arm: str) -> Band | None:
        """The median of one arm with its range; None where nothing is recorded."""
        return self.bands.get((column, arm))

    def kept(self, way: Hashable, key: Hashable, make: Callable[[], object]):
        """What `make` gave for `key` before, as long as `way` (of looking) is one of the latest."""
        with self._lock:
            table = self._ways.pop(way, {})
            self._ways[way] = table  # the latest is the last
            for old in list(self._ways)[:-_WAYS]:
                del self._ways[old]
        return table[key] if key in table else table.setdefault(key, make())

    def smooth(self, column: str, arm: str, weight: float) -> tuple[Curve, ...]:
        """The curves of one arm, each smoothed by itself."""
        return tuple(
            curve._replace(values=self._smooth((column, arm, curve.seed), curve.values, weight))
            for curve in self.of(column, arm)
        )

    def _smooth(self, whose: tuple, values: np.ndarray, weight: float) -> np.ndarray:
        known_weight, *known = self._smoothed.get(whose, (None,))
        found = smoothed(values, weight, tuple(known) if known_weight == weight else None)
        self._smoothed[whose] = weight, values, found
        return found

    def smooth_band(self, column: str, arm: str, weight: float) -> Band | None:
        """The median and range of the smoothed curves, as `band`."""
        own = self.smooth(column, arm, weight)
        return band(own) if own else None

    def x(self, axis: str, arm: str, steps: np.ndarray, seed: int | None = None) -> np.ndarray | None:
        """Where `steps` of an arm are on an axis; nan where that isn't known, None where it was not recorded at all.

        Args:
            axis: one of `scales.AXES`.
            seed: the run; None for the arm as a whole, which is the median of its seeds.
        """
        # Curves over the same steps share their x, and with it the work of reducing them.
        whose = (axis, arm, seed) if axis in AXIS_COLUMNS else (self._epoch(axis, arm),)
        key = (*whose, id(steps))  # steps are kept beside their x: an identity is only one while the object lives
        if key not in self._placed:
            self._placed.setdefault(key, (steps, self._x(axis, arm, steps, seed)))
        return self._placed[key][1]

    def counted(self, axis: str) -> bool:
        """Whether x counts steps, so that between two whole numbers there is nothing."""
        return axis not in AXIS_COLUMNS and all(self._epoch(axis, arm) == 1 for arm in self.epochs)

    def _epoch(self, axis: str, arm: str) -> int:
        """How many steps are one unit of x."""
        return self.epochs.get(arm, 1) if axis == "epoch" else 1

    def place(self, axis: str, arm: str, step: float, seed: int | None = None) -> float:
        """Where one step of an arm, or of one of its runs, is on an axis; nan where that isn't known."""
        x = self._x(axis, arm, np.array([step]), seed)
        return float("nan") if x is None else float(x[0])

    def _x(self, axis: str, arm: str, steps: np.ndarray, seed: int | None) -> np.ndarray | None:
        if axis not in AXIS_COLUMNS:
            return np.asarray(steps, dtype=float) / self._epoch(axis, arm)
        own = self._axis(AXIS_COLUMNS[axis], arm, seed)
        return None if own is None else axis_values(steps, own)

    def _axis(self, column: str, arm: str, seed: int | None) -> Curve | None:
        own = [curve for curve in self.of(column, arm) if seed is None or curve.seed == seed]
        if seed is not None or not own:
            return own[0] if own else None
        found = self.band(column, arm) or band(own)
        return Curve(arm, -1, found.steps, found.median)
