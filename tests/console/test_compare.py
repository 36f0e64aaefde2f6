"""The compare screen: words, curves together and apart, arms of several experiments, many of them."""

from dataclasses import replace

import pytest
from console.play import chart_lines, play, press, screen_text, settle, until, words
from console.world import break_, make, populate

from grokterm.console.charts.widget import ChartView
from grokterm.console.comparing import compared
from grokterm.console.memory import Memory
from grokterm.console.screens.compare import Compare
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.errors import GroktermError
from grokterm.record import open_folder

FINISHED = "20261122-120000-quickstart-fin3"


@pytest.fixture
def world(runs):
    """One experiment of every kind."""
    populate(runs)
    return runs


def drawn(pilot) -> list[str]:
    return [view.chart.title for view in pilot.app.screen.query(ChartView) if view.display and view.chart is not None]


async def test_compare_shows_table_verdict_curves_and_differences(world):
    async with play(world, (120, 60), open_at=FINISHED) as pilot:
        await press(pilot, "c")
        assert isinstance(pilot.app.screen, Compare)
        table = words(pilot, "#rows")
        assert "t_grok" in table and "1/4" in table and "p (Holm)" in table
        assert "static-high groks" in words(pilot, "#sentences")
        differing = words(pilot, "#differing")
        assert "optimizer.weight_decay" in differing and "linear" in differing and ".schedule" not in differing
        assert "Kaplan-Meier" in words(pilot, "#method")
        assert any("g▲" in line for line in chart_lines(pilot, "#accuracy"))
        assert drawn(pilot) == ["▸ accuracy", "loss"]
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ExperimentPage)


async def test_arms_apart_have_the_same_axes(world):
    async with play(world, (120, 60), open_at=FINISHED) as pilot:
        await press(pilot, "c", "v")
        charts = [view.chart for view in pilot.app.screen.query(ChartView) if view.display and view.chart is not None]
        assert [chart.title for chart in charts][:3] == [
            "▸ static: accuracy",
            "dynamic: accuracy",
            "static-high: accuracy",
        ]
        assert len({chart.x_range for chart in charts}) == 1
        assert len({chart.y_range for chart in charts if "loss" in chart.title}) == 1
        views = [view for view in pilot.app.screen.query(ChartView) if view.display and view.chart is not None]
        losses = [view.lines for view in views if "loss" in view.chart.title]
        assert len({tuple(line.split("┤")[0] for line in lines if "┤" in line) for lines in losses}) == 1
        assert "side by side" in words(pilot, "#curves")
        await press(pilot, "down", "space")
        assert not any("dynamic" in title for title in drawn(pilot)) or "2 of 3 arms drawn" in words(pilot, "#curves")
        await press(pilot, "v")
        assert "overlaid" in words(pilot, "#curves")


async def test_cursor_zoom_and_numbers_work_as_on_the_charts(world):
    async with play(world, (120, 60), open_at=FINISHED) as pilot:
        await press(pilot, "c", "end")
        assert "step 900" in words(pilot, "#curves") and "test 0.9" in str(pilot.app.screen.legend.content)
        await press(pilot, "plus", "0", "m")
        assert "of 91 points, evenly spread" in words(pilot, ".numbers")
        await press(pilot, "m", "enter")
        assert pilot.app.screen.spot.chart == "accuracy"
        await press(pilot, "escape", "escape", "escape")
        assert isinstance(pilot.app.screen, ExperimentPage)


async def test_of_many_arms_the_first_eight_are_drawn_until_one_chooses(world):
    folder = make(world, "20261122-133000-grid-aaaa", arms=11)
    async with play(world, (120, 60), open_at=folder.name) as pilot:
        await press(pilot, "c")
        assert "8 of 11 arms drawn" in words(pilot, "#curves")
        assert words(pilot, "#rows").count("4/4") == 11
        await press(pilot, *["down"] * 9, "space")
        assert "9 of 11 arms drawn" in words(pilot, "#curves")
        await press(pilot, "i")
        assert "1 of 11 arms drawn" in words(pilot, "#curves")


async def test_experiments_are_compared_arm_by_arm(world):
    other = make(world, "20261122-110000-quickstart-oth5", overrides=("optimizer.lr=1e-3",))
    async with play(world, (160, 60), memory=Memory(None)) as pilot:
        pilot.app.push_screen(Compare((FINISHED, other.name)))
        await settle(pilot)
        assert "6 arms" in words(pilot, "#curves") and "optimizer.lr" in words(pilot, "#differing")
        assert words(pilot, "#rows").count("oth5") == 3


async def test_d_goes_to_what_differs_and_arrows_scroll_beyond_the_arms(world):
    async with play(world, (100, 24), open_at=FINISHED) as pilot:
        await press(pilot, "c")
        scroll = pilot.app.screen.query_one("#all")
        await press(pilot, "d")
        assert scroll.scroll_y > 10 and "What differs" in screen_text(pilot)
        await press(pilot, *["up"] * 20)
        assert scroll.scroll_y == 0
        await press(pilot, "down", "down", "down", "down")
        assert scroll.scroll_y > 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (20, 8)])
