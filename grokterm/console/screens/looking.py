"""Where on the x axis of its charts a page looks: the window and the value cursor, and the keys that move them."""

from __future__ import annotations

from dataclasses import replace

from grokterm.console.scales import Spot
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.page import Page
from grokterm.console.screens.scene import Scene
from grokterm.console.window import CLOSEST, holding, move_cursor, pan, snap, zoom


class Looking(Page):
    """A page with a `ChartGrid`. Where the user looks is a `Spot` in the memory; every key makes another one of it."""

    def spot_name(self) -> str:
        """Under which name the memory keeps the spot."""
        raise NotImplementedError

    def scene(self) -> Scene | None:
        """What there is to draw now; None where no charts are in front."""
        raise NotImplementedError

    @property
    def grid(self) -> ChartGrid:
        """The charts in front."""
        return self.query_one(ChartGrid)

    @property
    def spot(self) -> Spot:
        """Where the user looks."""
        return self.app.memory.spot(self.spot_name()).on(self.app.memory.view.axis)

    def go(self, spot: Spot) -> None:
        """Look there from now on."""
        self.app.memory.look_at(self.spot_name(), spot)
        self.show(self.app.snapshot)

    def action_cursor(self, by: int) -> None:
        """Move the value cursor by so many cells of the chart, from one recorded place to another."""
        scene = self.scene()
        whole = scene.extent() if scene else None
        if whole is not None:
            spot, columns, log, places = scene.spot, self.grid.plot_columns, scene.view.log_x, scene.places()
            cursor = move_cursor(spot.cursor, spot.window, whole, columns, by, log, places)
            if spot.cursor is None and abs(by) > columns:  # a new one begins at the edge it comes from
                cursor = move_cursor(cursor, spot.window, whole, columns, by, log, places)
            self._reveal()
            self.go(replace(spot, cursor=cursor, window=holding(spot.window, cursor)))

    def action_zoom_in(self) -> None:
        """Half of the window."""
        self._zoom(0.5)

    def action_zoom_out(self) -> None:
        """Twice the window."""
        self._zoom(2.0)

    def _zoom(self, factor: float, about: float | None = None) -> None:
        scene = self.scene()
        whole = scene.extent() if scene else None
        if whole is not None:
            spot = scene.spot
            about = spot.cursor if about is None else about
            self._reveal()
            closest = CLOSEST if scene.curves.counted(scene.view.axis) else 0.0
            self.go(replace(spot, window=zoom(spot.window, whole, factor, about, scene.view.log_x, closest)))

    def action_pan_left(self) -> None:
        """Earlier."""
        self._pan(-0.25)

    def action_pan_right(self) -> None:
        """Later."""
        self._pan(0.25)

    def _pan(self, share: float) -> None:
        scene = self.scene()
        whole = scene.extent() if scene else None
        if whole is not None:
            self.go(replace(scene.spot, window=pan(scene.spot.window, whole, share, scene.view.log_x)))

    def action_whole(self) -> None:
        """All of the x axis."""
        self.go(replace(self.spot, window=None))

    def point_at(self, x: float) -> None:
        """Put the cursor on the recorded place nearest to `x`."""
        scene = self.scene()
        whole = scene.extent() if scene else None
        if whole is not None:
            cursor = snap(x, scene.places(), scene.spot.window or whole, scene.view.log_x)
            self.go(replace(scene.spot, cursor=cursor))

    def _reveal(self) -> None:
        self.grid.bring_into_view()
