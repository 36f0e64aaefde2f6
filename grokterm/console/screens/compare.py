"""Compare: the table of arms, what the numbers say and don't say, test accuracies overlaid, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from grokterm.console.charts.widget import ChartView
from grokterm.console.commands import COMPARE, bindings
from grokterm.console.screens.comparison import differing_text, sentences_text, table_text
from grokterm.console.screens.page import Page
from grokterm.console.screens.parts import title_line
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import plain
from grokterm.console.widgets.keybar import KeyBar
from grokterm.errors import GroktermError
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.analysis import Comparison
    from grokterm.console.curves import Curves
    from grokterm.console.detail import ArmLine

_AGAIN_SECONDS = 5.0  # while a run of the comparison is still training


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison and the curves behind it."""

    comparison: Comparison
    arms: tuple[ArmLine, ...]
    curves: Curves


class Compare(Page):
    """The arms of one or several experiments against the first of them.

    Args:
        names: folders, in order.
    """

    SCOPE = COMPARE
    BINDINGS = bindings(COMPARE)
    CSS_PATH = "compare.tcss"
    AUTO_FOCUS = "#all"

    class Ready(Message):
        """The statistics are done, or say why they can't be; sent by a thread."""

        def __init__(self, compared: Compared | None, problem: str = "") -> None:
            super().__init__()
            self.compared, self.problem = compared, problem

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self._names = names
        self._compared: Compared | None = None

    def compose(self) -> ComposeResult:
        """One scrolling column."""
        yield Static(id="title", markup=False)
        with VerticalScroll(id="all"):
            yield Static("\n Computing intervals and tests …", id="rows", markup=False)
            yield Static(id="sentences", markup=False)
            yield ChartView(id="overlay")
            yield Static(id="differing", markup=False)
        yield KeyBar(COMPARE)

    def on_mount(self) -> None:
        """Compute off the event loop."""
        self._compute()

    def focus_name(self) -> str | None:
        """The watcher may rest; this screen computes on its own."""
        return None

    def seeds(self) -> tuple[int, ...]:
        """Those of the first arm."""
        return self._compared.comparison.rows[0].seeds if self._compared else ()

    def on_resize(self) -> None:
        """Columns are chosen for the width."""
        self.show(self.app.snapshot)

    def _compute(self) -> None:
        self.run_worker(partial(self._work, self._names), thread=True, exclusive=True, group="compare")

    def _work(self, names: tuple[str, ...]) -> None:
        from grokterm.console.comparing import compared

        try:
            self.post_message(self.Ready(compared(self.app.runs, names)))
        except GroktermError as error:
            self.post_message(self.Ready(None, str(error)))

    def on_compare_ready(self, message: Ready) -> None:
        """Show it, and do it again later if something still trains."""
        self._compared = message.compared
        if message.compared is None:
            self.put("#rows", f"\n {plain(message.problem)}\n Esc goes back.")
            return
        self.show(self.app.snapshot)
        if any(run.running for run in message.compared.comparison.runs):
            self.set_timer(_AGAIN_SECONDS, self._compute)

    def show(self, snapshot: Snapshot) -> None:
        """Lay the words out for this width; the chart draws itself again only if something changed."""
        width, ink, compared = self.size.width, self.app.ink, self._compared
        heading = "Comparison   " + ", ".join(plain(short_name(name)) for name in self._names)
        view = self.app.memory.view.words(self.seeds())
        self.put("#title", title_line(heading, view, width, ink))
        if compared is None:
            return
        comparison = compared.comparison
        self.put("#rows", table_text(comparison, width - 1, ink))
        self.put("#sentences", sentences_text(comparison, width - 2, ink))
        self.put("#differing", differing_text(comparison, width - 2, ink))
        shown = (compared, self.app.memory.view, self.app.theme)
        if shown != getattr(self, "_shown", None):
            self._shown = shown
            from grokterm.console.panels import OVERLAY, chart
            from grokterm.console.scales import Spot

            drawn = chart(OVERLAY, compared.curves, compared.arms, self.app.memory.view, Spot(), ink)
            self.query_one(ChartView).show(drawn)

    def action_reread(self) -> None:
        """Compute again now."""
        self._compute()
