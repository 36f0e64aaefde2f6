"""What a page has read goes with the page: a day of watching must not fill the memory."""

import gc
import weakref

import pytest
from console.play import play, press, until
from console.world import make

from grokterm.console.screens.compare import Compare
from grokterm.console.screens.experiment import ExperimentPage


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
