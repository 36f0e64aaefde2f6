"""The experiment, new and compare screens, driven by keys."""

import os
import signal

import pytest
from console.play import chart_lines, play, press, screen_text, settle, toasts, until, words
from console.world import SPIKE_AT, make, populate, silence

from grokterm.console.memory import Memory
from grokterm.console.screens.compare import Compare
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.home import Home
from grokterm.console.screens.new import New
from grokterm.record import list_folders, open_folder

FINISHED = "20261122-120000-quickstart-fin3"
CHARTS = ("#loss", "#accuracy", "#norm", "#lambda")


@pytest.fixture
def world(runs):
    """One experiment of every kind."""
    populate(runs)
    return runs


@pytest.fixture
def no_worker_left(runs):
    """Whatever a test started ends with it."""
    yield
    for folder in list_folders(runs):
        for cohort in folder.cohorts:
            status = cohort.status()
            if cohort.state().live and status is not None and status.pid not in (0, os.getpid()):
                os.kill(status.pid, signal.SIGKILL)


def y_labels(lines: list[str]) -> list[str]:
    return [line.split("┤")[0].strip() for line in lines if "┤" in line]


async def test_four_charts_with_arms_markers_and_milestones(world):
    async with play(world, open_at=FINISHED) as pilot:
        for selector in CHARTS:
            drawn = "".join(chart_lines(pilot, selector))
            assert all(sign in drawn for sign in "●▲■"), selector
        assert all(label in "".join(chart_lines(pilot, "#accuracy")) for label in ("m●", "m▲", "g▲", "g■"))
        assert "0.001" in y_labels(chart_lines(pilot, "#loss"))  # logarithmic by itself
        assert "median and range of 4 seeds" in words(pilot, "#title") or pilot.app.size.width < 140
        assert "1/4 grokked" in words(pilot, "#legend") and "4/4 grokked" in words(pilot, "#legend")


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
        assert chart_lines(pilot, "#loss")[-1].split() == chart_lines(pilot, "#norm")[-1].split() == ["1", "10", "100"]


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


@pytest.mark.parametrize(
    "name, said",
    [
        ("20261122-134000-quickstart-que2", "waits for a free device"),
        ("20261122-090000-quickstart-fai4", "RuntimeError: CUDA error: device-side assert triggered"),
        ("20261121-140000-quickstart-los5", "p goes on from the last checkpoint"),
        ("20261120-140000-quickstart-sto6", "p goes on from its last checkpoint"),
    ],
)
async def test_every_unusual_state_says_what_it_is_and_what_to_do(world, name, said):
    async with play(world, open_at=name) as pilot:
        assert said in words(pilot, "#message")


async def test_stop_asks_first_and_leaves_a_request(world):
    async with play(world) as pilot:
        control = open_folder(world / "20261122-135500-quickstart-run2").cohorts[0].paths.control
        await press(pilot, "K")
        assert "checkpoint" in screen_text(pilot)
        await press(pilot, "n")
        assert not list(control.iterdir())
        await pilot.press("K", "y")
        await until(pilot, lambda: len(list(control.glob("*.json"))) == 1)


async def test_pause_leaves_a_request(world):
    async with play(world) as pilot:
        control = open_folder(world / "20261122-135500-quickstart-run2").cohorts[0].paths.control
        await pilot.press("p")
        await until(pilot, lambda: "pause" in "".join(path.read_text() for path in control.glob("*.json")))


async def test_what_cannot_be_paused_is_said_in_one_line(world):
    async with play(world) as pilot:
        await press(pilot, "down", "down", "p")
        await until(pilot, lambda: "nothing to pause or resume" in toasts(pilot))


async def test_compare_shows_table_verdict_chart_and_differences(world):
    async with play(world, open_at=FINISHED) as pilot:
        await press(pilot, "c")
        assert isinstance(pilot.app.screen, Compare)
        table = words(pilot, "#rows")
        assert "t_grok" in table and "1/4" in table and "p (Holm)" in table
        assert "static-high groks" in words(pilot, "#sentences")
        assert "optimizer.weight_decay" in words(pilot, "#differing")
        assert any("g▲" in line for line in chart_lines(pilot, "#overlay"))
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ExperimentPage)


