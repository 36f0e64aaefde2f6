"""Starting from the form."""

import threading

import pytest
from console.play import play, press, toasts, until
from console.world import populate

import grokterm.spec
from grokterm.console.screens.experiment import ExperimentPage
from grokterm.console.screens.form import Form
from grokterm.console.screens.home import Home

BAD = """
seeds = 1
task = { operation = "add", p = 5, train_fraction = 0.5 }
model = { d_model = 8, heads = 2, d_mlp = 16 }
optimizer = { lr = -1.0, weight_decay = 1.0 }
stop = { steps = 100 }
"""


async def test_the_event_loop_never_checks_a_whole_draft(runs, tmp_path, monkeypatch):
    source, threads, check = tmp_path / "bad.toml", [], grokterm.spec.check
    source.write_text(BAD)

    def noted(draft):
        threads.append(threading.current_thread())
        return check(draft)

    monkeypatch.setattr(grokterm.spec, "check", noted)
    async with play(runs) as pilot:
        page = Form(source)
        pilot.app.push_screen(page)
        await until(pilot, lambda: page.draft is not None and page.settled)
        await press(pilot, "f5")
        await until(pilot, lambda: "optimizer.lr" in toasts(pilot))
        assert page._row.key == "optimizer.lr" and pilot.app.screen is page
    assert len(threads) >= 2 and threading.main_thread() not in threads


@pytest.mark.parametrize("moved", [False, True])
async def test_what_was_just_started_is_highlighted_in_the_history(runs, tmp_path, monkeypatch, moved):
    from grokterm.spec import my_folder

    populate(runs)
    (my_folder() / "one.toml").write_text(BAD.replace("-1.0", "1e-3"))
    monkeypatch.setattr("grokterm.jobs.launch", lambda folder, device: None)
    before = {path.name for path in runs.iterdir()}
    async with play(runs) as pilot:
        await press(pilot, "down", "n", "slash", *"one", "enter", "e")
        await until(pilot, lambda: isinstance(pilot.app.screen, Form) and pilot.app.screen.draft is not None)
        await press(pilot, "f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExperimentPage))
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, Home)
        (new,) = {path.name for path in runs.iterdir()} - before
        await until(pilot, lambda: pilot.app.screen.target() == new)
        if moved:  # it is no more than where one begins
            await press(pilot, "end", "r")
            assert pilot.app.screen.target() != new
