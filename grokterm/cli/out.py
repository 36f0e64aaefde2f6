"""Printing. One result object per command; its table and its JSON both come from it."""

import json
import shutil
import sys
from typing import Any

from grokterm.console.text import plain
from grokterm.json_types import json_types

PIPE_WIDTH = 200


def data(text: str = "") -> None:
    """A line of the answer, on standard output."""
    print(text)


def say(text: str = "") -> None:
    """A line about the answer, on standard error."""
    print(text, file=sys.stderr, flush=True)


def emit_json(value: Any) -> None:
    """The whole answer as one JSON object on standard output."""
    print(json.dumps(json_types(value), indent=2, ensure_ascii=False))


def json_line(value: Any) -> str:
    """`value` as JSON in one line; what is not finite is null."""
    return json.dumps(json_types(value), ensure_ascii=False)


def width() -> int:
    """Cells in a line of standard output. A pipe has no width, and a table in a file should not be folded."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPE_WIDTH


def table(columns: list[tuple[str, str]], rows: list[list[Any]]) -> None:
    """A table on standard output. Cells are drawn as data, never as markup.

    Args:
        columns: (heading, `left` or `right`).
        rows: one list of cells per row.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading, justify in columns:
        drawn.add_column(heading, justify=justify, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(plain("" if cell is None else cell)) for cell in row))
    Console(highlight=False, width=width()).print(drawn)
