"""Charts on a page: curves, axes, the value cursor, zoom, arms shown and hidden, one chart alone, numbers, files."""

import csv
import json
from dataclasses import replace

import pytest
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
    toasts,
    until,
    words,
    x_labels,
)
from console.world import SPIKE_AT, grow, make
from textual.widgets import Input

from grokterm.console.charts.widget import ChartView
from grokterm.console.panels import roomy
from grokterm.console.screens.chartgrid import ChartGrid
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.home import Home
from grokterm.console.screens.legend import Legend


def shown(pilot) -> list[str]:
    return [view.id for view in pilot.app.screen.query(ChartView) if view.display and view.size]


def y_labels(lines: list[str]) -> list[str]:
    return [line.split("┤")[0].strip() for line in lines if "┤" in line]


async def test_four_charts_with_arms_markers_and_milestones(world):
    async with play(world, open_at=FINISHED) as pilot:
        for selector in CHARTS:
            drawn = "".join(chart_lines(pilot, selector))
            assert all(sign in drawn for sign in "●▲■"), selector
        assert all(label in "".join(chart_lines(pilot, "#accuracy")) for label in ("m●", "m▲", "g▲", "g■"))
        assert "0.001" in y_labels(chart_lines(pilot, "#loss"))  # logarithmic by itself
        assert "median and range of 4 seeds" in words(pilot, "#title")
        assert "1/4 grokked" in legend(pilot) and "4/4 grokked" in legend(pilot)


async def test_a_spike_of_one_step_in_the_training_loss_is_visible(world):
    async with play(world, (200, 60), open_at=FINISHED) as pilot:
        lines = chart_lines(pilot, "#loss")
        start = lines[1].index("│" if "│" in lines[1] else "┤") + 1
        column = start + int(SPIKE_AT / 900 * (len(lines[0]) - start))
        seen = [line for line in lines[1:-2] if any("⠀" < c <= "⣿" for c in line[column - 1 : column + 2])]
        assert len(seen) > 15


async def test_log_axes_by_one_key_each(world):
    async with play(world, open_at=FINISHED) as pilot:
        linear = chart_lines(pilot, "#accuracy")
        await press(pilot, "y")
        assert y_labels(chart_lines(pilot, "#accuracy")) != y_labels(linear)
        assert "0.1" in y_labels(chart_lines(pilot, "#accuracy"))
        await press(pilot, "y")
        assert "0.001" not in y_labels(chart_lines(pilot, "#loss"))
        await press(pilot, "y")
        assert chart_lines(pilot, "#accuracy") == linear
        await press(pilot, "x")
        assert x_labels(chart_lines(pilot, "#loss")) == x_labels(chart_lines(pilot, "#norm")) == ["1", "10", "100"]


async def test_seeds_as_band_all_and_one_at_a_time(world):
    async with play(world, (160, 50), open_at=FINISHED) as pilot:
        page = pilot.app.screen
        counts, heads = [], []
        for _ in range(6):
            await press(pilot, "g")
            counts.append(len(page.query_one("#norm").chart.series))
            heads.append(words(pilot, "#title").split("  ")[-1].split(" · ")[0].strip())
        assert counts == [12, 3, 3, 3, 3, 3]
        assert heads == ["every seed", "seed 0", "seed 1", "seed 2", "seed 3", "median and range of 4 seeds"]


async def test_arms_are_walked_hidden_and_isolated(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "down")
        assert "› ▲ dynamic" in legend(pilot)
        await press(pilot, "space")
        assert spot(pilot).hidden == ("dynamic",) and "› - dynamic" in legend(pilot) and "hidden" in legend(pilot)
        assert "▲" not in "".join(chart_lines(pilot, "#norm"))
        await press(pilot, "j", "i")
        assert set(spot(pilot).hidden) == {"static", "dynamic"}
        await press(pilot, "i")
        assert spot(pilot).hidden == ()
        await press(pilot, "a")
        assert len(spot(pilot).hidden) == 3 and "hidden" in "".join(chart_lines(pilot, "#loss"))
        await press(pilot, "a", "k", "k", "k")
        assert spot(pilot).hidden == () and "› ● static" in legend(pilot)


async def test_the_filter_keeps_arms_and_letters_stay_letters(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "slash", "h", "i", "g", "h")
        assert "static-high" in legend(pilot) and "dynamic" not in legend(pilot)
        await press(pilot, "enter")
        assert not pilot.app.screen.query_one("#filter").display and "arms with “high”" in tabs(pilot)
        assert {series.arm for series in pilot.app.screen.query_one("#loss").chart.series} == {"static-high"}
        await press(pilot, "escape")
        assert "dynamic" in legend(pilot) and isinstance(pilot.app.screen, ExperimentPage)


