"""Leaving the console while something is measured."""

import subprocess
import sys
import time

import psutil

SCRIPT = """
import sys, threading
from pathlib import Path
from grokterm.console.app import Console
from grokterm.jobs import estimate

module = sys.modules["grokterm.jobs.estimate"]
measuring = threading.Event()

class Slow(module.subprocess.Popen):
    def __init__(self, command, **words):
        super().__init__([sys.executable, "-c", "import time; time.sleep(300)"], **words)
        print(self.pid, flush=True)
        measuring.set()

module.subprocess.Popen = Slow
app = Console(Path(sys.argv[1]))

async def play(pilot):
    await pilot.press("n")
    while not app.screen.query("#words") or "device:" not in str(app.screen.query_one("#words").content):
        await pilot.pause(0.05)
    await pilot.press("m")
    while not measuring.is_set():
        await pilot.pause(0.05)
    await pilot.press("escape", "q")

app.run(headless=True, size=(80, 24), auto_pilot=play)  # what a pipe says of its size may be anything
"""


def test_a_measurement_is_not_waited_for_and_ends_too(runs):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(runs)], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    pid = int(done.stdout.split()[-1])
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)
