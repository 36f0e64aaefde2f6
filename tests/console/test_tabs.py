"""The tabs of an experiment: which is in front, and what each of them says."""

import json

import numpy as np
import pytest
from console.play import play, press, screen_text, settle, until, words
from console.world import _WRITERS, grow, make, populate
from textual.widgets import Static

from grokterm.console.configuration import about, fields
from grokterm.console.logbook import TAIL, in_words
from grokterm.console.look import DARK, ink
from grokterm.console.memory import Memory
from grokterm.console.scales import TABS
from grokterm.console.screens.difference import Difference
from grokterm.console.screens.experiment import TAB_CLASSES
from grokterm.console.screens.tabs.comparison import ComparisonTab
from grokterm.console.screens.tabs.system import system_text
from grokterm.console.system import Group
from grokterm.console.widgets.table import Table
from grokterm.record import Event, open_folder
from grokterm.spec import field_table

FINISHED = "20261122-120000-quickstart-fin3"
FAILED = "20261122-090000-quickstart-fai4"


@pytest.fixture
def world(runs):
    """One experiment of every kind."""
    populate(runs)
    return runs


def tabs(pilot) -> str:
    return words(pilot, "TabLine")


def rows(pilot) -> list[str]:
    table = pilot.app.screen.tab.query_one(Table)
    return ["".join(segment.text for segment in table.render_line(y)) for y in range(table.size.height)]


def test_every_tab_that_can_be_remembered_has_a_class():
    assert tuple(TAB_CLASSES) == TABS


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (50, 12)])
async def test_every_tab_has_a_key_and_is_shown_in_front(world, size):
    async with play(world, size, open_at=FINISHED) as pilot:
        for key, tab in enumerate(TABS, 1):
            await press(pilot, str(key))
            assert f"[{key} {tab}]" in tabs(pilot) and tabs(pilot).count("[") == 1
            assert [part.display for part in pilot.app.screen.query("Tab")].count(True) == 1
            assert all(len(line) <= size[0] for line in screen_text(pilot).splitlines())


async def test_a_click_brings_a_tab_to_the_front_and_it_is_remembered(world, tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path / "state"))
    async with play(world, open_at=FINISHED, memory=Memory.load(world)) as pilot:
        await pilot.click("TabLine", offset=(tabs(pilot).index("5 log"), 0))
        await settle(pilot)
        assert "[5 log]" in tabs(pilot)
    async with play(world, open_at=FINISHED, memory=Memory.load(world)) as pilot:
        assert "[5 log]" in tabs(pilot) and "finished" in screen_text(pilot)


async def test_keys_of_charts_do_nothing_in_other_tabs_and_are_not_offered(world):
    async with play(world, (160, 40), open_at=FINISHED) as pilot:
        assert "zoom" in screen_text(pilot).splitlines()[-1]
        await press(pilot, "6")
        before = pilot.app.screen.spot
        await press(pilot, "plus", "right", "space", "i", "w", "enter", "tab", "slash")
        assert pilot.app.screen.spot == before and "zoom" not in screen_text(pilot).splitlines()[-1]
        assert not pilot.app.screen.query_one("#filter").display


async def test_comparison_is_the_words_of_the_compare_screen(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "2")
        assert "t_grok" in words(pilot, "#rows") and "1/4" in words(pilot, "#rows")
        assert "static-high groks" in words(pilot, "#sentences")
        assert "optimizer.weight_decay" in words(pilot, "#differing")
        assert "Kaplan-Meier" in words(pilot, "#method")


def finish(folder, step: int = 999) -> None:
    """Let a running experiment end."""
    writer = _WRITERS[folder.cohorts[0].path]
    writer.event("finished", step=step)
    writer.close(state="finished")


async def test_the_comparison_in_front_is_that_of_the_end_once_training_is_over(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=610, state="running")
    async with play(runs, open_at=folder.name) as pilot:
        await press(pilot, "2")
        assert "not over yet" in words(pilot, "#sentences") and "so far" in words(pilot, "#sentences")
        grow(folder, 610, 999)
        finish(folder)
        await until(pilot, lambda: "not over yet" not in words(pilot, "#sentences"))
        assert "so far" not in words(pilot, "#sentences") and "2/4" in words(pilot, "#rows")


