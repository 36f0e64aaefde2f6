"""Kill real workers at random moments: nothing committed is lost, and the numbers come out the same, bit for bit."""

import random
import signal
import time

import numpy as np
import pytest
from worker.lab import (
    assert_same_numbers,
    events,
    kill,
    numbers,
    state,
    status,
    step_of,
    until,
    wait_for_state,
    worker_log,
)

from grokterm.jobs import resume
from grokterm.record import open_folder

KILLS = 20
LONG = {"stop": {"steps": 2500}, "streams": {"train_every": 1, "eval_every": 10, "checkpoint_every": 50}}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_twenty_kills_at_random_moments_change_no_bit(started, made):
    straight, killed = started(**LONG), started(**LONG)
    moments = random.Random(7)
    kills = 0
    while kills < KILLS:
        if moments.random() < 0.3:  # in the start or the resume
            time.sleep(moments.uniform(0.0, 0.5))
        else:  # in the middle of training and writing
            goal = step_of(killed) + moments.randint(1, 60)
            until(lambda goal=goal: step_of(killed) >= goal or state(killed) == "finished", what="steps")
            time.sleep(moments.uniform(0.0, 0.1))
        if state(killed) == "finished":
            break
        committed = _rows(killed)
        pids = kill(killed, signal.SIGKILL)
        if not pids:
            continue
        kills += 1
        wait_for_state(killed, "lost")
        after = _rows(killed)
        for name, (steps, losses) in committed.items():
            np.testing.assert_array_equal(after[name][0][: len(steps)], steps)
            np.testing.assert_array_equal(after[name][1][: len(losses)], losses)
        resume(killed, "cpu")
    assert kills == KILLS, f"the run ended after {kills} kills: make it longer"
    wait_for_state(killed, "finished", "failed", seconds=200)
    wait_for_state(straight, "finished", "failed", seconds=200)
    assert state(killed) == "finished", worker_log(killed)
    assert_same_numbers(numbers(straight), numbers(killed))
    assert _milestones(straight) == _milestones(killed)


def test_two_workers_on_one_cohort_are_refused(started):
    folder = started(stop={"steps": 100_000})
    until(lambda: step_of(folder) > 5, what="a few steps")
    import subprocess
    import sys

    second = subprocess.run(
        [sys.executable, "-m", "grokterm.engine", str(folder.path), "--device", "cpu"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 2 and "another worker is already training" in second.stderr
    before = step_of(folder)
    until(lambda: step_of(folder) > before, what="the first going on")


def test_a_bad_newest_checkpoint_falls_back_to_the_one_before(started):
    folder = started(stop={"steps": 1200}, streams={"eval_every": 10, "checkpoint_every": 50})
    until(lambda: step_of(folder) > 200, what="some checkpoints")
    kill(folder, signal.SIGKILL)
    wait_for_state(folder, "lost", "finished")
    if state(folder) == "finished":
        pytest.skip("the machine was too quick for this test")
    newest = sorted((folder.path / "cohorts" / "00" / "checkpoints").glob("*.safetensors"))[-1]
    newest.write_bytes(newest.read_bytes()[:-100])
    resume(folder, "cpu")
    wait_for_state(folder, "finished")
    assert [e.step for e in events(folder, "checkpoint_refused")], events(folder)
    assert numbers(folder)["train/step"].tolist() == list(range(1200))
    assert status(folder).step == 1200


def _rows(folder):
    """{stream: (steps, first column)} of what is committed now."""
    reader = open_folder(folder.path).cohorts[0]
    tables = {name: reader.stream(name).read() for name in reader.stream_names() if name != "clock"}
    return {
        name: (table.steps, next(iter(table.columns.values()))) for name, table in tables.items() if len(table.steps)
    }


def _milestones(folder):
    kinds = ("memorised", "grokked_touch", "grokked", "diverged")
    from grokterm.record import effective_events

    return sorted(
        {(e.kind, e.data["arm"], e.data["seed"], e.step) for e in effective_events(events(folder)) if e.kind in kinds}
    )
