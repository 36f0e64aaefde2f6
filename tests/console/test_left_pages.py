"""What a page has read goes with the page: a day of watching must not fill the memory."""

import gc
import weakref

import pytest
from console.play import play, press, until
from console.world import grow, make

from grokterm.console.charts.widget import ChartView
from grokterm.console.screens.compare import Compare
from grokterm.console.screens.experiment import ExperimentPage


async def test_what_a_chart_was_drawn_from_is_let_go_as_soon_as_the_next_is_drawn(tmp_path):
    folder = make(tmp_path, "20260101-120000-quickstart-aaaa", step=300, state="running")
    async with play(tmp_path, open_at=folder.name) as pilot:
        view = pilot.app.screen.query_one("#loss", ChartView)
        gc.collect()
        gc.disable()  # numbers must not wait until garbage is collected: that is rare, and they are many
        try:
            before = [weakref.ref(view.sketch.scene), weakref.ref(view.chart)]
            for step in (400, 500):
                shown = view.chart
                grow(folder, step - 100, step)
                await until(pilot, lambda shown=shown: view.chart is not shown and pilot.app.screen.settled)
            await until(pilot, lambda: not any(one() for one in before))
            assert view.chart is not shown and view.settled
        finally:
            gc.enable()


@pytest.mark.parametrize(("keys", "page"), [(("enter",), ExperimentPage), (("c",), Compare)])
async def test_a_page_that_was_left_is_forgotten(tmp_path, keys, page):
    make(tmp_path, "20260101-120000-quickstart-aaaa", seeds=2)
    async with play(tmp_path) as pilot:
        left = []
        for _ in range(3):
            await press(pilot, *keys)
            await until(pilot, lambda: isinstance(pilot.app.screen, page) and pilot.app.screen.settled)
            left.append(weakref.ref(pilot.app.screen))
            await press(pilot, "escape")
            await until(pilot, lambda: not isinstance(pilot.app.screen, page))

        def kept() -> int:
            gc.collect()
            return sum(one() is not None for one in left)

        make(tmp_path, "20260101-120001-quickstart-bbbb")  # what follows the watcher is let go at its next word
        pilot.app.watcher.reread()
        await until(pilot, lambda: kept() <= 1)  # the last one may still be on its way out
