"""Log: what happened, in plain words, and what the workers wrote; the newest is at the bottom."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from grokterm.console.commands import told
from grokterm.console.logbook import SIGNS, Entry, read_log
from grokterm.console.look import Ink
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.tabs.tab import ReadingTab
from grokterm.console.text import clip, fold, plain, steps
from grokterm.console.widgets.table import Column, Table
from grokterm.record import ExperimentFolder
from grokterm.times import local_time

_COLUMNS = (
    Column("sign", "", 1),
    Column("time", "time", 8, rank=3),
    Column("step", "step", 10, right=True, rank=1),
    Column("text", "what", 20, most=400),
)


class LogTab(ReadingTab):
    """Follows the log while its last line is highlighted."""

    PLACEHOLDER = "which lines: text in them"
    FOCUS = "#log"

    def __init__(self, folder) -> None:
        super().__init__(folder)
        self._only = ""

    def compose(self) -> ComposeResult:
        """The lines, and the highlighted one in full."""
        yield Table(_COLUMNS, lambda *cell: paint(*cell, self.app.ink), lambda entry: entry.id, id="log")
        yield Static(id="line", markup=False)

    def read(self, folder: ExperimentFolder) -> object:
        """Events and the ends of the logs."""
        return read_log(folder)

    def sift(self, text: str) -> None:
        """Only lines with this in them."""
        self._only = text.lower()
        self.tell()

    def tell(self) -> None:
        """The lines; at the bottom the newest, and the highlight stays there."""
        if self.found is None:
            rewrite(self.query_one("#line", Static), f" {plain(self.problem or 'reading …')}")
            return
        table = self.query_one("#log", Table)
        shown = [entry for entry in self.found if self._only in f"{entry.text} {entry.step}".lower()]
        following = not table.rows or table.highlighted is table.rows[-1]
        table.show(shown)
        if following:
            table.action_move(len(shown))
            self.call_after_refresh(table.scroll_end, animate=False)
        self.on_table_highlighted()

    def on_table_highlighted(self) -> None:
        """The line in full."""
        entry: Entry | None = self.query_one("#log", Table).highlighted
        broken = self.detail is not None and self.detail.summary.problem
        none = "no event can be read in this folder" if broken else "nothing has happened yet"
        if self._only:
            none = f"no line contains “{plain(self._only)}”; {told('{back} shows all')}"
        rewrite(self.query_one("#line", Static), _in_full(entry, self.size.width) if entry else f" {none}")

    def on_resize(self) -> None:
        """Words are laid out for the width."""
        self.call_after_refresh(self.tell)


def paint(entry: Entry, column: str, width: int, ink: Ink) -> Text:
    """One cell of the log."""
    heading = entry.tone == "heading"
    tone = {"bad": ink.bad, "warning": ink.accent, "good": ink.good}.get(entry.tone)
    if column == "sign":
        return Text(SIGNS[entry.tone], tone or ink.muted)
    if column == "text":
        return Text(clip(entry.text, width), tone or (f"bold {ink.foreground}" if heading else ink.foreground))
    if column == "time":
        return Text(local_time(entry.time, "%H:%M:%S"), ink.muted)
    return Text("" if entry.step is None else steps(entry.step), ink.foreground)


def _in_full(entry: Entry, width: int) -> str:
    """The whole line, folded to three; a longer one is clipped, and the file has all of it."""
    when = local_time(entry.time, "%Y-%m-%d %H:%M:%S   ")
    lines = fold(f"{when}{entry.text}", width - 1, " ", " ").split("\n")
    return "\n".join(lines if len(lines) <= 3 else [*lines[:2], clip(lines[2], width - 3) + " …"])
