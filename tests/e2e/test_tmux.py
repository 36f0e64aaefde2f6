"""From the first start to a stopped second run, as a user sees it: a real terminal, a real worker, real grokking."""

import shutil
import sys
from pathlib import Path

import psutil
import pytest
from e2e.tmux import Tmux

from grokterm.record import State, open_folder

SMALL = Path(__file__).with_name("small.toml")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux: apt-get install tmux; see .ci/run"),
]


@pytest.fixture
def console(tmp_path, runs):
    """A function that opens the console in a tmux of its own, with the small preset as one of the user's own."""
    presets = tmp_path / "presets"
    presets.mkdir()
    shutil.copy(SMALL, presets / "small.toml")
    opened = []

    def start(*words: str) -> Tmux:
        command = (sys.executable, "-m", "grokterm", *words, "--runs", str(runs))
        opened.append(Tmux(*command, GROKTERM_PRESETS=str(presets), LANG="C.UTF-8"))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.kill()
    for folder in runs.glob("*-*"):
        for cohort in open_folder(folder).cohorts:
            for process in _workers(cohort.path):
                process.kill()


def _workers(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if "grokterm.engine" in line and any(str(folder.parent) in word for word in line):
            found.append(process)
    return found


def test_a_first_session(console, runs):
    first = console()
    first.until("Any key begins")
    first.send("n")
    first.until("New experiment", "quickstart", "small")
    first.send("End")  # one's own come last
    first.until("A small one that groks")
    first.send("Enter")
    first.until("running", "step", "static", seconds=40)
    first.kill()  # the terminal is gone; the worker isn't

    folder = open_folder(next(runs.glob("*-*")))
    assert folder.state().live

    second = console()  # where the first one was
    second.until("2/2 grokked", seconds=60)
    second.until("finished", seconds=60)
    second.send("c")
    second.until("static", "slower", "t_grok")
    second.send("Escape")
    second.until("finished", "Esc back")
    second.send("Escape")
    second.until("1 experiment", "Enter open")

    second.send("n")
    second.until("New experiment", "quickstart", "small")
    second.send("End")
    second.until("A small one that groks")
    second.send("Enter")
    second.until("running", seconds=40)
    second.send("K")
    second.until("Stop")
    second.send("y")
    second.until("stopped", seconds=30)
    assert sorted(open_folder(path).state() for path in runs.glob("*-*")) == sorted([State.FINISHED, State.STOPPED])
    second.send("q")
