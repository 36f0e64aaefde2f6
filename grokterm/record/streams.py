"""Streams: append-only tables of numbers, as Arrow IPC streams without an end mark.

Shapes: T rows (steps), E members. A column is [T, E], one value a member, or [T], one for the cohort.

A file is the schema message and then whole record batches, so that any Arrow library reads it. What makes it
safe is outside it: `status.json` names the committed length, the writer writes whole batches before it
commits, and a reader never looks past it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from grokterm.record.errors import DamagedRecord, unreadable

STEP = "step"
NUMBERS = (pa.float32(), pa.float64(), pa.int64())  # what a column is made of
_PREFIX = 8  # bytes before the description of an Arrow message
_UNSOUND = (pa.ArrowException, OSError, ValueError)  # what Arrow raises on bytes that are not what it wrote
_ATTEMPTS = 5  # a poll that meets a resume begins again; a second resume in the same moment is already odd
_LONGEST_SCHEMA = 1 << 20  # bytes; one of ours has a few thousand


@dataclass(frozen=True)
class Table:
    """Rows of a stream. The arrays are views of what was read and can't be written.

    Attributes:
        steps: [T] int64, rising.
        columns: by name, [T, E] or [T].
        rewound: training went back to a checkpoint since the last poll: forget earlier rows, this table
            begins anew.
        missing: committed bytes that could not be read; not zero only where a file was damaged or cut by
            others, or for a moment on a network file system.
    """

    steps: npt.NDArray[np.int64]
    columns: dict[str, npt.NDArray] = field(default_factory=dict)
    rewound: bool = False
    missing: int = 0

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True)
class Committed:
    """How far a stream may be read: its length in bytes, in which attempt."""

    length: int
    attempt: int


class StreamReader:
    """Reads a stream, and then what is new in it.

    Args:
        path: the file; it need not exist yet.
        committed: asks the cohort's status how far to read.
        members: says how many values a column of runs has in each row.
    """

    def __init__(self, path: Path, committed: Callable[[], Committed], members: Callable[[], int]) -> None:
        self.path = path
        self._committed, self._members = committed, members
        self._schema = b""
        self._offset = 0
        self._attempt: int | None = None

    def poll(self, columns: Sequence[str] | None = None) -> Table:
        """Returns the rows since the last poll; everything at the first, and after a rewind.

        Args:
            columns: only these, which is faster; a name the stream lacks is left out. None means all.

        Raises:
            DamagedRecord: the file can't be read, or isn't a stream of these runs.
        """
        for _ in range(_ATTEMPTS):
            before = self._committed()
            rewound = self._attempt is not None and before.attempt != self._attempt
            if rewound or self._attempt is None:
                schema, offset = b"", 0
            else:
                schema, offset = self._schema, self._offset
            data = _read_bytes(self.path, offset, before.length)
            # The file may have been cut back and written again while it was read. The attempt is raised
            # before the cut, so an unchanged attempt says that these bytes belong together.
            if self._committed().attempt != before.attempt:
                continue
            table, schema, used = _decode(schema, data, columns)
            self._check(table)
            rewound = rewound and self._offset > 0
            self._schema, self._offset, self._attempt = schema, offset + used, before.attempt
            return Table(table.steps, table.columns, rewound, max(0, before.length - offset - used))
        return Table(np.empty(0, np.int64))

    def _check(self, table: Table) -> None:
        for name, values in table.columns.items():
            if values.ndim == 2 and values.shape[1] != (runs := self._members()):
                raise DamagedRecord(f"{self.path}: column {name} has {values.shape[1]} values in a row, not {runs}")

    def read(self, columns: Sequence[str] | None = None) -> Table:
        """Returns everything that is committed; does not move what `poll` has seen."""
        return StreamReader(self.path, self._committed, self._members).poll(columns)

    def column_names(self) -> tuple[str, ...]:
        """The columns that the stream has, without its rows; none before the first is committed."""
        data = _read_bytes(self.path, 0, min(self._committed().length, _LONGEST_SCHEMA))
        length = _schema_length(data)
        return tuple(name for name in _read_schema(data[:length]).names if name != STEP) if length else ()


def _read_bytes(path: Path, offset: int, end: int) -> bytes:
    if end <= offset:
        return b""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(end - offset)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise unreadable(path, error) from error


def read_head(path: Path, length: int) -> pa.Schema:
    """The schema at the head of a stream of which `length` bytes are committed.

    Raises:
        DamagedRecord: there is none, or it can't be read.
    """
    data = _read_bytes(path, 0, min(length, _LONGEST_SCHEMA))
    try:
        return _read_schema(data[: _schema_length(data)])
    except DamagedRecord as error:
        raise DamagedRecord(f"{path}: {error.message}") from error


def _decode(schema: bytes, data: bytes, columns: Sequence[str] | None) -> tuple[Table, bytes, int]:
    """Turns bytes into a table; returns it with the schema message and how many of the bytes were whole.

    Args:
        schema: the schema message, or nothing where `data` is the head of the file and still holds it.
        data: committed bytes.
        columns: which to decode; None for all.
    """
    head = 0 if schema else _schema_length(data)
    schema = schema or data[:head]
    if not schema:
        return Table(np.empty(0, np.int64)), b"", 0
    whole = data if head else schema + data
    options = pa.ipc.IpcReadOptions(included_fields=_wanted(_read_schema(schema), columns))
    try:
        source = pa.BufferReader(whole)
        table = _to_numpy(pa.ipc.open_stream(source, options=options).read_all())
        used = source.tell()
        if used < len(whole):
            raise ValueError("an end mark, which no writer of ours sets")
    except _UNSOUND:  # short or damaged: take what is whole
        table, used = _whole_batches(whole, options)
    return table, schema, used - (0 if head else len(schema))


def _read_schema(message: bytes) -> pa.Schema:
    try:
        schema = pa.ipc.read_schema(pa.py_buffer(message))
        if len(set(schema.names)) != len(schema) or schema.names[:1] != [STEP]:
            raise ValueError(f"columns {schema.names}")
        if wrong := [column for column in schema if not _is_ours(column.type)]:
            raise ValueError(f"column {wrong[0].name} is {wrong[0].type}")
    except _UNSOUND as error:
        raise DamagedRecord(f"a stream does not begin with a schema ({error})") from error
    return schema


def _is_ours(kind: pa.DataType) -> bool:
    if pa.types.is_fixed_size_list(kind):
        return kind.list_size > 0 and kind.value_type in NUMBERS
    return kind in NUMBERS


def _schema_length(data: bytes) -> int:
    """Length of the first message of a file: a mark, the length of its description, and the description."""
    if len(data) < _PREFIX:
        return 0
    length = _PREFIX + int.from_bytes(data[4:_PREFIX], "little", signed=True)
    return length if _PREFIX < length <= len(data) else 0


def _wanted(schema: pa.Schema, columns: Sequence[str] | None) -> list[int] | None:
    if columns is None:
        return None
    names = {STEP, *columns}
    return [index for index, name in enumerate(schema.names) if name in names]


def _whole_batches(data: bytes, options: pa.ipc.IpcReadOptions) -> tuple[Table, int]:
    """The batches up to the first that is short or damaged, and how many bytes they are."""
    source = pa.BufferReader(data)
    reader = pa.ipc.open_stream(source, options=options)
    batches, used = [], source.tell()
    while True:
        try:
            batch = reader.read_next_batch()
            _to_numpy(pa.Table.from_batches([batch]))
        except (StopIteration, *_UNSOUND):
            return _to_numpy(pa.Table.from_batches(batches, reader.schema)), used
        batches.append(batch)
        used = source.tell()


def _to_numpy(table: pa.Table) -> Table:
    """Views of a table's numbers. Raises one of `_UNSOUND` rather than touch memory a damaged message points to."""
    table.validate()
    columns = {name: _array(table.column(name)) for name in table.column_names if name != STEP}
    return Table(_array(table.column(STEP)), columns)


def _array(column: pa.ChunkedArray) -> npt.NDArray:
    chunk = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    rows, width = len(chunk), None
    if pa.types.is_fixed_size_list(column.type):
        width = column.type.list_size
        if chunk.null_count:
            raise ValueError("a row without values")
        chunk = chunk.flatten()
    return chunk.to_numpy().reshape(rows if width is None else (rows, width))
