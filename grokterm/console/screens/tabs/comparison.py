"""Comparison: the arms of this experiment against its first one."""

from __future__ import annotations

from textual.app import ComposeResult

from grokterm.console.screens.comparison import ComparisonWords
from grokterm.console.screens.scrolling import Words
from grokterm.console.screens.tabs.tab import ReadingTab
from grokterm.record import ExperimentFolder


class ComparisonTab(ReadingTab):
    """The words of the compare screen. Intervals and tests take a moment, so they are done when someone looks."""

    SECONDS = 5.0
    FOCUS = "#comparison-scroll"

    def compose(self) -> ComposeResult:
        """One scrolling column."""
        with Words(id="comparison-scroll"):
            yield ComparisonWords()

    def read(self, folder: ExperimentFolder) -> object:
        """Compare all arms."""
        from grokterm.console.comparing import comparison_of

        return comparison_of(folder.path.parent, (folder.name,))

    def tell(self) -> None:
        """Write it for this width."""
        self.query_one(ComparisonWords).show(self.found, self.problem, self.size.width, self.app.ink)

    def on_resize(self) -> None:
        """Columns are chosen for the width."""
        self.tell()
