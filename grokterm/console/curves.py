"""The recorded columns of one experiment, as charts need them."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import numpy as np

from grokterm.analysis import Band, Curve, axis_values, band, smoothed

AXIS_COLUMNS = {"wall": "wall", "integral": "weight_decay_integral"}  # x axes that are recorded beside the steps


@dataclass(frozen=True, eq=False)
class Curves:
    """The recorded columns of one experiment and their bands by arm. Another object means other numbers.

    Attributes:
        growing: runs are still training: the x axis keeps some room to the right, so that new numbers fill it up
            instead of moving everything that is drawn already.

    What is computed for one way of looking (smoothed curves, positions on another axis) is kept until another way is
    asked for, so that zooming and moving a cursor compute nothing.
    """

    columns: dict[str, tuple[Curve, ...]] = field(default_factory=dict)
    bands: dict[tuple[str, str], Band] = field(default_factory=dict)
    growing: bool = False
    _kept: dict[Hashable, object] = field(default_factory=dict, init=False, repr=False)
    _floats: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, init=False, repr=False)
    _way: list[Hashable] = field(default_factory=lambda: [None], init=False, repr=False)

    def of(self, column: str, arm: str) -> tuple[Curve, ...]:
        """The curves of one arm, by seed."""
        return tuple(curve for curve in self.columns.get(column, ()) if curve.arm == arm)

    def band(self, column: str, arm: str) -> Band | None:
        """The median of one arm with its range; None where nothing is recorded."""
        return self.bands.get((column, arm))

    def kept(self, way: Hashable, key: Hashable, make: Callable[[], object]):
        """What `make` gave for `key` before, as long as `way` (of looking) has stayed the same."""
        if self._way[0] != way:
            self._kept.clear()
            self._way[0] = way
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def smooth(self, column: str, arm: str, weight: float) -> tuple[Curve, ...]:
        """The curves of one arm, each smoothed by itself."""
        return tuple(curve._replace(values=smoothed(curve.values, weight)) for curve in self.of(column, arm))

    def smooth_band(self, column: str, arm: str, weight: float) -> Band | None:
        """The median and range of the smoothed curves, as `band`."""
        own = self.smooth(column, arm, weight)
        return band(own) if own else None

    def x(self, axis: str, arm: str, steps: np.ndarray, seed: int | None = None) -> np.ndarray | None:
        """Where `steps` of an arm are on an axis; nan where that isn't known, None where it was not recorded at all.

        Args:
            axis: one of `scales.AXES`. Every experiment trains on its whole training set, so an epoch is a step.
            seed: the run; None for the arm as a whole, which is the median of its seeds.
        """
        if axis not in AXIS_COLUMNS:  # curves over the same steps share their x, and with it the work of reducing them
            return self._floats.setdefault(id(steps), (steps, np.asarray(steps, dtype=float)))[1]
        own = self._axis(AXIS_COLUMNS[axis], arm, seed)
        return None if own is None else axis_values(steps, own)

    def _axis(self, column: str, arm: str, seed: int | None) -> Curve | None:
        own = [curve for curve in self.of(column, arm) if seed is None or curve.seed == seed]
        if seed is not None or not own:
            return own[0] if own else None
        found = self.band(column, arm) or band(own)
        return Curve(arm, -1, found.steps, found.median)