async def test_columns_are_left_out_and_no_number_is_cut(world, size):
    async with play(world, size, open_at=FINISHED) as pilot:
        await press(pilot, "c")
        rows = words(pilot, "#rows").splitlines()
        if size[0] >= 80:
            assert all(len(row) <= size[0] for row in rows) and not any("…" in row for row in rows)


async def test_a_broken_folder_says_why(world):
    open_folder(world / FINISHED).paths.spec.write_text("title = 1")
    async with play(world) as pilot:
        await press(pilot, "down", "down", "c")
        await until(pilot, lambda: "experiment.toml" in words(pilot, "#rows"))


async def test_the_keys_in_the_footer_are_those_of_now(world):
    async with play(world, (160, 40), open_at=FINISHED) as pilot:
        await press(pilot, "c")
        assert "0 whole" not in screen_text(pilot)
        await press(pilot, "plus")
        assert "0 whole" in screen_text(pilot)
        await press(pilot, "0")
        assert "0 whole" not in screen_text(pilot)


async def test_with_every_arm_hidden_the_way_back_is_open_and_told(world):
    async with play(world, (160, 60), open_at=FINISHED) as pilot:
        await press(pilot, "c", "v", "a", "plus")
        assert "No arm is drawn; a shows all" in screen_text(pilot)
        await press(pilot, "v")
        assert "overlaid" in words(pilot, "#curves")
        await press(pilot, "a", "slash", *"nothing like it", "enter", "plus")
        assert "No arm matches the filter; Esc shows all" in screen_text(pilot)


def test_those_that_can_not_be_read_are_left_out_and_named(runs):
    names = [f"20261122-{hour}0000-quickstart-{name}" for hour, name in ((10, "aaa2"), (11, "bbb3"), (12, "ccc4"))]
    first, second, third = (make(runs, name, seeds=2) for name in names)
    break_(second)
    (third.cohorts[0].path / "status.json").write_text("{")
    found = compared(runs, tuple(names), ("test_acc",))
    assert [row.experiment for row in found.comparison.rows] == [names[0]] * 3 and len(found.arms) == 3
    warning = found.comparison.warnings[0]
    assert warning.startswith("left out, since it can't be read: quickstart-bbb3 (") and "quickstart-ccc4 (" in warning
    assert "instead" not in warning
    turned = compared(runs, (names[1], names[0]), ("test_acc",)).comparison.warnings[0]
    assert turned.endswith("; the others are measured against quickstart-aaa2 instead")
    break_(first)
    with pytest.raises(GroktermError, match=r"aaa2"):
        compared(runs, tuple(names), ("test_acc",))


@pytest.mark.parametrize("key", ["y", "x", "g", "m", "i", "v"])
async def test_on_a_small_screen_a_key_of_the_charts_brings_them_into_view(world, key):
    async with play(world, (80, 24), open_at=FINISHED) as pilot:
        await press(pilot, "c")
        assert "curves and what differs are below: Tab goes to the curves" in screen_text(pilot)
        assert "▸ " not in screen_text(pilot)
        await press(pilot, key)
        assert "▸ " in screen_text(pilot) and "are below" not in screen_text(pilot)


async def test_tab_goes_to_the_curves_and_what_is_further_down_is_told(world):
    async with play(world, (80, 24), open_at=FINISHED) as pilot:
        await press(pilot, "c", "tab")
        assert "▸ accuracy" in screen_text(pilot) and "more below: PgDn" in words(pilot, "#more")
        await press(pilot, "tab")
        assert "▸ loss" in screen_text(pilot)
        await press(pilot, *["pagedown"] * 3)
        assert "PgUp goes back" in words(pilot, "#more")
    async with play(world, (120, 70), open_at=FINISHED) as pilot:
        await press(pilot, "c")
        assert words(pilot, "#more") == ""


@pytest.mark.parametrize("width", [80, 100, 200])
async def test_columns_that_there_is_no_room_for_are_named(world, width):
    async with play(world, (width, 40), open_at=FINISHED) as pilot:
        await press(pilot, "c")
        table = " ".join(words(pilot, "#rows").split())
        head, _, left = table.partition("a wider window has room for")
        assert bool(left) == (width < 200)
        for column in ("diverged", "t_mem", "gap", "∫λ to grok", "test loss", "train loss"):
            assert (column in head) != (column in left)


async def test_escape_closes_the_numbers_before_the_page(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "m")
        assert pilot.app.memory.view.table
        await press(pilot, "escape")
        assert not pilot.app.memory.view.table and isinstance(pilot.app.screen, ExperimentPage)
        await press(pilot, "m", "y")
        assert "m draws curves" in screen_text(pilot)
    async with play(world) as pilot:  # the preview of the history has curves all the same
        pilot.app.memory.remember(view=replace(pilot.app.memory.view, table=True))
        await press(pilot, "y")
        assert "draws curves" not in screen_text(pilot)