async def test_compare_sheds_columns_and_cuts_no_number(world):
    for size in ((80, 24), (120, 40), (200, 60)):
        async with play(world, size, open_at=FINISHED) as pilot:
            await press(pilot, "c")
            rows = words(pilot, "#rows").splitlines()
            assert all(len(row) <= size[0] for row in rows) and not any("…" in row for row in rows)


async def test_compare_of_a_broken_folder_says_why(world):
    open_folder(world / FINISHED).paths.spec.write_text("title = 1")
    async with play(world) as pilot:
        await press(pilot, "down", "down", "c")
        assert "experiment.toml" in words(pilot, "#rows")


async def test_new_shows_presets_and_what_their_arms_differ_in(runs):
    async with play(runs) as pilot:
        await press(pilot, "n")
        said = words(pilot, "#words")
        assert isinstance(pilot.app.screen, New)
        assert all(label in said for label in ("question", "source", "expect", "cost", "3 arms x 4 seeds, 900 steps"))
        assert "optimizer.weight_decay = linear: initial 3.0 final 0.5" in said
        await press(pilot, "down")
        assert "mod 113" in words(pilot, "#words")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Home) and not list_folders(runs)


@pytest.mark.slow
async def test_a_preset_is_started_paused_stopped_and_resumed_from_the_keyboard(runs, no_worker_left):
    async with play(runs) as pilot:

        async def becomes(word: str) -> None:
            await until(pilot, lambda: f" {word} " in words(pilot, "#state"), patience=60)

        await press(pilot, "n")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
        await becomes("running")
        await until(pilot, lambda: any("┤" in line for line in chart_lines(pilot, "#loss")), patience=60)
        await pilot.press("p")
        await becomes("paused")
        await pilot.press("p")
        await becomes("running")
        await pilot.press("K", "y")
        await becomes("stopped")
        await pilot.press("p")
        await becomes("running")
        await pilot.press("K", "y")
        await becomes("stopped")
        assert [folder.name for folder in list_folders(runs)] == [pilot.app.screen.target()]


async def test_the_view_is_remembered_and_restored(world, tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path / "state"))
    async with play(world, open_at=FINISHED, memory=Memory.load(world)) as pilot:
        await press(pilot, "x", "y")
        await until(pilot, lambda: (tmp_path / "state" / "console.json").exists())
    async with play(world, memory=Memory.load(world)) as pilot:
        await settle(pilot)
        assert pilot.app.screen.target() == FINISHED and isinstance(pilot.app.screen, ExperimentPage)
        assert pilot.app.memory.view.log_x and pilot.app.memory.view.y == "log"


def test_a_damaged_memory_counts_as_none(tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path))
    for text in ("", "{", "[]", '{"runs": 3, "theme": 4}', '{"runs": {"/x": []}}'):
        (tmp_path / "console.json").write_text(text)
        assert Memory.load(tmp_path / "x").view.y == "auto"


async def test_a_hangup_leaves_cleanly(world):
    async with play(world) as pilot:
        os.kill(os.getpid(), signal.SIGHUP)
        await until(pilot, lambda: pilot.app._exit)
    pilot.app.watcher.join(10)
    assert not pilot.app.watcher.is_alive()
    assert pilot.app.return_code == 0


async def test_leaving_touches_no_folder(world):
    before = sorted(path.stat().st_mtime_ns for path in world.rglob("*"))
    async with play(world) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: pilot.app._exit)
    assert sorted(path.stat().st_mtime_ns for path in world.rglob("*")) == before


async def test_a_stalled_worker_is_neither_dead_nor_restarted(runs, monkeypatch):
    folder = make(runs, "20261122-120000-quickstart-sta7", step=300, state="running")
    silence(folder)
    async with play(runs, open_at=folder.name) as pilot:
        assert "not proven gone" in words(pilot, "#message")
        await press(pilot, "p")
        await until(pilot, lambda: "nothing was started" in toasts(pilot))
