"""Charts: loss, accuracy, weight norm and weight decay over one x axis."""

from textual.app import ComposeResult

from grokterm.console.panel import PANELS
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.legend import Legend
from grokterm.console.screens.tabs.tab import Tab


class ChartsTab(Tab):
    """The page draws into it; see `Charting`."""

    PLACEHOLDER = "which arms: text in their names or descriptions"
    OF_ARMS = True
    CHARTED = True
    panels = PANELS

    def compose(self) -> ComposeResult:
        """Arms above, charts below."""
        yield Legend()
        yield ChartGrid(*(panel.id for panel in PANELS), id="charts")