async def test_a_filter_that_no_arm_passes_hides_everything_and_breaks_nothing(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "slash", "q", "enter", "space", "i", "right", "plus", "m", "m", "down", "w")
        assert "nothing to write" in toasts(pilot)
        await press(pilot, "escape")
        assert "static" in legend(pilot)


async def test_tab_moves_the_focus_and_enter_gives_the_chart_the_screen(world):
    async with play(world, open_at=FINISHED) as pilot:
        assert chart_lines(pilot, "#loss")[0].startswith(" ▸ loss")
        await press(pilot, "tab")
        assert chart_lines(pilot, "#accuracy")[0].startswith(" ▸ accuracy")
        assert chart_lines(pilot, "#loss")[0].startswith(" loss")
        await press(pilot, "enter")
        assert shown(pilot) == ["accuracy"]
        await press(pilot, "tab")
        assert shown(pilot) == ["norm"]
        await press(pilot, "enter")
        assert shown(pilot) == [name[1:] for name in CHARTS]


async def test_escape_takes_one_layer_at_a_time(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "enter", "right", "escape")
        assert spot(pilot).cursor is None and shown(pilot) == ["loss"]
        await press(pilot, "escape")
        assert len(shown(pilot)) == 4
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Home)


async def test_numbers_in_place_of_charts(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "tab", "tab", "tab", "m", "end")
        numbers = words(pilot, ".numbers")
        assert "weight decay λ" in numbers and "› " in numbers.splitlines()[-1]
        assert numbers.splitlines()[-1].split() == ["›", "900", "1", "0.5036", "3"]
        assert all(len(line) <= 120 for line in numbers.splitlines())
        await press(pilot, "m")
        assert len(shown(pilot)) == 4


@pytest.mark.parametrize(
    "size, charts",
    [((80, 24), 2), ((120, 40), 4), ((200, 60), 4), ((300, 90), 4), ((60, 24), 1), ((20, 8), 1), ((5, 3), 0)],
)
async def test_as_many_charts_as_fit_and_all_can_be_reached(world, size, charts):
    async with play(world, size, open_at=FINISHED) as pilot:
        if charts:
            assert len(shown(pilot)) == charts
        seen = set()
        for _ in CHARTS:
            seen |= set(shown(pilot))
            await press(pilot, "tab")
        assert len(seen) == 4 or not charts
        assert all(len(line) <= size[0] for line in screen_text(pilot).splitlines())


async def test_resizing_draws_again(world):
    async with play(world, (80, 24), open_at=FINISHED) as pilot:
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: len(shown(pilot)) == 4)
        await settle(pilot)
        assert len(chart_lines(pilot, "#lambda")[0]) > 50


async def test_the_pointer_sets_the_cursor_zooms_and_hides(world):
    async with play(world, open_at=FINISHED) as pilot:
        view = pilot.app.screen.query_one("#accuracy", ChartView)
        await pilot.click(view, offset=(view.size.width - 1, 8))
        await settle(pilot)
        assert 880 < spot(pilot).cursor <= 900 and pilot.app.screen.chart == "accuracy"
        await pilot.click(view, offset=(1, 8))  # on the labels of the axis
        await settle(pilot)
        assert 880 < spot(pilot).cursor <= 900
        await pilot.click(Legend, offset=(6, 0))
        await settle(pilot)
        assert spot(pilot).hidden == ("static",)
        pilot.app.screen.on_chart_grid_pointed(ChartGrid.Pointed("accuracy", 300.0, -1))
        await settle(pilot)
        low, high = spot(pilot).window
        assert high - low == 450 and low < 300 < high


async def test_nothing_is_drawn_when_nothing_changed(world, monkeypatch):
    async with play(world, open_at=FINISHED) as pilot:
        drawn = []
        monkeypatch.setattr(ChartView, "refresh", lambda self, *regions, **how: drawn.append(self))
        pilot.app.screen.show(pilot.app.snapshot)
        pilot.app.screen.show(replace(pilot.app.snapshot, total=99))
        await settle(pilot)
        assert drawn == []


async def test_charts_follow_what_trains(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=300, state="running")
    async with play(runs, open_at=folder.name) as pilot:
        grow(folder, 300, 600)
        await until(pilot, lambda: pilot.app.screen.query_one("#loss").chart.x_range == (0.0, roomy(600.0)))


