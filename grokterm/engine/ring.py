"""Rows of numbers that wait on the device until someone asks for them.

e member
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch


class Ring:
    """One stream's rows since the last drain, kept where they were computed.

    Args:
        columns: names, in order.
        capacity: rows that fit between two drains.
        width: members, e.
        device: where the rows wait.
    """

    def __init__(self, columns: Sequence[str], capacity: int, width: int, device: torch.device) -> None:
        self._columns = tuple(columns)
        self._rows = torch.full((capacity, len(self._columns), width), torch.nan, dtype=torch.float64, device=device)
        self._steps: list[int] = []

    def append(self, step: int, values: Mapping[str, torch.Tensor]) -> None:
        """Keep one row: a tensor [e] for every column. Stays on the device."""
        row = self._rows[len(self._steps)]
        torch.stack([values[name].to(torch.float64) for name in self._columns], out=row)
        self._steps.append(step)

    def drain(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Steps [rows] and columns [rows, e], and forget them. The host waits for the device here."""
        steps, rows = np.array(self._steps, dtype=np.int64), self._rows[: len(self._steps)].cpu().numpy().copy()
        self._steps.clear()
        return steps, {name: rows[:, index] for index, name in enumerate(self._columns)}
