"""The preview beside the history: question, arms, and small charts where there is room."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from grokterm.console.charts.widget import ChartView
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.parts import legend, message, state_line, title_line
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import fold, plain
from grokterm.names import short_name


class Preview(Vertical):
    """Follows the detail of the snapshot."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple | None = None
        self._latest: tuple[Snapshot, str | None] | None = None

    def compose(self) -> ComposeResult:
        """Words above, chart below."""
        yield Static(id="words", markup=False)
        with Container(id="small-charts"):
            yield ChartView(id="small-loss")
            yield ChartView(id="small-accuracy")

    def on_resize(self) -> None:
        """Words are laid out for the width."""
        if self._latest is not None:
            self.show(*self._latest)

    def show(self, snapshot: Snapshot, name: str | None) -> None:
        """Show the detail if it is that of `name`; while another is still being read, keep what is there."""
        self._latest = (snapshot, name)
        detail = snapshot.detail
        self.display = name is not None
        if detail is None or detail.name != name or not self.size.width:
            return
        from grokterm.console.panels import PANELS, chart
        from grokterm.console.scales import Spot

        width, ink = max(20, self.size.width - 2), self.app.ink
        heading = detail.summary.title or plain(short_name(detail.name))
        text = title_line(heading, plain(short_name(detail.name)), width, ink).append("\n")
        text.append_text(state_line(detail, width, ink))
        said = message(detail, width, ink)
        if said is not None:
            text.append("\n").append_text(said)
        if detail.question:
            text.append("\n").append(fold(detail.question, width, " ", " "), ink.muted)
        if detail.arms:
            text.append("\n").append_text(legend(detail.arms, width, ink, most_rows=4))
        rewrite(self.query_one("#words", Static), text)
        shown = (detail.curves, detail.arms, self.app.memory.view, self.app.theme)
        if shown != self._shown:
            self._shown = shown
            for view, panel in zip(self.query(ChartView), PANELS, strict=False):
                view.show(chart(panel, *shown[:3], Spot(), ink))
