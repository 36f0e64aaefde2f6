"""Starting from the form."""

import threading

from console.play import play, press, toasts, until

import grokterm.spec
from grokterm.console.screens.form import Form

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
