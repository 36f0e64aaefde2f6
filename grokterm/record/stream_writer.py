"""Writing streams: rows wait in memory and go out as one record batch in one write. See `streams`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from grokterm.record.files import append_at, sync
from grokterm.record.streams import NUMBERS, STEP, read_head

_DTYPES = {kind.to_pandas_dtype().__name__: kind for kind in NUMBERS}

Rows = tuple[npt.NDArray[np.int64], dict[str, npt.NDArray]]


class StreamWriter:
    """The one writer of a stream. Rows wait here until `write`.

    Args:
        path: the file.
        members: names of the members, one a row of a [T, E] column; they go into the file's metadata.
        length: committed bytes; what the file holds after them was never committed and is overwritten.
        last_step: the step of the last committed row, None if unknown.

    Raises:
        DamagedRecord: what is committed doesn't begin as a stream does.
    """

    def __init__(self, path: Path, members: Sequence[str], length: int = 0, last_step: int | None = None) -> None:
        self.path = path
        self.length = length
        self.last_step = last_step
        self._members = tuple(members)
        self._schema = read_head(path, length) if length else None
        self._rows: list[Rows] = []

    @property
    def pending_bytes(self) -> int:
        """Size of the rows that wait."""
        return sum(array.nbytes for steps, columns in self._rows for array in (steps, *columns.values()))

    def append(self, steps: npt.ArrayLike, columns: Mapping[str, npt.ArrayLike]) -> None:
        """Takes rows; nothing is written yet.

        Args:
            steps: [T], rising, and beyond the last row. A stream that only has [T] columns is a log of the
                machine, where time passes while the step stands: there a step may come again.
            columns: [T, E] or [T]; the same names, kinds and shapes every time.

        Raises:
            ValueError: the rows do not fit the stream: the caller's mistake, and nothing was taken.
        """
        taken = np.array(steps, dtype=np.int64, ndmin=1)
        arrays = {name: np.array(column) for name, column in columns.items()}
        if not len(taken):
            return
        schema = self._describe(len(taken), arrays)
        if self._schema is not None and not self._schema.equals(schema):
            raise ValueError(f"{self.path.stem}: columns {_listed(schema)} after {_listed(self._schema)}")
        self._check_order(taken, strict=any(array.ndim == 2 for array in arrays.values()))
        self._schema = schema
        self.last_step = int(taken[-1])
        self._rows.append((taken, arrays))

    def write(self, durable: bool = False) -> None:
        """Writes every waiting row as one record batch in one write; `durable` covers earlier rows too.

        Raises:
            OSError: it could not be written. The file is as before and the rows still wait.
        """
        if not self._rows:
            if durable and self.length:
                sync(self.path)
            return
        assert self._schema is not None
        columns = [np.concatenate([steps for steps, _ in self._rows])]
        columns += [np.concatenate([rows[name] for _, rows in self._rows]) for name in self._schema.names[1:]]
        arrays = [_arrow(column) for column in columns]
        batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema).serialize().to_pybytes()
        head = b"" if self.length else self._schema.serialize().to_pybytes()
        self.length = append_at(self.path, self.length, head + batch, durable)
        self._rows.clear()

    def give_up_oldest(self) -> tuple[int, int, int]:
        """Forgets the oldest rows that wait; returns how many, and their first and last step."""
        steps, _ = self._rows.pop(0)
        return len(steps), int(steps[0]), int(steps[-1])

    def _describe(self, rows: int, arrays: Mapping[str, npt.NDArray]) -> pa.Schema:
        fields = [pa.field(STEP, pa.int64(), nullable=False)]
        width = len(self._members)
        for name, array in arrays.items():
            if name == STEP:
                raise ValueError(f"{self.path.stem}: a column can't be called {STEP!r}")
            kind = _DTYPES.get(array.dtype.name)
            if kind is None:
                allowed = ", ".join(_DTYPES)
                raise ValueError(f"{self.path.stem}.{name}: {array.dtype.name}, not one of {allowed}")
            if array.shape not in ((rows,), (rows, width)):
                raise ValueError(f"{self.path.stem}.{name}: shape {array.shape}, not [{rows}, {width}]")
            if array.ndim == 2:
                kind = pa.list_(pa.field("item", kind, nullable=False), width)
            fields.append(pa.field(name, kind, nullable=False))
        return pa.schema(fields, metadata={"members": json.dumps(self._members), "format": "1"})

    def _check_order(self, steps: npt.NDArray[np.int64], strict: bool) -> None:
        before = steps[:1] - 1 if self.last_step is None else [self.last_step]
        if np.any(np.diff(np.concatenate([before, steps])) < (1 if strict else 0)):
            found = f"{steps[0]}..{steps[-1]} after {self.last_step}"
            raise ValueError(f"{self.path.stem}: steps {found} do not rise")


def _listed(schema: pa.Schema) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in schema)


def _arrow(column: npt.NDArray) -> pa.Array:
    if column.ndim == 1:
        return pa.array(column)
    return pa.FixedSizeListArray.from_arrays(pa.array(column.reshape(-1)), column.shape[1])
