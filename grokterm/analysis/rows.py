"""Values over steps that grow at their end. What was there stays where it is, so that looking again copies nothing.

Shapes: T rows, K values in each.
"""

import numpy as np
import numpy.typing as npt

_ROOM = 1.25  # how much more is set aside whenever it is full


class Rows:
    """A table that is appended to. Arrays given out show what was there then, and never change.

    Args:
        steps: [T] to begin with.
        values: [K, T].
    """

    def __init__(self, steps: npt.NDArray[np.int64], values: npt.NDArray) -> None:
        self._steps = np.array(steps, np.int64)
        self._values = np.array(values, np.float64, order="C")
        self.steps = self._steps  # the same object until there are more

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """[K, T]."""
        return self._values[:, : len(self)]

    def append(self, steps: npt.NDArray[np.int64], values: npt.NDArray) -> None:
        """Add rows: [T] steps behind those that are there, and [K, T] values."""
        old, new = len(self), len(self) + len(steps)
        if new > len(self._steps):
            room = int(new * _ROOM)
            self._steps = _wider(self._steps, old, (room,))
            self._values = _wider(self._values, old, (len(self._values), room))
        self._steps[old:new] = steps
        self._values[:, old:new] = values
        self.steps = self._steps[:new]


def _wider(kept: npt.NDArray, count: int, shape: tuple[int, ...]) -> npt.NDArray:
    out = np.empty(shape, kept.dtype)
    out[..., :count] = kept[..., :count]
    return out