async def test_a_comparison_that_was_left_while_it_trained_is_computed_again_when_it_is_opened(runs, monkeypatch):
    monkeypatch.setattr(ComparisonTab, "SECONDS", 3600.0)
    folder = make(runs, "20261122-135500-quickstart-run2", step=610, state="running")
    async with play(runs, open_at=folder.name) as pilot:
        await press(pilot, "2")
        assert "0/4" in words(pilot, "#rows")
        await press(pilot, "1")
        grow(folder, 610, 950)
        await until(pilot, lambda: pilot.app.snapshot.detail.summary.step == 950)
        await press(pilot, "2")
        await until(pilot, lambda: "2/4" in words(pilot, "#rows"))
        await press(pilot, "1")
        finish(folder)
        await until(pilot, lambda: str(pilot.app.snapshot.detail.summary.state) == "finished")
        await press(pilot, "2")
        await until(pilot, lambda: "not over yet" not in words(pilot, "#sentences"))


async def test_probes_draw_every_other_column_and_only_what_is_in_view(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=300, state="running")
    writer = _WRITERS[folder.cohorts[0].path]
    steps = np.arange(0, 300, 10)
    names = [f"W_{letter}.hoyer" for letter in "ABCDEFGHIJKL"]
    writer.append("sparsity", steps, {name: np.ones((30, 12), np.float32) * steps[:, None] for name in names})
    grow(folder, 300, 310)
    async with play(runs, (100, 30), open_at=folder.name) as pilot:
        await press(pilot, "3")
        grid = pilot.app.screen.grid
        assert len(grid.cells) == 12
        drawn = [view for view in grid.query("ChartView") if view.chart is not None]
        assert 2 <= len(drawn) < 12
        await press(pilot, *["pagedown"] * 4)
        drawn = [view for view in grid.query("ChartView") if view.chart is not None]
        assert len(drawn) > 6
        await press(pilot, "end", "tab")
        assert "290" in str(pilot.app.screen.legend.content) and "step 290" in tabs(pilot)


async def test_the_filter_of_the_probes_is_about_charts_and_says_so(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=300, state="running")
    writer = _WRITERS[folder.cohorts[0].path]
    names = [f"W_{letter}.hoyer" for letter in "ABC"]
    writer.append("sparsity", np.arange(0, 300, 10), {name: np.ones((30, 12), np.float32) for name in names})
    grow(folder, 300, 310)
    async with play(runs, (120, 40), open_at=folder.name) as pilot:
        page = pilot.app.screen
        await press(pilot, "slash", *"dyn", "enter", "3")
        await until(pilot, lambda: len(page.grid.cells) == 3)
        assert len(page.scene().arms) == 3 and "with “" not in tabs(pilot)
        await press(pilot, "slash")
        assert "which charts" in screen_text(pilot).splitlines()[-2]
        await press(pilot, *"w_b")
        assert [cell.panel.columns for cell in page.grid.cells] == [("W_B.hoyer",)]
        assert "1 of 3 charts with “w_b”" in tabs(pilot)
        await press(pilot, *"zzz", "enter")
        assert "no chart has “w_bzzz” in its title" in words(pilot, "#no-probes")
        await press(pilot, "escape")
        assert len(page.grid.cells) == 3 and not page.query_one("#no-probes").display
        await press(pilot, "1")
        assert "1 of 3 arms with “dyn”" in tabs(pilot)
        await press(pilot, "slash")
        assert page.query_one("#filter").placeholder.startswith("which arms")
        await press(pilot, "enter", "4", "slash")
        assert page.query_one("#filter").placeholder.startswith("which fields")


async def test_no_other_column_is_said(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "3")
        assert "nothing here: no numbers" in words(pilot, "#no-probes")


async def test_configuration_marks_what_differs_and_explains_the_field(world):
    async with play(world, (120, 40), open_at=FINISHED) as pilot:
        await press(pilot, "4")
        assert any("seeds" in row and "4 seeds: 0, 1, 2, 3" in row and row.count("=") == 2 for row in rows(pilot))
        await press(pilot, "d")
        assert any("≠" in row and "weight_decay " in row and "linear" in row for row in rows(pilot))
        assert not any("d_model" in row for row in rows(pilot))
        await press(pilot, "d", "slash", "b", "e", "t", "a", "1", "enter")
        assert sum("beta" in row for row in rows(pilot)) == 1
        assert "optimizer.beta1" in words(pilot, "#about") and "mean gradient" in words(pilot, "#about")
        await press(pilot, "slash", *"zzz", "enter")
        assert "no field contains “zzz”" in words(pilot, "#signs")
        await press(pilot, "escape")
        assert any("d_model" in row for row in rows(pilot))


