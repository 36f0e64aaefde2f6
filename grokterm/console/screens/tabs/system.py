"""System: where it trains and what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from grokterm.console.look import Ink
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.scrolling import Words
from grokterm.console.screens.tabs.tab import ReadingTab
from grokterm.console.system import Group, SystemReader
from grokterm.console.text import fold, plain
from grokterm.record import ExperimentFolder

if TYPE_CHECKING:
    from pathlib import Path

_COLUMN = 66  # cells in which most lines are whole
_GUTTER = 2  # between columns


class SystemTab(ReadingTab):
    """Groups of facts, one below the other, or beside each other where there is room."""

    FOCUS = "#system-scroll"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._reader: SystemReader | None = None

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with Words(id="system-scroll"):
            yield Static(id="system", markup=False)

    def read(self, folder: ExperimentFolder) -> object:
        """What there is to know now."""
        self._reader = self._reader or SystemReader(folder, self.app.clock)
        return self._reader.read()

    def tell(self) -> None:
        """Write it for this width."""
        if self.found is None:
            rewrite(self.query_one("#system", Static), f"\n {plain(self.problem or 'reading …')}")
        else:
            rewrite(self.query_one("#system", Static), system_text(self.found, self.size.width - 1, self.app.ink))

    def on_resize(self) -> None:
        """Lines are folded to the width."""
        if self.detail is not None:
            self.tell()


def system_text(groups: tuple[Group, ...], width: int, ink: Ink) -> Text:
    """Headings, names and values; long values go on below themselves, and a path stays in one piece, to be copied.

    The folder stands across the whole width, the other groups below it in as many columns as there is room for.
    """
    first, others = _lines(groups[:1], width, ink), groups[1:]
    need = max([_COLUMN, *(_unbroken(group) for group in others)])
    across = max(1, min(len(others), width // need))
    cells = width // across
    columns = [_lines(part, cells - _GUTTER, ink) for part in _shares(others, across)]
    rows = [_row(row, cells) for row in zip_longest(*columns, fillvalue=Text())]
    return Text("\n").join([*first, *rows])


def _lines(groups: Iterable[Group], width: int, ink: Ink) -> list[Text]:
    """Each group below an empty line and its heading."""
    lines = []
    for group in groups:
        lines += [Text(), Text(f" {plain(group.title)}", f"bold {ink.foreground}")]
        for name, value in group.lines:
            head, whole = _head(name), plain(value)
            folded = whole if " " not in whole else fold(whole, width - len(head), "", " " * len(head))
            bad = name in group.bad
            text = Text(head, ink.bad if bad else ink.muted)
            text.append(f"{'! ' if bad else ''}{folded}", ink.bad if bad else ink.foreground)
            lines += text.split("\n")
    return lines


def _head(name: str) -> str:
    return f"   {plain(name):<18}  "


def _unbroken(group: Group) -> int:
    """The cells that its longest piece without a space takes, with the name before it."""
    words = [(name, word) for name, value in group.lines for word in plain(value).split()]
    return _GUTTER + max((len(_head(name)) + len(word) for name, word in words), default=0)


def _shares(groups: Sequence[Group], count: int) -> Iterator[list[Group]]:
    """The groups in their order, in so many columns of about the same height."""
    share = sum(len(group.lines) + 2 for group in groups) / count
    columns, height = [[] for _ in range(count)], 0.0
    for group in groups:
        middle = height + (len(group.lines) + 2) / 2
        columns[min(count - 1, int(middle / share))].append(group)
        height += len(group.lines) + 2
    yield from columns


def _row(parts: Iterable[Text], cells: int) -> Text:
    row = Text()
    for place, part in enumerate(parts):
        row.append(" " * (place * cells - row.cell_len)).append_text(part)
    return row
