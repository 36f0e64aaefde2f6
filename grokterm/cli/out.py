"""Printing. One result object per command; its table and its JSON both come from it."""

import io
import json
import os
import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import Any

from grokterm.console import plainascii
from grokterm.console.text import plain, plain_lines
from grokterm.errors import GroktermError
from grokterm.json_types import json_types

PIPE_WIDTH = 200
_FOLDED = 24  # cells of a word that a column of words keeps whole
GAP = 3  # cells between two columns


def data(text: str = "") -> None:
    """A line of the answer, on standard output. What could steer the terminal is made visible; see `plain`."""
    _print(printable(plain_lines(text)))


_NAMED = re.compile(r"`grokterm (?=\w)(?!presets|keys|doctor)")  # a command that has experiments
_runs_said = ""  # the option, where the command line has it


def remember_runs(runs: Path | None) -> None:
    """Name this runs folder in every command that `say` names from now on; None where it goes without saying."""
    global _runs_said  # one command line, one process
    _runs_said = f"--runs {shlex.quote(str(runs))} " if runs is not None else ""


def say(text: str = "") -> None:
    """A line about the answer, on standard error, as harmless as `data`. Commands in it work as they stand."""
    text = _NAMED.sub(lambda _: f"`grokterm {_runs_said}", text)  # a function: a path may have backslashes
    print(printable(plain_lines(text)), file=sys.stderr, flush=True)


def drawn(line: str) -> None:
    """A line of a picture on standard output, as it is: whoever drew it has put the escape codes of colours in."""
    _print(printable(line))


def _print(text: str) -> None:
    try:
        print(text)
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise unprinted(problem) from problem


def unprinted(problem: OSError) -> GroktermError:
    """The one line for an answer that can't be written to where standard output goes."""
    return GroktermError(f"standard output can't be written ({(problem.strerror or str(problem)).lower()})")


def printable(text: str) -> str:
    """`text` as it may be printed: in ASCII where that is wanted."""
    return plainascii.to_ascii(text) if only_ascii() else text


@cache
def only_ascii() -> bool:
    """Nothing but ASCII is wanted on standard output."""
    from grokterm.console.settings import load_settings

    return plainascii.wanted(load_settings().ascii)


def written(text: str) -> None:
    """A file's text on standard output, harmless as `data`, with its tabs."""
    _print("\t".join(plain_lines(part) for part in text.split("\t")))


def emit_json(value: Any) -> None:
    """The whole answer as one JSON object on standard output."""
    _print(_harmless(json.dumps(json_types(value), indent=2, ensure_ascii=only_ascii())))


def _harmless(text: str) -> str:
    """JSON with an escape for every character that can't be printed: only strings hold them."""
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def json_line(value: Any) -> str:
    """`value` as JSON in one line; what is not finite is null."""
    return json.dumps(json_types(value), ensure_ascii=False)


def width() -> int:
    """Cells in a line of standard output; for a pipe `$COLUMNS`, else wide: a table in a file should not be folded."""
    if sys.stdout.isatty():
        return shutil.get_terminal_size().columns
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdigit() and int(columns) else PIPE_WIDTH


def _least(columns: list[tuple[str, str]], rows: list[list[Any]]) -> int:
    """Cells that a table needs so that no number is cut and no word broken into letters; a terminal folds the rest."""
    cells = [
        [heading, *(plain("" if row[place] is None else row[place]) for row in rows)]
        for place, (heading, _) in enumerate(columns)
    ]
    needs = [
        max(map(len, own))
        if whole
        else min(_FOLDED, max((len(word) for text in own for word in text.split()), default=0))
        for own, whole in zip(cells, _kept_whole(columns), strict=True)
    ]
    return sum(needs) + GAP * len(columns)


def _kept_whole(columns: list[tuple[str, str]]) -> list[bool]:
    """Which columns are never folded: the first, and those on the right, which hold numbers."""
    return [place == 0 or justify == "right" for place, (_, justify) in enumerate(columns)]


def table(columns: list[tuple[str, str]], rows: list[list[Any]]) -> None:
    """A table on standard output. Cells are drawn as data, never as markup.

    Args:
        columns: (heading, `left` or `right`). The first column and those on the right are never folded.
        rows: one list of cells per row.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for (heading, justify), whole in zip(columns, _kept_whole(columns), strict=True):
        shown.add_column(Text(plain(heading)), justify=justify, overflow="fold", no_wrap=whole)
    for row in rows:
        shown.add_row(*(Text(plain("" if cell is None else cell)) for cell in row))
    page = io.StringIO()
    console = Console(
        file=page,
        force_terminal=sys.stdout.isatty() or None,
        highlight=False,
        width=max(width(), _least(columns, rows)),
    )
    console.print(shown)
    for line in page.getvalue().splitlines():
        _print(printable(line.rstrip()))
