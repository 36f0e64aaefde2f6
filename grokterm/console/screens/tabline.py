"""The line of tabs, each with its key. The one in front stands in brackets; a click brings another there."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static

from grokterm.console.look import Ink
from grokterm.console.scales import TABS
from grokterm.console.screens.page import rewrite


class TabLine(Static):
    """Shows which tab is in front."""

    ALLOW_SELECT = False

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._active, self._right = TABS[0], ""

    def show(self, active: str, right: str, ink: Ink) -> None:
        """Put `active` in front; to the right what there is room for."""
        self._active, self._right = active, right
        rewrite(self, tabs_text(active, right, self.screen.size.width, ink))

    def on_click(self, event: events.Click) -> None:
        """Say which tab was meant."""
        end = 1
        for label in _labels(self._active, self._right, self.screen.size.width):
            end += len(label[1])
            if event.x < end:
                self.post_message(self.Chosen(label[0]))
                return


def tabs_text(active: str, right: str, width: int, ink: Ink) -> Text:
    """` [1 charts]  2 comparison …` and `right`; where that is too wide, the names of the others are left out."""
    line = Text(" ", no_wrap=True)
    for tab, label in _labels(active, right, width):
        if tab == active:
            line.append(label, f"bold {ink.accent}")
        else:
            line.append(label[:2], ink.accent).append(label[2:], ink.muted)
    room = width - line.cell_len - 1
    if right and len(right) <= room:
        line.append(" " * (room - len(right)) + right, f"bold {ink.foreground}")
    return line


def _labels(active: str, right: str, width: int) -> list[tuple[str, str]]:
    """Every tab with what is written for it, so that `right` has room. Widths don't depend on which is in front."""

    def written(short: bool) -> list[tuple[str, str]]:
        labels = []
        for place, tab in enumerate(TABS, 1):
            name = f"{place}" if short and tab != active else f"{place} {tab}"
            labels.append((tab, f"[{name}]" if tab == active else f" {name} "))
        return labels

    full = written(short=False)
    needed = sum(len(label) for _, label in full) + 1 + (len(right) + 2 if right else 0)
    return full if needed <= width else written(short=True)
