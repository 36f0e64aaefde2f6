"""Compare: the table of arms, what the numbers say and don't say, curves overlaid or side by side, what differs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Static

from grokterm.console.commands import COMPARE, bindings, told
from grokterm.console.panel import PANELS
from grokterm.console.scales import Spot, View
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.charting import Charting, matching
from grokterm.console.screens.comparison import ComparisonWords
from grokterm.console.screens.legend import Legend
from grokterm.console.screens.looking import NOT_READ
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.parts import heading_line, title_line
from grokterm.console.screens.scene import Cell, Scene
from grokterm.console.screens.scrolling import Pages
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import clip, plain, plural
from grokterm.console.widgets.filterline import FilterLine
from grokterm.console.widgets.keybar import KeyBar
from grokterm.errors import GroktermError
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.console.comparing import Compared

_AGAIN_SECONDS = 5.0  # while a run of the comparison is still training
_MOST_DRAWN = 8  # arms that are drawn to begin with: as many as there are markers
_SHOWN = tuple(next(panel for panel in PANELS if panel.id == name) for name in ("accuracy", "loss"))
_COLUMNS = tuple(column for panel in _SHOWN for column in panel.columns)


class Compare(Charting):
    """The arms of one or several experiments against the first of them.

    Args:
        names: folders, in order.
    """

    SCOPE = COMPARE
    BINDINGS = bindings(COMPARE)
    CSS_PATH: ClassVar = ["compare.tcss", "charting.tcss"]
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
        self._problem = ""
        self._computing = False

    def compose(self) -> ComposeResult:
        """One scrolling column."""
        yield Static(id="title", markup=False)
        with Pages(id="all"):
            yield ComparisonWords(
                Static(id="curves", markup=False),
                Legend(),
                ChartGrid("accuracy", "loss", cell_height=16, id="overlay"),
            )
        yield Static(id="more", markup=False)
        yield FilterLine("which arms: text in their names or descriptions")
        yield KeyBar(COMPARE)

    def on_mount(self) -> None:
        """Compute off the event loop; draw what scrolls into view."""
        scroll = self.query_one(Pages)
        self.watch(scroll, "scroll_y", self._scrolled, init=False)
        self.watch(scroll, "virtual_size", self._name_more, init=False)
        self.set_interval(_AGAIN_SECONDS, self._again)
        self._compute()

    def _scrolled(self) -> None:
        self.grid.draw()
        self._name_more()

    def _name_more(self) -> None:
        """Below what scrolls: what there is further down. The line is always there, since one that comes and goes
        changes what fits, and so itself."""
        scroll = self.query_one(Pages)
        words = " this is the end; PgUp goes back" if scroll.max_scroll_y else ""
        if scroll.scroll_y < scroll.max_scroll_y:
            words = " more below: PgDn"
        if self.grid.display and self.grid.below:
            words = told(" curves and what differs are below: {next_pane} goes to the curves, PgDn a page")
        rewrite(self.query_one("#more", Static), Text(clip(words, self.size.width), self.app.ink.muted))

    def focus_name(self) -> str | None:
        """The watcher may rest; this screen computes on its own."""
        return None

    def seeds(self) -> tuple[int, ...]:
        """Those of the arm that has most."""
        return max((row.seeds for row in self._compared.comparison.rows), key=len) if self._compared else ()

    @property
    def shared_seeds(self) -> bool:
        """Arms of several experiments may have others, each its own first one."""
        return self._compared is None or len({row.seeds for row in self._compared.comparison.rows}) < 2

    @property
    def arm_count(self) -> int:
        """Of all these experiments."""
        return len(self._compared.arms) if self._compared else 0

    @property
    def settled(self) -> bool:
        """Computed and shown, or told why not."""
        return bool(self._problem) or super().settled

    def spot_name(self) -> str:
        """These experiments together."""
        return "compared: " + ", ".join(self._names)

    def sources(self) -> tuple[str, ...]:
        """All that are compared."""
        return self._names

    def file_stem(self) -> str:
        """The names in short."""
        return "-".join(short_name(name) for name in self._names[:3])

    @property
    def spot(self) -> Spot:
        """Where the user looks. Of more than eight arms the first are drawn until somebody chooses."""
        spot = super().spot
        arms = self._compared.arms if self._compared else ()
        fresh = spot == Spot().on(spot.axis) and len(arms) > _MOST_DRAWN
        return replace(spot, hidden=tuple(arm.name for arm in arms[_MOST_DRAWN:])) if fresh else spot

    def on_resize(self) -> None:
        """Columns are chosen for the width."""
        self.show(self.app.snapshot)

    def _compute(self) -> None:
        if not self._computing:
            self._computing = True
            self.run_worker(self._work, thread=True, group="compare")

    def _again(self) -> None:
        runs = self._compared.comparison.runs if self._compared else ()
        if self.in_front and any(run.running for run in runs):
            self._compute()

    def _work(self) -> None:
        from grokterm.console.comparing import compared

        try:
            self.post_message(self.Ready(compared(self.app.runs, self._names, _COLUMNS)))
        except GroktermError as error:
            self.post_message(self.Ready(None, str(error)))

    def on_compare_ready(self, message: Ready) -> None:
        """Show it."""
        self._computing = False
        self._compared, self._problem = message.compared, message.problem
        self.show(self.app.snapshot)

    def scene(self) -> Scene | None:
        """Accuracy and loss, of all arms together or of each alone."""
        compared, view, spot = self._compared, self.view, self.spot
        if compared is None:
            return None
        arms = matching(compared.arms, self.only)
        drawn = [arm.name for arm in arms if arm.name not in spot.hidden]
        cells = tuple(Cell(panel) for panel in _SHOWN)
        if view.side_by_side:
            cells = tuple(Cell(panel, arm) for panel in _SHOWN for arm in drawn)
        return Scene(cells, compared.curves, arms, view, spot, self.chart, self.app.theme, bool(self.only))

    def show(self, snapshot: Snapshot) -> None:
        """Lay the words out for this width; charts are drawn again only if something changed."""
        width, ink, compared = self.size.width, self.app.ink, self._compared
        names = ", ".join(plain(short_name(name)) for name in self._names)
        view = self.view.words(self.seeds(), self.shared_seeds)
        self.put("#title", heading_line("Comparison", names, view, width, ink))
        comparison = compared.comparison if compared else None
        self.query_one(ComparisonWords).show(comparison, self._problem, width, ink)
        self.grid.display = self.legend.display = compared is not None
        self.draw()
        self.call_after_refresh(self.grid.draw)  # the words above may have moved it into view

    def tell(self, words: str) -> None:
        """Above the curves."""
        arms, hidden = self._compared.arms, set(self.spot.hidden)
        drawn = sum(arm.name not in hidden for arm in arms)
        how = "side by side" if self.app.memory.view.side_by_side else "overlaid"
        count = plural(len(arms), "arm") if drawn == len(arms) else f"{drawn} of {plural(len(arms), 'arm')} drawn"
        line = title_line(f"Curves, {how}: {count}", words, self.size.width - 1, self.app.ink)
        self.put("#curves", line)

    def action_arm(self, by: int) -> None:
        """The arm above or below; beyond the last and the first, the page scrolls."""
        names, scroll = self._arm_names(), self.query_one(Pages)
        last = not names or self.arm == names[-1]
        if (by > 0 and last) or (by < 0 and scroll.scroll_y > 0):
            scroll.scroll_relative(y=3 * by, animate=False)
        else:
            super().action_arm(by)

    def action_next_pane(self) -> None:
        """The next chart; the one that has the focus where it isn't in view."""
        if self.scene() is not None and self.grid.below:
            self._reveal()
        else:
            super().action_next_pane()

    def go(self, spot: Spot) -> None:
        """Look there from now on, with the curves in view: a key that changes them does so in sight."""
        super().go(spot)
        self.call_after_refresh(self._reveal)

    def _look(self, view: View, same: str = "") -> None:
        super()._look(view, same)
        self.call_after_refresh(self._reveal)

    def action_side_by_side(self) -> None:
        """The arms apart, or together."""
        if self.scene() is None:
            self.say(NOT_READ)
            return
        view = self.app.memory.view
        if self.spot.chart:
            self.app.memory.look_at(self.spot_name(), replace(self.spot, chart=""))
        self._look(replace(view, side_by_side=not view.side_by_side))

    def action_difference(self) -> None:
        """Go to what differs."""
        if not self.query_one(Pages).max_scroll_y:
            self.say("What differs is on the screen already")
        self.query_one("#differing").scroll_visible(top=True, animate=False)

    def action_reread(self) -> None:
        """Compute again now."""
        self.say("Reading and computing again")
        self._compute()
