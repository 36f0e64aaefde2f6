"""The console beside live workers: `python tests/bench/console_live.py [--runs 8] [--minutes 10] [--others 0]`.

Starts that many small experiments with real workers, the console in a pseudo-terminal, and reports: key to screen,
processor time, bytes to the terminal while watching one run, and resident memory over the time given; then the same
idle, with no worker left.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.screen import Screen
from console.world import make
from worker.lab import document, kill, wait_for_state

from grokterm.jobs import launch
from grokterm.record import ExperimentFolder, create
from grokterm.spec import parse

KEYS = [b"j", b"k"] * 40
SAMPLE_SECONDS = 15.0


def begin(runs: Path, count: int) -> list[ExperimentFolder]:
    """Experiments that train as long as they are let, each in a worker of its own."""
    folders = []
    for index in range(count):
        experiment = parse(document(title=f"live {index}", stop={"steps": 10_000_000}), f"live{index}.toml")
        folder = create(runs, experiment)
        launch(folder, "cpu")
        folders.append(folder)
    for folder in folders:
        wait_for_state(folder, "running")
    return folders


def keys(screen: Screen, what: str) -> None:
    """Press keys one after the other and print how soon the screen answers."""
    times = []
    for key in KEYS:
        times.append(screen.answer(key)[0] * 1000)
        time.sleep(0.02)
    ordered = sorted(times)
    print(f"{what:<34} median {statistics.median(ordered):5.1f} ms   95 % {ordered[int(len(ordered) * 0.95)]:5.1f} ms")


def spend(screen: Screen, seconds: float, what: str) -> None:
    """Let it be for a while; print its share of a core and what it sends."""
    busy, start = screen.busy(), time.monotonic()
    time.sleep(seconds)
    share = (screen.busy() - busy) / (time.monotonic() - start)
    sent = screen.sent(start) / (time.monotonic() - start)
    print(f"{what:<34} {share * 100:5.1f} % of a core   {sent / 1000:6.2f} kB/s   {screen.memory() / 1e6:5.0f} MB")


def soak(screen: Screen, minutes: float) -> None:
    """Sample memory and processor time; walk about a little, as a user does."""
    samples, end = [], time.monotonic() + minutes * 60
    while time.monotonic() < end:
        busy, start = screen.busy(), time.monotonic()
        time.sleep(min(SAMPLE_SECONDS, max(1.0, end - time.monotonic())))
        share = (screen.busy() - busy) / (time.monotonic() - start)
        samples.append((screen.memory() / 1e6, share * 100))
        screen.press(b"\x1bj\r")  # back, one down, open
    megabytes = [megabyte for megabyte, _ in samples]
    print(
        f"{'soak of ' + format(minutes, 'g') + ' minutes':<34} memory {megabytes[0]:.0f} MB at first, "
        f"{megabytes[len(megabytes) // 2]:.0f} MB half-way, {megabytes[-1]:.0f} MB at the end, "
        f"most {max(megabytes):.0f} MB; {statistics.mean(share for _, share in samples):.1f} % of a core"
    )


def main() -> None:
    """Read the arguments, start everything, measure, end everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--others", type=int, default=50, help="finished experiments beside the live ones")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--ssh", action="store_true", help="as over SSH, where the screen is drawn once a second")
    asked = parser.parse_args()
    columns, rows = map(int, asked.size.split("x"))
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"GROKTERM_STATE": place, "GROKTERM_SLOTS": f"cpu={asked.runs}"}
        runs = Path(place) / "runs"
        runs.mkdir()
        for index in range(asked.others):
            make(runs, f"20260101-{index // 60:02d}{index % 60:02d}00-quickstart-aaaa", seeds=2)
        folders = begin(runs, asked.runs)
        over = {"SSH_CONNECTION": "10.0.0.1 22 10.0.0.2 22"} if asked.ssh else {}
        screen = Screen(runs, Path(place), (columns, rows), over)
        try:
            screen.wait_for(b"running")
            time.sleep(3)
            keys(screen, f"history, {asked.runs} live")
            spend(screen, 20, f"history, {asked.runs} live")
            screen.press(b"\r")
            time.sleep(3)
            spend(screen, 60, "watching one live run")
            keys(screen, "watching one live run")
            soak(screen, asked.minutes)
        finally:
            for folder in folders:
                kill(folder, 15)
        for folder in folders:
            wait_for_state(folder, "parked", "stopped", "finished")
        screen.press(b"\x1b")
        time.sleep(6)
        spend(screen, 30, "history, nothing live")
        screen.close()


if __name__ == "__main__":
    main()
