"""One experiment: its state in one line, and six tabs. Only the tab in front reads, computes and draws."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Static

from grokterm.console.commands import EXPERIMENT, bindings, told
from grokterm.console.screens.acting import OF_READABLE, Acting
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.charting import CHART_ACTIONS, Charting, matching
from grokterm.console.screens.legend import Legend
from grokterm.console.screens.page import Page
from grokterm.console.screens.parts import heading_line, message, origin_words, state_line, waits
from grokterm.console.screens.scene import Cell, Scene
from grokterm.console.screens.tabline import TabLine
from grokterm.console.screens.tabs.charts import ChartsTab
from grokterm.console.screens.tabs.comparison import ComparisonTab
from grokterm.console.screens.tabs.configuration import ConfigurationTab
from grokterm.console.screens.tabs.log import LogTab
from grokterm.console.screens.tabs.probes import ProbesTab
from grokterm.console.screens.tabs.system import SystemTab
from grokterm.console.screens.tabs.tab import Tab
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import fold, plain
from grokterm.console.widgets.filterline import FilterLine
from grokterm.console.widgets.keybar import KeyBar
from grokterm.names import short_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grokterm.analysis import Summary
    from grokterm.console.detail import Detail


TAB_CLASSES: dict[str, type[Tab]] = {
    "charts": ChartsTab,
    "comparison": ComparisonTab,
    "probes": ProbesTab,
    "configuration": ConfigurationTab,
    "log": LogTab,
    "system": SystemTab,
}
_OF_ANY_FOLDER = ("log", "system")  # tabs that show what there is, however little
_NEXT = (
    "What is wrong stands above. {reread} reads it again once it is mended; {tab_log} and {tab_system} show what can "
    "be read; {back} goes to the history, where {bin} moves it to the bin."
)
_UNREADABLE = {
    "charts": f"No curves: they can't be found without the experiment's files. {_NEXT}",
    "comparison": f"Nothing to compare: the arms of this experiment aren't known. {_NEXT}",
    "probes": f"No probes: what was recorded can't be found without the experiment's files. {_NEXT}",
    "configuration": f"No configuration: experiment.toml or what belongs to it can't be read. {_NEXT}",
}
_GONE = "There is nothing to show. {back} goes to the history; {reread} looks again once the folder is back."


class ExperimentPage(Charting, Acting):
    """Follows one experiment live.

    Args:
        name: of the folder.
    """

    SCOPE = EXPERIMENT
    BINDINGS = bindings(EXPERIMENT)
    CSS_PATH: ClassVar = ["experiment.tcss", "charting.tcss"]
    AUTO_FOCUS = ""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._tabs: dict[str, Tab] = {}
        self._filters: dict[str, str] = {}  # of the tabs without charts

    def compose(self) -> ComposeResult:
        """Title, state, message, tabs, the tab in front, filter, keys."""
        yield Static(id="title", markup=False)
        yield Static(id="state", markup=False)
        yield Static(id="message", markup=False)
        yield TabLine()
        yield Container(Static(id="unreadable", markup=False), id="tab")
        yield FilterLine()
        yield KeyBar(EXPERIMENT)

    def on_screen_resume(self) -> None:
        """In front: remember that this is open."""
        self.app.memory.remember(open=self._name)

    @property
    def tab(self) -> Tab:
        """The one in front; made when it is looked at for the first time."""
        name = self.spot.tab
        if name not in self._tabs:
            self._tabs[name] = TAB_CLASSES[name](self.app.runs / self._name)
        return self._tabs[name]

    def _bring_to_front(self) -> bool:
        """Show the tab in front and no other; False until it is ready to be drawn into. Of a folder that can't be read
        there is only what the last tabs find in it."""
        tab, gone = self.tab, self.detail is not None and self.detail.gone
        nothing = gone or (bool(self.unreadable) and self.spot.tab not in _OF_ANY_FOLDER)
        for other in self._tabs.values():
            other.display = other is tab and not nothing
        self.query_one("#unreadable").display = nothing
        if nothing:
            words = _GONE if gone else _UNREADABLE[self.spot.tab]
            self.put("#unreadable", "\n" + fold(told(words), self.size.width - 1, " ", " "))
        if tab.parent is None:
            self.query_one("#tab").mount(tab)
        return tab.is_mounted

    def on_tab_ready(self) -> None:
        """A tab that has just been made: give it the keys and what there is to show."""
        self._focus_tab()
        self.show(self.app.snapshot)

    def _focus_tab(self) -> None:
        focus = self.tab.query(self.tab.FOCUS) if self.tab.FOCUS else ()
        self.set_focus(next(iter(focus), None))

    def focus_name(self) -> str | None:
        """This experiment."""
        return self._name

    def target(self) -> str | None:
        """This experiment."""
        return self._name

    def spot_name(self) -> str:
        """This experiment."""
        return self._name

    def sources(self) -> tuple[str, ...]:
        """This one."""
        return (self._name,)

    def file_stem(self) -> str:
        """The name in short."""
        return short_name(self._name)

    @property
    def detail(self) -> Detail | None:
        """What is known of this experiment; None until it is read."""
        detail = self.app.snapshot.detail
        return detail if detail is not None and detail.name == self._name else None

    def seeds(self) -> tuple[int, ...]:
        """Those of this experiment."""
        return self.detail.summary.seeds if self.detail is not None else ()

    def compared(self) -> tuple[str, ...]:
        """This experiment, and what is marked."""
        return tuple(dict.fromkeys((self._name, *self.app.memory.marks)))

    @property
    def arm_count(self) -> int:
        """Of this experiment."""
        return len(self.detail.arms) if self.detail is not None else 0

    @property
    def grid(self) -> ChartGrid:
        """Of the tab in front."""
        return self.tab.query_one(ChartGrid)

    @property
    def legend(self) -> Legend:
        """Of the tab in front."""
        return self.tab.query_one(Legend)

    @property
    def settled(self) -> bool:
        """The tab in front has been given what there is."""
        given = self.detail is not None and self.tab.is_mounted and self.tab.detail is self.detail
        return given and super().settled

    @property
    def unreadable(self) -> str:
        """Why the folder can't be read, or ""."""
        return (self.detail.summary.problem or "") if self.detail is not None else ""

    @property
    def charted(self) -> bool:
        """Not all of the tabs have charts, and a folder that can't be read has none."""
        return self.tab.CHARTED and not self.unreadable

    def scene(self) -> Scene | None:
        """The curves of the tab in front."""
        detail, tab = self.detail, self.tab
        if detail is None or not self.charted or not tab.is_mounted:
            return None
        arms = matching(detail.arms, self.only) if tab.OF_ARMS else detail.arms
        cells = tuple(Cell(panel) for panel in tab.panels)
        sifted = tab.OF_ARMS and bool(self.only)
        return Scene(cells, tab.curves, arms, self.view, self.spot, self.chart, self.app.theme, sifted)

    def on_resize(self) -> None:
        """Words are laid out for the width."""
        self.show(self.app.snapshot)

    def show(self, snapshot: Snapshot) -> None:
        """Words at every snapshot; the tab in front draws what has changed."""
        ready, detail = self._bring_to_front(), self.detail
        if not (ready and self.charted):
            self.tell("")
        if detail is None:
            self.put("#title", f" {plain(short_name(self._name))}   reading …")
            return
        self._show_words(detail)
        if ready:
            self.tab.show(detail)
            self.draw()

    def sifted(self, scene: Scene) -> str:
        """Of the tab in front: arms, or charts."""
        if self.tab.OF_ARMS:
            return super().sifted(scene)
        return self.tab.sifted() if self.filtered else ""

    def tell(self, words: str) -> None:
        """At the right end of the line of tabs."""
        if not self.charted and self.filtered:
            words = f"with “{plain(self.filtered)}”"
        self.query_one(TabLine).show(self.spot.tab, words, self.app.ink)

    def _show_words(self, detail: Detail) -> None:
        width, ink, summary = self.size.width, self.app.ink, detail.summary
        name, origin, view = plain(short_name(self._name)), origin_words(detail.origin), self.view
        how = view.words(summary.seeds) if self.charted else ""
        if how and origin and len(f" {name}   {origin}   {how}") > width:
            how = view.shown(summary.seeds)  # charts say the rest themselves
        said = message(detail, waits(self.app.snapshot, summary), width, ink)
        self.put("#title", heading_line(name, summary.title, how, width, ink, origin))
        self.put("#state", state_line(detail, width, ink))
        self.put("#message", said or "")
        self.query_one("#message").display = said is not None

    def action_tab(self, name: str) -> None:
        """Bring a tab to the front."""
        if name != self.spot.tab:
            self._close_filter()
            self.go(replace(self.spot, tab=name))
            if self.tab.is_mounted:
                self._focus_tab()

    def on_tab_line_chosen(self, message: TabLine.Chosen) -> None:
        """A click on a tab."""
        self.action_tab(message.tab)

    def action_difference(self) -> None:
        """Among the fields: only those that differ. Elsewhere: where marked experiments or the arms differ."""
        if self.tab.differing():
            return
        from grokterm.console.screens.difference import Difference

        self.app.push_screen(Difference(self.compared()))

    def action_reread(self) -> None:
        """The folders, and what the tab in front reads for itself."""
        super().action_reread()
        if self.tab.is_mounted:
            self.tab.reread()

    def obstacle(self, action: str) -> str:
        """Nothing to filter in some tabs, and little to do with a folder that can't be read."""
        if self.unreadable and (action in CHART_ACTIONS or action in OF_READABLE or action == "filter"):
            return told("This folder can't be read as an experiment; {reread} reads it again once it is mended")
        if action == "filter" and not self.tab.PLACEHOLDER:
            return told("Nothing to filter in this tab; {tab_charts} {tab_probes} {tab_configuration} {tab_log} have")
        return super().obstacle(action)

    def aimed(self) -> tuple[Summary, ...]:
        """This experiment, once it is read."""
        return (self.detail.summary,) if self.detail is not None else ()

    def summaries(self, names: Sequence[str]) -> tuple[Summary, ...]:
        """This experiment is known better than the history knows it."""
        fresh = tuple(summary for summary in self.aimed() if summary.name in names)
        known = {summary.name for summary in fresh}
        return fresh + super().summaries([name for name in names if name not in known])

    def action_filter(self) -> None:
        """Write a filter for the tab in front."""
        self.query_one(FilterLine).placeholder = self.tab.PLACEHOLDER
        super().action_filter()

    @property
    def filtered(self) -> str:
        """The filter of the tab in front."""
        return self.only if self.tab.OF_ARMS else self._filters.get(self.spot.tab, "")

    def sift(self, text: str) -> None:
        """Arms, or what the tab in front shows."""
        if self.tab.OF_ARMS:
            super().sift(text)
            return
        self._filters[self.spot.tab] = text
        self.tab.sift(text)
        if not self.charted:
            self.tell("")

    def _close_filter(self) -> None:
        super()._close_filter()
        if self.tab.is_mounted:
            self._focus_tab()

    def leave(self) -> None:
        """To the page below; in the history the highlight is on this experiment then."""
        self.app.memory.remember(open=None)
        below = self.app.screen_stack[-2]
        if isinstance(below, Page):
            below.came_back(self._name)
        super().leave()
