"""The preview beside the history: question, arms, and a small chart where there is room."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from grokterm.console.charts.widget import ChartView
from grokterm.console.screens.parts import legend, message, state_line
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import plain


class Preview(Vertical):
    """Follows the detail of the snapshot."""

    def compose(self) -> ComposeResult:
        """Words above, chart below."""
        yield Static(id="words", markup=False)
        yield ChartView(id="small-chart")

    def show(self, snapshot: Snapshot, name: str | None) -> None:
        """Show the detail if it is that of `name`; while another is still being read, keep what is there."""
        detail = snapshot.detail
        self.display = name is not None
        if detail is None or detail.name != name:
            return
        from grokterm.console.panels import PANELS, chart

        width, ink = max(20, self.size.width - 2), self.app.ink
        text = state_line(detail, width, ink)
        said = message(detail, ink)
        if said is not None:
            text.append("\n").append_text(said)
        if detail.question:
            text.append("\n ").append(plain(detail.question), ink.muted)
        if detail.arms:
            text.append("\n").append_text(legend(detail.arms, width, ink, most_rows=4))
        self.query_one("#words", Static).update(text)
        if self.screen.has_class("-high") or self.screen.has_class("-wide"):
            shown = (detail.curves, detail.arms, self.app.memory.view, self.app.theme)
            if shown != getattr(self, "_shown", None):
                self._shown = shown
                self.query_one(ChartView).show(chart(PANELS[1], detail.curves, detail.arms, self.app.memory.view, ink))
