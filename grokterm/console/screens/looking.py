"""Where on the x axis of its charts a page looks: the window and the value cursor, and the keys that move them."""

from __future__ import annotations

import math
from dataclasses import replace

from grokterm.console.charts.cursor import x_words
from grokterm.console.commands import told
from grokterm.console.scales import Spot
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.page import Page
from grokterm.console.screens.scene import Scene
from grokterm.console.window import CLOSEST, holding, move_cursor, pan, snap, zoom

NOT_READ = "Nothing is read yet; the curves are on their way"
_ALL = "The whole x axis is in view; {zoom_in} shows half of it"


class Looking(Page):
    """A page with a `ChartGrid`. Where the user looks is a `Spot` in the memory; every key makes another one of it."""

    def spot_name(self) -> str:
        """Under which name the memory keeps the spot."""
        raise NotImplementedError

    def scene(self) -> Scene | None:
        """What there is to draw now; None where no charts are in front."""
        raise NotImplementedError

    def drawn(self) -> Scene | None:
        """The scene, where there are charts in it; where there are none, that is said."""
        scene = self.scene()
        if scene is not None and scene.cells:
            return scene
        self.say(self.why_none(scene))
        return None

    @property
    def filtered(self) -> str:
        """What the filter says now."""
        return ""

    def why_none(self, scene: Scene | None) -> str:
        """Why there is no chart, or no curve on it."""
        if scene is None:
            return NOT_READ
        if not scene.arms and self.filtered:
            return told("No arm matches the filter; {back} shows all")
        if scene.arms and all(arm.name in scene.spot.hidden for arm in scene.arms):
            return told("No arm is drawn; {all} shows all")
        if not scene.cells and self.filtered:
            return told("No chart matches the filter; {back} shows all")
        return "Nothing is recorded for a chart here"

    def _whole(self) -> tuple[Scene, tuple[float, float]] | None:
        """The scene and its x axis from end to end; where nothing is drawn, that is said."""
        scene = self.drawn()
        whole = scene.extent() if scene else None
        if scene is not None and whole is None:
            self.say(self.why_none(scene))
        return (scene, whole) if scene is not None and whole is not None else None

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
        found = self._whole()
        if found is not None:
            scene, whole = found
            spot, columns, log, places = scene.spot, self.grid.plot_columns, scene.view.log_x, scene.places()
            cursor = move_cursor(spot.cursor, spot.window, whole, columns, by, log, places)
            if spot.cursor is None and abs(by) > columns:  # a new one begins at the edge it comes from
                cursor = move_cursor(cursor, spot.window, whole, columns, by, log, places)
            self._reveal()
            self.go(replace(spot, cursor=cursor, window=holding(spot.window, cursor)))

    def action_zoom_in(self) -> None:
        """Half of the window."""
        self._zoom(0.5, same="That is as close as it gets")

    def action_zoom_out(self) -> None:
        """Twice the window."""
        self._zoom(2.0, same=_ALL)

    def _zoom(self, factor: float, about: float | None = None, same: str = "") -> None:
        found = self._whole()
        if found is not None:
            scene, whole = found
            spot = scene.spot
            about = spot.cursor if about is None else about
            self._reveal()
            closest = CLOSEST if scene.curves.counted(scene.view.axis) else 0.0
            self._see(spot, zoom(spot.window, whole, factor, about, scene.view.log_x, closest), same)

    def _see(self, spot: Spot, window: tuple[float, float] | None, same: str) -> None:
        """Look at this part of the x axis; `same` is said where it is the part that was in view."""
        if same and _alike(window, spot.window):
            self.say(told(same))
        else:
            self.go(replace(spot, window=window))

    def action_pan_left(self) -> None:
        """Earlier."""
        self._pan(-0.25)

    def action_pan_right(self) -> None:
        """Later."""
        self._pan(0.25)

    def _pan(self, share: float) -> None:
        found = self._whole()
        if found is not None:
            scene, whole = found
            window = scene.spot.window
            same = "The x axis ends here" if window else _ALL
            self._see(scene.spot, pan(window, whole, share, scene.view.log_x), same)

    def action_whole(self) -> None:
        """All of the x axis."""
        self._see(self.spot, None, _ALL)

    def seen_words(self, scene: Scene) -> str:
        """Which part of the x axis is in view, and what of very long curves is; "" where it is all of them."""
        return "   ".join(filter(None, (self._window_words(scene), scene.thinned)))

    def _window_words(self, scene: Scene) -> str:
        window, focus, whole = scene.spot.window, scene.focus, scene.extent()
        if window is None or focus is None or whole is None:
            return ""
        chart = scene.recorded(replace(focus, arm=""), self.app.ink)
        first, last = (x_words(chart, edge) for edge in (max(window[0], whole[0]), min(window[1], whole[1])))
        return f"{chart.x_title or 'step'} {first} to {last}"

    def offers(self, action: str) -> bool:
        """The whole x axis only where a part of it is in view."""
        return (action != "whole" or self.spot.window is not None) and super().offers(action)

    def point_at(self, x: float) -> None:
        """Put the cursor on the recorded place nearest to `x`."""
        scene = self.scene()
        whole = scene.extent() if scene else None
        if whole is not None:
            cursor = snap(x, scene.places(), scene.spot.window or whole, scene.view.log_x)
            self.go(replace(scene.spot, cursor=cursor))

    def _reveal(self) -> None:
        self.grid.bring_into_view()


def _alike(one: tuple[float, float] | None, other: tuple[float, float] | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(one, other, strict=True))