async def test_charts_are_written_where_the_console_was_started(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "w")
        assert "Write 4 charts" in screen_text(pilot) and "quickstart-fin3.csv" in screen_text(pilot)
        await pilot.press("c")
        await until(pilot, lambda: "written" in toasts(pilot))
        assert (tmp_path / "quickstart-fin3.csv").read_text().count("\n") > 900
        await press(pilot, "enter", "w", "tab", "backspace", "slash", "slash", "x")
        name = pilot.app.screen.query_one(Input)
        assert name.value.endswith("//x")
        assert "Write loss" in screen_text(pilot) and "Enter write  Esc cancel" in screen_text(pilot)
        await press(pilot, "escape")
        assert "j JSON" in screen_text(pilot)
        await pilot.press("j")
        await until(pilot, lambda: ".json" in toasts(pilot))
        written = [path for path in tmp_path.iterdir() if path.suffix == ".json"]
        assert len(written) == 1 and written[0].parent == tmp_path and json.loads(written[0].read_text())


async def test_of_a_very_long_run_the_extremes_are_drawn_and_that_is_said_but_every_row_is_written(
    world, tmp_path, monkeypatch
):
    for name in ("feed._MOST_ROWS", "feed._FEWEST_ROWS", "following.MOST_POINTS"):
        monkeypatch.setattr(f"grokterm.analysis.{name}", 300)
    monkeypatch.setattr("grokterm.analysis.thin.BUCKETS", 20)
    monkeypatch.chdir(tmp_path)
    async with play(world, open_at=FINISHED) as pilot:
        scene = pilot.app.screen.scene()
        curves, within = scene.curves, scene.curves.within(("train_loss", "test_loss"))
        spiky = [curve for curve in curves.columns["train_loss"] if SPIKE_AT in curve.steps]
        assert spiky and all(curve.within > 1 and len(curve.steps) < 300 for curve in spiky)
        assert f"extremes of every {within} steps" in screen_text(pilot)
        await press(pilot, "s")
        chart = pilot.app.screen.query_one("#loss").chart
        assert "smoothed 0.6 but for what is thinned" in chart.notes
        assert {series.column for series in chart.series if series.raw_y is None} == {"train_loss"}
        await press(pilot, "w")
        await pilot.press("c")
        await until(pilot, lambda: "written" in toasts(pilot))
    rows = list(csv.DictReader((tmp_path / "quickstart-fin3.csv").open()))
    assert len([row for row in rows if row["column"] == "train_loss" and row["arm"] == "static"]) == 901


async def test_enter_writes_the_marked_form_in_the_name_too(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "w")
        assert "› s  SVG" in screen_text(pilot) and "Enter write" in screen_text(pilot)
        await press(pilot, "down", "down", "down", "down", "up")
        assert "› c  CSV" in screen_text(pilot)
        await press(pilot, "enter", "w", "down", "down", "down", "tab", "x", "enter")
        await until(pilot, lambda: {path.name for path in tmp_path.glob("*.*")} == {"quickstart-fin3.csv", "x.json"})


async def test_writing_where_one_may_not_is_told(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "w")
        monkeypatch.setattr("grokterm.record.files.write_whole", _full)
        await pilot.press("c")
        await until(pilot, lambda: "can't be written: No space left" in toasts(pilot))


def _full(*args, **kwargs):
    raise OSError(28, "No space left on device")


async def test_a_dialog_can_be_left_without_writing(world, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "w", "tab", "escape", "escape")
        assert isinstance(pilot.app.screen, ExperimentPage) and not list(tmp_path.glob("quick*"))


def more(pilot) -> str:
    """What is said of the charts that there is no room for."""
    static = pilot.app.screen.grid.query_one(".more")
    return str(static.content) if static.display else ""


async def test_charts_that_there_is_no_room_for_are_named_with_the_way_to_them(world):
    async with play(world, (80, 24), open_at=FINISHED) as pilot:
        assert more(pilot) == " 2 more charts (Tab): weight norm, weight decay λ" and more(pilot) in screen_text(pilot)
        await press(pilot, "tab", "tab")
        assert chart_lines(pilot, "#norm")[0].startswith(" ▸ weight norm")
        assert more(pilot) == " 2 more charts (Tab): loss, accuracy"
        await press(pilot, "enter")
        assert more(pilot) == ""
    async with play(world, (120, 40), open_at=FINISHED) as pilot:
        assert more(pilot) == ""
    async with play(world, (40, 12), open_at=FINISHED) as pilot:
        assert more(pilot) == ""
