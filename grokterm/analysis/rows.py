"""Rows that grow at their end. What was there stays where it is, so that looking again copies nothing.

Shapes: T rows, E members of a cohort.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

_ROOM = 1.25  # how much more is set aside whenever it is full


class Rows:
    """A table that is appended to. Arrays given out show what was there then, and never change."""

    def __init__(self) -> None:
        self._count = 0
        self._store: dict[str, npt.NDArray] = {}  # [E, room] or [room]: the values of a run lie together
        self._steps: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self.steps = self._steps

    def __len__(self) -> int:
        return self._count

    def append(self, steps: npt.NDArray[np.int64], columns: Mapping[str, npt.NDArray]) -> None:
        """Add rows.

        Args:
            steps: [T], behind those that are there.
            columns: by name, [T, E] or [T]; the same ones every time.
        """
        self._add(steps, {name: values.T for name, values in columns.items()})

    def _add(self, steps: npt.NDArray[np.int64], runs: Mapping[str, npt.NDArray]) -> None:
        old, new = self._count, self._count + len(steps)
        if new > len(self._steps):
            room = int(new * _ROOM) if old else new
            self._steps = _wider(self._steps, old, (room,), np.int64)
            for name, values in runs.items():
                kept = self._store.get(name, np.empty((*values.shape[:-1], 0)))
                self._store[name] = _wider(kept, old, (*values.shape[:-1], room), np.float64)
        self._steps[old:new] = steps
        for name, values in runs.items():
            self._store[name][..., old:new] = values
        self._count, self.steps = new, self._steps[:new]

    def only(self, rows: npt.NDArray[np.int64]) -> "Rows":
        """These rows alone, as a table of its own."""
        fewer = Rows()
        fewer._add(self.steps[rows], {name: store[..., rows] for name, store in self._store.items()})
        return fewer

    def column(self, name: str) -> npt.NDArray[np.float64] | None:
        """[E, T] or [T] the values of one column; None where there is none."""
        store = self._store.get(name)
        return None if store is None or not self._count else store[..., : self._count]

    def columns(self) -> dict[str, npt.NDArray[np.float64]]:
        """Every column, [E, T] or [T]."""
        return {name: store[..., : self._count] for name, store in self._store.items()}


def _wider(kept: npt.NDArray, count: int, shape: tuple[int, ...], kind: type) -> npt.NDArray:
    out = np.empty(shape, kind)
    out[..., :count] = kept[..., :count]
    return out