def fork_of(folder, arm: str, **values) -> None:
    """Say of a running experiment that it is a fork in which these fields of an arm were others until step 200."""
    past = [{"until": 200, "values": {name.replace("__", "."): value for name, value in values.items()}}]
    writer = _WRITERS[folder.cohorts[0].path]
    writer.event("forked", step=200, of="20261122-120000-quickstart-one2", cohort=0, past={arm: past})


async def test_what_a_fork_has_changed_is_told_with_its_step(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=300, state="running", overrides=("optimizer.lr=0.003",))
    fork_of(folder, "static", optimizer__lr=0.01, optimizer__weight_decay="linear", optimizer__weight_decay__final=0.5)
    spec, told = folder.spec(), "0.01, from step 200 0.003"
    shown = {
        row.key: row for row in fields([(spec, arm) for arm in spec.arms], [folder.past(a.name) for a in spec.arms])
    }
    assert shown["optimizer.lr"].values == (told, "0.003", "0.003") and shown["optimizer.lr"].differs
    assert shown["optimizer.weight_decay"].values[0] == "linear, from step 200 1"
    assert shown["optimizer.weight_decay.final"].values[0] == "0.5, from step 200 –"
    assert about(shown["optimizer.lr"]).path == "optimizer[adamw].lr"
    async with play(runs, (160, 40), open_at=folder.name) as pilot:
        await press(pilot, "4", "d")
        assert any("≠" in row and told in row for row in rows(pilot))
        await press(pilot, "1", "d")
        assert isinstance(pilot.app.screen, Difference)
        assert any(row.key == "optimizer.lr" for row in pilot.app.screen.query_one(Table).rows)
        assert told in screen_text(pilot)


async def test_many_arms_stand_in_one_column_and_below_in_full(runs):
    folder = make(runs, "20261122-133000-grid-aaaa", arms=9)
    async with play(runs, (80, 24), open_at=folder.name) as pilot:
        await press(pilot, "4")
        assert ("value" in rows(pilot)[0] and "optimizer" in words(pilot, "#about")) or "title" in words(
            pilot, "#about"
        )
        assert all(len(row) <= 80 for row in rows(pilot))


def test_every_field_has_its_description(world):
    spec = open_folder(world / FINISHED).spec()
    known = {info.key for info in field_table()}
    for row in fields([(spec, arm) for arm in spec.arms]):
        key = row.key.removeprefix("experiment.")
        assert (about(row) is not None) == (key in known), row.key
    initial = next(
        row for row in fields([(spec, arm) for arm in spec.arms]) if row.key.endswith("weight_decay.initial")
    )
    assert initial.values == ("–", "3", "–") and initial.differs


async def test_the_log_tells_events_in_plain_words_and_follows(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=300, state="running")
    async with play(runs, open_at=folder.name) as pilot:
        await press(pilot, "5")
        said = "\n".join(rows(pilot))
        assert "training begins on cpu" in said and "memorised   static, seed 0" not in said.splitlines()[1]
        writer = _WRITERS[folder.cohorts[0].path]
        writer.event("diverged", step=301, arm="static", seed=2)
        await until(pilot, lambda: "diverged" in words(pilot, "#line"))
        assert any("✖" in row and "static, seed 2" in row for row in rows(pilot))
        await press(pilot, "up", "up")
        writer.event("note", step=302, text="out of memory: going on with 2 members at a time")
        await until(pilot, lambda: any("out of memory" in row for row in rows(pilot)))
        assert "out of memory" not in words(pilot, "#line")  # the highlight stays where the user put it


async def test_a_failure_and_the_workers_own_words_are_there(world):
    async with play(world, open_at=FAILED) as pilot:
        await press(pilot, "5")
        said = "\n".join(rows(pilot))
        assert "failed: RuntimeError: CUDA error" in said and "what the worker wrote" in said
        assert any("✖" in row and "Traceback" in row for row in rows(pilot))
        await press(pilot, "slash", *"cuda", "enter")
        assert "with “cuda”" in tabs(pilot) and sum("CUDA" in row for row in rows(pilot)) == 2
        await press(pilot, "escape")
        assert "Traceback" in "\n".join(rows(pilot))


