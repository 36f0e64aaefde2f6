"""When a worker stops to look up: how many steps it runs in one go, and at which steps it keeps a checkpoint.

Everything that changes numbers happens at steps that the spec fixes. The clock decides only how often rows reach the
disk, so a run paused, killed or slowed down passes through the same states as one left alone.
"""

import time
from collections import deque

FLUSH_SECONDS = 0.4  # rows reach the disk at least twice a second
CHECKPOINT_SECONDS = 15.0  # the least time between two checkpoints that are only there to resume from
CHECKPOINT_SHARE = 0.01  # and at most this share of the time goes into writing them
DECISION_STEPS = 100  # "everything has grokked" is decided at multiples of this, whatever the clock says


def next_kept(step: int, every: int | None, last: int) -> int:
    """The first step after `step` whose checkpoint is kept for good.

    Args:
        step: where the run is.
        every: a fixed distance in steps; None for 1, 2, 5, 10, 20, 50, …; 0 for none but the last.
        last: the run's budget, always kept.
    """
    if every:
        return min(last, (step // every + 1) * every)
    if every == 0:
        return last
    decade = 1
    while True:
        for mantissa in (1, 2, 5):
            if mantissa * decade > step:
                return min(last, mantissa * decade)
        decade *= 10


class Pace:
    """Measures the rate and says how long the next chunk of steps may be."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._seen: deque[tuple[float, int]] = deque(maxlen=24)

    @property
    def rate(self) -> float:
        """Steps a second over the last few seconds; 0 before the second look."""
        if len(self._seen) < 2:
            return 0.0
        (t0, s0), (t1, s1) = self._seen[0], self._seen[-1]
        return (s1 - s0) / (t1 - t0) if t1 > t0 else 0.0

    def look(self, step: int) -> None:
        """Note that `step` has been reached now."""
        self._seen.append((time.monotonic(), step))

    def forget(self) -> None:
        """Start measuring anew, after a pause."""
        self._seen.clear()

    def chunk(self, step: int, *boundaries: int) -> int:
        """Steps to run before the next look: about half a flush, never across a boundary; one until a rate is known."""
        wish = int(self.rate * FLUSH_SECONDS / 2) or 1
        return max(1, min(wish, self._longest, *(b - step for b in boundaries if b > step)))
