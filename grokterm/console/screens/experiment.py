"""One experiment: its state in one line, its arms, and four charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Grid
from textual.widgets import Static

from grokterm.console.charts.widget import ChartView
from grokterm.console.commands import EXPERIMENT, bindings
from grokterm.console.screens.acting import Acting
from grokterm.console.screens.parts import legend, message, state_line, title_line
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import plain
from grokterm.console.widgets.keybar import KeyBar
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.console.detail import Detail

_CHARTS = ("loss", "accuracy", "norm", "lambda")


class ExperimentPage(Acting):
    """Follows one experiment live.

    Args:
        name: of the folder.
    """

    SCOPE = EXPERIMENT
    BINDINGS = bindings(EXPERIMENT)
    CSS_PATH = "experiment.tcss"
    HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-narrow"), (70, "-normal")]
    VERTICAL_BREAKPOINTS: ClassVar = [(0, "-low"), (20, "-normal-height")]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._shown: tuple | None = None

    def compose(self) -> ComposeResult:
        """Title, state, message, legend, charts, keys."""
        yield Static(id="title", markup=False)
        yield Static(id="state", markup=False)
        yield Static(id="message", markup=False)
        yield Static(id="legend", markup=False)
        with Grid(id="charts"):
            for panel in _CHARTS:
                yield ChartView(id=panel)
        yield KeyBar(EXPERIMENT)

    def on_mount(self) -> None:
        """Remember that this is open."""
        self.app.memory.remember(open=self._name)

    def focus_name(self) -> str | None:
        """This experiment."""
        return self._name

    def target(self) -> str | None:
        """This experiment."""
        return self._name

    def seeds(self) -> tuple[int, ...]:
        """Those of this experiment."""
        detail = self.app.snapshot.detail
        return detail.summary.seeds if detail is not None else ()

    def compared(self) -> tuple[str, ...]:
        """This experiment, and what is marked."""
        return tuple(dict.fromkeys((self._name, *self.app.memory.marks)))

    def on_resize(self) -> None:
        """Words are laid out for the width."""
        self.show(self.app.snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Words at every snapshot, charts only when numbers or the view have changed."""
        detail = snapshot.detail
        if detail is None or detail.name != self._name:
            self.put("#title", f" {plain(short_name(self._name))}")
            return
        self._show_words(detail)
        view = self.app.memory.view
        spot = self.app.memory.spot(self._name)
        shown = (detail.curves, detail.arms, view, spot, self.app.theme)
        if shown != self._shown:
            self._shown = shown
            from grokterm.console.panels import charts

            for name, chart in charts(detail.curves, detail.arms, view, spot, self.app.ink).items():
                self.query_one(f"#{name}", ChartView).show(chart)

    def _show_words(self, detail: Detail) -> None:
        width, ink, summary = self.size.width, self.app.ink, detail.summary
        heading = f"{plain(short_name(self._name))}   {summary.title}"
        view = self.app.memory.view.words(summary.seeds)
        said = message(detail, width, ink)
        self.put("#title", title_line(heading, view, width, ink))
        self.put("#state", state_line(detail, width, ink))
        self.put("#message", said or "")
        self.query_one("#message").display = said is not None
        most = max(2, self.size.height // 8)
        self.put("#legend", legend(detail.arms, width, ink, most))
        self.query_one("#legend").display = bool(detail.arms)

    def action_back(self) -> None:
        """To the history."""
        self.app.memory.remember(open=None)
        super().action_back()