async def test_hostile_text_in_a_log_is_harmless_and_only_its_end_is_read(world):
    folder = open_folder(world / FAILED)
    folder.cohorts[0].log_path.write_text("old\n" * 1000 + "\x1b[2J[bold]evil[/] \u202e\x00\n" + "x" * 5000 + "\n")
    async with play(world, open_at=FAILED) as pilot:
        await press(pilot, "5")
        assert f"the last {TAIL} lines" in str(pilot.app.screen.tab.found)
        await press(pilot, "up")
        said = screen_text(pilot)
        assert "[bold]evil[/]" in said and "\x1b" not in said and "\u202e" not in said
        assert len(pilot.app.screen.tab.query_one(Table).rows) < TAIL + 60


async def test_a_damaged_log_is_told_and_not_fatal(world):
    folder = open_folder(world / FINISHED)
    folder.cohorts[0].log_path.mkdir()
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "5")
        assert "can't be read" in words(pilot, "#line")


def test_an_event_of_a_newer_version_is_shown_as_it_is():
    assert in_words(Event(1, "levitated", 0.0, 3, {"height": 2})) == "levitated height 2"
    assert in_words(Event(1, "parked", 0.0, 3, {"signal": "SIGTERM"})).startswith("parked: the worker was asked to end")


async def test_system_tells_versions_streams_and_checkpoints(world):
    folder = open_folder(world / FINISHED)
    cohort = folder.cohorts[0]
    provenance = {"step": 0, "torch": "2.13.0", "python": "3.11.7", "commit": "abc123", "device": "cpu"}
    cohort.paths.provenance.write_text(json.dumps([provenance | {"precision": {"matmul_tf32": False}}]))
    cohort.paths.checkpoint(500, True).write_bytes(b"x" * 2000)
    async with play(world, (120, 60), open_at=FINISHED) as pilot:
        await press(pilot, "6")
        said = words(pilot, "#system")
        assert str(folder.path) in said and "901 rows" in said and "2.13.0" in said and "abc123" in said
        assert "step 500" in said and "2 kB, kept for good" in said and "matmul tf32" in said
        assert "time of a step" not in said  # it is not running


def test_system_stands_in_columns_where_there_is_room():
    long = "/a/path/" + "that/is/long/" * 15
    groups = (
        Group("Folder", (("path", long),)),
        *(Group(title, tuple((f"{title} {i}", "x" * 30) for i in range(6))) for title in ("one", "two", "three")),
    )
    narrow = system_text(groups, 79, ink(DARK)).plain.split("\n")
    wide = system_text(groups, 299, ink(DARK)).plain.split("\n")
    assert sorted(" ".join(narrow).split()) == sorted(" ".join(wide).split())
    assert sum(long in line for line in wide) == 1
    assert any(line.split() == ["one", "two", "three"] for line in wide)
    assert len(wide) == 3 + 8 and max(len(line) for line in wide if long not in line) <= 299
    two = system_text(groups, 140, ink(DARK)).plain.split("\n")
    assert len(wide) < len(two) < len(narrow)


async def test_system_of_what_runs_has_rate_and_time_of_a_step(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=300, state="running")
    async with play(runs, (120, 60), open_at=folder.name) as pilot:
        await press(pilot, "6")
        assert "31/s" in words(pilot, "#system") and "32.3 ms" in words(pilot, "#system")
        grow(folder, 300, 320)
        await until(pilot, lambda: "321 rows" in words(pilot, "#system"))


async def test_where_arms_differ_and_where_experiments_do(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "d")
        page = pilot.app.screen
        assert isinstance(page, Difference)
        table = page.query_one(Table)
        assert [row.key for row in table.rows if not row.heading][1] == "optimizer.weight_decay"
        await press(pilot, "d")
        assert len(table.rows) > 40
        await press(pilot, "slash", *"final", "enter")
        assert [row.key for row in table.rows if not row.heading] == ["optimizer.weight_decay.final"]
        await press(pilot, "escape", "escape")
        assert not isinstance(pilot.app.screen, Difference)


async def test_the_difference_of_a_broken_folder_says_why(world):
    async with play(world) as pilot:
        open_folder(world / FINISHED).paths.spec.write_text("title = 1")
        pilot.app.push_screen(Difference((FINISHED,)))
        await settle(pilot)
        await until(pilot, lambda: "experiment.toml" in str(pilot.app.screen.query_one("#problem", Static).content))
