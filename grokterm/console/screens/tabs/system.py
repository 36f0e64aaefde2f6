"""System: where it trains and what it holds."""

from __future__ import annotations

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
    """Headings, names and values; long values go on below themselves. A path stays in one piece, to be copied."""
    text = Text()
    for group in groups:
        text.append(f"\n {plain(group.title)}\n", f"bold {ink.foreground}")
        for name, value in group.lines:
            head = f"   {plain(name):<18}  "
            whole = plain(value)
            folded = whole if " " not in whole else fold(whole, width - len(head), "", " " * len(head))
            bad = name in group.bad
            text.append(head, ink.bad if bad else ink.muted)
            text.append(f"{'! ' if bad else ''}{folded}\n", ink.bad if bad else ink.foreground)
    return text
