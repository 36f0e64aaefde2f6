"""What pages with curves share: arms shown and hidden, a chart that has focus, a filter. `Looking` has the x axis."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grokterm.console.charts.cursor import x_words
from grokterm.console.commands import COMMANDS, COMPARE, EXPERIMENT, told
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.legend import Legend, Shown, values_at
from grokterm.console.screens.looking import Looking
from grokterm.console.text import plain
from grokterm.console.widgets.filterline import FilterLine

if TYPE_CHECKING:
    from grokterm.console.charts.model import Chart
    from grokterm.console.screens.scene import Scene

CHART_ACTIONS = frozenset(
    entry.method.removeprefix("action_")
    for entry in COMMANDS
    if {EXPERIMENT, COMPARE} <= set(entry.where) and entry.about in ("focus", "curves") and entry.id != "filter"
)


class Charting(Looking):
    """A page with a `ChartGrid` and a `Legend`. Subclasses say what there is to draw and in which of their widgets."""

    def __init__(self) -> None:
        super().__init__()
        self.arm = ""  # highlighted in the legend
        self.only = ""  # arms without this in their name are left out
        self.chart = ""  # the id of the chart that keys speak of

    @property
    def charted(self) -> bool:
        """There are charts in front, or will be once something is read."""
        return True

    @property
    def shared_seeds(self) -> bool:
        """Every arm has the same seeds."""
        return True

    @property
    def arm_count(self) -> int:
        """How many arms there are, whatever the filter says."""
        raise NotImplementedError

    @property
    def filtered(self) -> str:
        """What the filter says now."""
        return self.only

    @property
    def settled(self) -> bool:
        """Everything known is on the screen, or on its way there in a thread."""
        return not self.charted or (self.scene() is not None and self.grid.settled)

    @property
    def legend(self) -> Legend:
        """Their legend."""
        return self.query_one(Legend)

    def tell(self, words: str) -> None:
        """Say at which x values are read and which arms are looked at."""

    def draw(self) -> None:
        """Legend, charts and keys, as far as they have changed."""
        self.offer()
        scene = self.scene()
        if scene is None:
            return
        names = [arm.name for arm in scene.arms]
        if self.arm not in names:
            self.arm = names[0] if names else ""
        cursor, focus = scene.spot.cursor, scene.focus
        values, at = None, ""
        if cursor is not None and focus is not None:
            chart = scene.recorded(replace(focus, arm=""), self.app.ink)
            values, at = values_at(chart, cursor), f"{chart.x_title or 'step'} {x_words(chart, cursor)}"
            at += f" · {focus.panel.title}" if self.size.width >= 110 else ""
        arms = tuple(arm.seen(scene.view.seed) for arm in scene.arms)
        shown = Shown(arms, self.arm, frozenset(scene.spot.hidden), values, self.app.theme)
        self.legend.show(shown, self.size.width, max(2, self.size.height // 8), self.app.ink)
        self.tell("   ".join(filter(None, (self.sifted(scene), self.seen_words(scene), at))))
        self.grid.show(scene)

    def obstacle(self, action: str) -> str:
        """Keys of charts do nothing where there are none."""
        if action in CHART_ACTIONS and not self.charted:
            return told("This tab has no charts; {tab_charts} and {tab_probes} have some")
        if action == "log_y" and self.app.memory.view.table:
            return told("These are numbers; {table} draws curves")
        return super().obstacle(action)

    def sifted(self, scene: Scene) -> str:
        """How many arms the filter leaves, in words; "" without one."""
        return f"{len(scene.arms)} of {self.arm_count} arms with “{plain(self.only)}”" if self.only else ""

    # arms

    def _arm_names(self) -> tuple[str, ...]:
        scene = self.scene()
        return tuple(arm.name for arm in scene.arms) if scene else ()

    def action_arm(self, by: int) -> None:
        """Highlight an arm above or below."""
        names = self._arm_names()
        if names:
            at = names.index(self.arm) if self.arm in names else 0
            self.arm = names[min(max(0, at + by), len(names) - 1)]
            self.draw()

    def action_toggle(self) -> None:
        """Show or hide the highlighted arm."""
        if self._has_arms(1):
            self.go(self.spot.toggle(self.arm))

    def action_isolate(self) -> None:
        """Only the highlighted arm, or all."""
        if self._has_arms(2):
            self.go(self.spot.isolate(self.arm, self._arm_names()))

    def action_all(self) -> None:
        """All arms or none."""
        if self._has_arms(1):
            self.go(self.spot.toggle_all(self._arm_names()))

    def _has_arms(self, least: int) -> bool:
        """There are so many arms to show and hide; where there aren't, that is said."""
        count = len(self._arm_names())
        if count < least:
            self.say("There is only one arm here" if count else self.why_none(self.scene()))
        return count >= least

    def on_legend_clicked(self, message: Legend.Clicked) -> None:
        """A click on an arm shows or hides it."""
        self.arm = message.arm
        self.action_toggle()

    # charts

    def on_chart_grid_pointed(self, message: ChartGrid.Pointed) -> None:
        """A click sets the cursor and the focus; the wheel zooms about the pointer."""
        if message.turned:
            self._zoom(2.0 if message.turned > 0 else 0.5, message.x)
            return
        self.chart = message.cell
        if message.x is not None:
            self.point_at(message.x)
        else:
            self.draw()

    def action_next_pane(self) -> None:
        """Give the next chart the focus."""
        scene = self.drawn()
        if scene is None:
            return
        if len(scene.cells) == 1:
            self.say("There is only one chart here")
            return
        at = scene.cells.index(scene.focus)
        self.chart = scene.cells[(at + 1) % len(scene.cells)].id
        if scene.alone:
            self.go(replace(self.spot, chart=self.chart))
        else:
            self.draw()
        self.call_after_refresh(self._reveal)

    def action_open(self) -> None:
        """The focused chart alone, or all of them again."""
        scene = self.drawn()
        if scene is not None:
            self.go(replace(self.spot, chart="" if scene.alone else scene.focus.id))
            self.call_after_refresh(self._reveal)

    def action_table(self) -> None:
        """Numbers or charts."""
        self._look(replace(self.app.memory.view, table=not self.app.memory.view.table))

    def action_write(self) -> None:
        """Ask in which form, then write the charts in view."""
        from grokterm.console.gathering import unthinned
        from grokterm.console.screens.writing import Write, write_charts

        scene = self.drawn()
        if scene is None:
            return
        cells = self.grid.cells or (scene.focus,)
        whose = " · ".join(filter(None, (self.file_stem(), scene.view.shown(self.seeds(), self.shared_seeds))))
        ink, runs, names = self.app.ink, self.app.runs, self.sources()

        def charts(scene: Scene) -> tuple[Chart, ...]:
            return tuple(replace(scene.chart(cell, ink), title=cell.title, whose=whose) for cell in cells)

        seen = charts(scene)
        if not any(chart.series for chart in seen):
            self.app.notify(f"nothing to write: {seen[0].empty}", markup=False)
            return

        def whole() -> tuple[Chart, ...]:
            curves = unthinned(scene.curves, runs, names)
            return seen if curves is scene.curves else charts(replace(scene, curves=curves))

        def begin(answer: tuple[str, str] | None) -> None:
            if answer is not None:
                write_charts(self.app, whole, *answer)

        self.app.push_screen(Write(tuple(cell.title for cell in cells), self.file_stem()), begin)

    def sources(self) -> tuple[str, ...]:
        """The experiments that the curves are of."""
        raise NotImplementedError

    def file_stem(self) -> str:
        """The name offered for a file, without its suffix."""
        return self.spot_name()

    # filter and back

    def action_filter(self) -> None:
        """Write what the names of the arms shall contain."""
        self.query_one(FilterLine).open(self.filtered)

    def on_filter_line_sifted(self, message: FilterLine.Sifted) -> None:
        """Filter while typing."""
        if self.query_one(FilterLine).display:
            self.sift(message.text)

    def on_filter_line_left(self) -> None:
        """Back to the curves."""
        self._close_filter()

    def sift(self, text: str) -> None:
        """Only arms with this in their name."""
        self.only = text
        self.show(self.app.snapshot)

    def _close_filter(self) -> None:
        self.query_one(FilterLine).display = False
        self.set_focus(None)

    def action_back(self) -> None:
        """One layer: the line of the filter, numbers, cursor, a chart that fills the screen, the filter, the page."""
        if self.query_one(FilterLine).display:
            self._close_filter()
            self.sift("")
        elif self.charted and self.app.memory.view.table:
            self.action_table()
        elif self.charted and self.spot.cursor is not None:
            self.go(replace(self.spot, cursor=None))
        elif self.charted and self.spot.chart:
            self.go(replace(self.spot, chart=""))
        elif self.filtered:
            self.sift("")
        else:
            self.leave()

    def leave(self) -> None:
        """The last layer: the page itself."""
        super().action_back()


def matching(arms: tuple, text: str) -> tuple:
    """The arms whose name or description contains `text`."""
    low = text.lower()
    return tuple(arm for arm in arms if low in f"{arm.name} {arm.about}".lower())
