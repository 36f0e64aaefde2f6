"""Where one looks on a page of charts: the value cursor, the window on the x axis, and that they are kept."""

import re

from console.play import (
    CHARTS,
    FINISHED,
    chart_lines,
    legend,
    play,
    press,
    screen_text,
    settle,
    spot,
    tabs,
    until,
    words,
    x_labels,
)
from console.world import grow, make

from grokterm.console.charts.widget import ChartView
from grokterm.console.memory import Memory
from grokterm.console.panels import roomy


async def test_the_cursor_reads_every_arm_at_one_step(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "tab", "end")
        assert "step 900 · accuracy" in tabs(pilot)
        assert legend(pilot).count("test 0.9") == 2 and legend(pilot).count("train 1") == 3
        await press(pilot, "h", "h")
        left = spot(pilot).cursor
        assert left < 900 and all(pilot.app.screen.query_one(name).chart.cursor == left for name in CHARTS)
        await press(pilot, "shift+left")
        assert spot(pilot).cursor < left - 50
        await press(pilot, "home", "left")
        assert spot(pilot).cursor == 0 and "step 0" in tabs(pilot)


async def test_what_was_recorded_before_the_cursor_says_at_which_step(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "home", *["plus"] * 12, *["right"] * 3)
        assert "step 3" in tabs(pilot) and legend(pilot).count("@0") == 3
        assert not re.search(r"train \S+ @", legend(pilot))


async def test_a_zoom_is_said_and_the_footer_offers_the_whole(world):
    async with play(world, open_at=FINISHED) as pilot:
        assert "0 whole" not in screen_text(pilot) and " to " not in tabs(pilot)
        await press(pilot, "plus", "plus")
        assert "0 whole" in screen_text(pilot) and "step 338 to 562" in tabs(pilot)
        await press(pilot, "x")
        assert "step " in tabs(pilot)
        await press(pilot, "0")
        assert "0 whole" not in screen_text(pilot) and " to " not in tabs(pilot)


async def test_the_cursor_stands_on_recorded_steps_of_the_focused_chart(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "tab", "tab", "home", *["plus"] * 4)
        for _ in range(12):
            await press(pilot, "right")
            assert spot(pilot).cursor % 10 == 0 and "@" not in legend(pilot)


async def test_with_every_seed_the_cursor_shows_the_smallest_and_the_largest(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "g", "tab", "tab", "end")
        assert legend(pilot).count("4 of 4 seeds") == 3


async def test_zoom_pan_and_the_whole_axis(world):
    async with play(world, open_at=FINISHED) as pilot:
        whole = x_labels(chart_lines(pilot, "#loss"))
        await press(pilot, "plus")
        assert spot(pilot).window == (225.0, 675.0)
        await press(pilot, "right_square_bracket")
        assert spot(pilot).window == (337.5, 787.5)
        await press(pilot, "left_square_bracket", "home", "equals_sign")
        low, high = spot(pilot).window
        assert (low, high) == (225.0, 450.0)  # the cursor at its left edge stays where it is
        assert all(pilot.app.screen.query_one(name).chart.window == (low, high) for name in CHARTS)
        await press(pilot, "minus", "0", "escape")  # without the cursor, whose label hides a tick's
        assert spot(pilot).window is None and x_labels(chart_lines(pilot, "#loss")) == whole


async def test_far_in_the_cursor_goes_from_step_to_step(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "home", *["plus"] * 12)
        low, high = spot(pilot).window
        assert low == 0 and 4 <= high < 8
        seen = []
        for _ in range(3):
            await press(pilot, "right")
            seen.append(spot(pilot).cursor)
        assert seen == [1, 2, 3] and "step 3" in tabs(pilot)
        ticks = x_labels(chart_lines(pilot, "#loss"))
        assert len(ticks) == len(set(ticks)) and all(tick.isdigit() for tick in ticks)
        view = pilot.app.screen.query_one("#loss", ChartView)
        await pilot.click(view, offset=(view.size.width // 2, 8))
        await settle(pilot)
        assert spot(pilot).cursor == round(spot(pilot).cursor)


async def test_window_and_cursor_belong_to_the_axis_they_were_chosen_on(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "plus", "right")
        before = spot(pilot)
        await press(pilot, "X")
        assert spot(pilot).window is None and spot(pilot).cursor is None
        assert "x epoch" in words(pilot, "#title")
        await press(pilot, "X", "X", "X")
        assert spot(pilot) == before and before.window is not None and before.cursor is not None


async def test_a_window_stays_while_what_trains_grows_and_the_whole_follows(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=300, state="running")
    async with play(runs, open_at=folder.name) as pilot:
        view = pilot.app.screen.query_one("#loss", ChartView)
        await press(pilot, "plus", "home")
        window, cursor = spot(pilot).window, spot(pilot).cursor
        before = x_labels(chart_lines(pilot, "#loss"))
        grow(folder, 300, 600)
        await until(pilot, lambda: view.chart.x_range == (0.0, roomy(600.0)))
        await settle(pilot)
        assert (spot(pilot).window, spot(pilot).cursor) == (window, cursor)
        assert view.chart.window == window and x_labels(chart_lines(pilot, "#loss")) == before
        await press(pilot, "0")
        assert view.chart.window is None
        grow(folder, 600, 800)
        await until(pilot, lambda: view.chart.x_range == (0.0, roomy(800.0)))


async def test_where_one_looks_is_kept_for_every_experiment(world, tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path / "state"))
    async with play(world, open_at=FINISHED, memory=Memory.load(world)) as pilot:
        await press(pilot, "plus", "end", "down", "space")
        before = spot(pilot)
    async with play(world, open_at=FINISHED, memory=Memory.load(world)) as pilot:
        assert spot(pilot) == before and before.window and before.cursor and before.hidden == ("dynamic",)


async def test_where_it_is_narrow_a_zoom_is_said_in_place_of_the_names_of_other_tabs(world):
    async with play(world, (80, 24), FINISHED) as pilot:
        assert "6 system" in tabs(pilot)
        await press(pilot, "plus", "plus")
        assert "[1 charts]" in tabs(pilot) and "step 338 to 562" in tabs(pilot) and "system" not in tabs(pilot)
        await press(pilot, "0")
        assert "6 system" in tabs(pilot)


async def test_a_seed_that_the_experiment_in_front_does_not_have_is_kept_for_those_that_do(runs):
    make(runs, FINISHED)
    make(runs, "20261121-120000-quickstart-twn2", seeds=2)
    async with play(runs) as pilot:
        await press(pilot, "enter", *"ggggg")
        assert "seed 3" in words(pilot, "#title") and pilot.app.memory.view.seed == 3
        await press(pilot, "escape", "down")
        assert pilot.app.screen.target().endswith("twn2") and pilot.app.screen.query_one("#small-loss").chart.series
        await press(pilot, "enter")
        assert "median and range of 2 seeds" in words(pilot, "#title")
        assert "no such seed" not in screen_text(pilot) and pilot.app.screen.query_one("#loss").chart.series
        await press(pilot, "c")
        await until(pilot, lambda: "median and range of 2 seeds" in words(pilot, "#title"))
        await press(pilot, "escape", "escape", "up", "enter")
        assert "seed 3" in words(pilot, "#title")
        await press(pilot, "escape", "down", "enter", "g")
        assert "every seed" in words(pilot, "#title")
