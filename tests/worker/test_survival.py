"""A worker outlives its parent and its terminal; members outlive their neighbours; failures leave a clear word."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

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

from grokterm.jobs import launch, line, request, resume
from grokterm.record import open_folder
from grokterm.record.processes import process_start

LAUNCHER = "import sys, time; from grokterm.record import open_folder; from grokterm.jobs import launch; \
launch(open_folder(sys.argv[1]), 'cpu'); print('launched', flush=True); time.sleep(600)"
ENDLESS = {"stop": {"steps": 1_000_000}}


def test_survives_the_end_of_its_parent_and_of_the_terminal(made):
    folder = made(**ENDLESS)
    master, slave = pty.openpty()
    parent = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(folder.path)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    until(lambda: step_of(folder) > 5, what="a few steps")
    os.close(master)  # the terminal hangs up
    os.killpg(parent.pid, signal.SIGHUP)
    os.killpg(parent.pid, signal.SIGKILL)
    parent.wait()
    kill(folder, signal.SIGHUP)
    before = step_of(folder)
    until(lambda: step_of(folder) > before + 5, what="steps after the hang-up")
    assert state(folder) == "running"
    assert request(folder, "stop")[0].answered


def test_a_member_that_diverges_freezes_alone(started):
    wild = {
        "static": {},
        "wild": {"optimizer": {"lr": 0.9, "weight_decay": 0.0, "eps": 0.0}, "model": {"init_scale": 1e12}},
    }
    folder, calm = started(arms=wild, stop={"steps": 120}), started(arms={"static": {}}, stop={"steps": 120})
    assert wait_for_state(folder, "finished", "failed") == "finished"
    wait_for_state(calm, "finished")
    assert {(e.data["arm"], e.data["seed"]) for e in events(folder, "diverged")} == {("wild", 0), ("wild", 1)}
    with_wild, alone = numbers(folder), numbers(calm)
    assert not np.isfinite(with_wild["train/train_loss"][-1, 2:]).any()
    np.testing.assert_allclose(with_wild["train/train_loss"][:, :2], alone["train/train_loss"], rtol=1e-3)


def test_a_missing_device_is_a_failure_with_a_clear_word(made):
    folder = made()
    launch(folder, "cuda:7")
    wait_for_state(folder, "failed")
    assert "cuda:7" in events(folder, "failed")[0].data["error"]
    until(lambda: "is not on this machine" in worker_log(folder), what="the traceback in the log")


def test_full_disk_is_counted_and_what_was_written_stays(made):
    """A limit on the size of files stands in for a full disk: writes fail in the same way, during training."""
    folder = made(
        stop={"steps": 3000}, streams={"eval_every": 1, "weights_every": 1, "sparsity_every": 1, "checkpoint_every": 0}
    )
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
        "from grokterm.engine.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", code, str(folder.path), "--device", "cpu"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    until(lambda: status(folder) and status(folder).dropped > 0, what="a write that fails")
    dropped_at = step_of(folder)
    until(lambda: step_of(folder) > dropped_at, what="training going on")
    rows = numbers(folder)
    assert all(np.isfinite(values[-1]).any() for name, values in rows.items() if name.endswith("_loss"))
    assert all((np.diff(values) > 0).all() for name, values in rows.items() if name.endswith("/step"))
    worker.kill()
    worker.wait()


def test_a_full_disk_that_holds_the_log_too_ends_nothing(made):
    folder = made(stop={"steps": 3000}, streams={"eval_every": 1, "weights_every": 1, "checkpoint_every": 20})
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)); "
        "from grokterm.engine.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    with Path("/dev/full").open("w") as full:
        worker = subprocess.Popen(
            [sys.executable, "-c", code, str(folder.path), "--device", "cpu"], stderr=full, stdout=full
        )
    until(lambda: status(folder) and status(folder).dropped > 5, what="checkpoints that fail")
    before = step_of(folder)
    until(lambda: step_of(folder) > before + 20, what="training going on")
    worker.kill()
    worker.wait()


@pytest.mark.parametrize("paused", [False, True])
def test_a_worker_whose_folder_was_deleted_leaves_its_slot(started, tmp_path, paused):
    folder = started(stop={"steps": 1_000_000 if paused else 1000})
    until(lambda: step_of(folder) > 5, what="a few steps")
    if paused:
        request(folder, "pause")
    pid = status(folder).pid
    assert process_start(pid) is not None and [held.pid for held in line().holding] == [pid]
    folder.path.rename(tmp_path / "deleted")  # at once; a deletion would take turns with the worker
    until(lambda: process_start(pid) is None, what="the end of the process")
    assert line().holding == ()
    assert "the folder is gone" in (tmp_path / "deleted" / "cohorts" / "00" / "worker.log").read_text()


def test_the_line_moves_without_anybody_watching(made, monkeypatch):
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=1")
    first, second, third = made(**ENDLESS), made(stop={"steps": 40}), made(stop={"steps": 40})
    launch(first, "cpu")
    until(lambda: step_of(first) > 2, what="the first training")
    launch(second, "cpu")
    until(lambda: state(second) == "queued" and status(second), what="the second waiting")
    launch(third, "cpu")
    until(lambda: state(third) == "queued" and status(third), what="the third waiting")
    kill(first, signal.SIGKILL)  # a killed worker frees its slot
    wait_for_state(third, "finished")
    assert state(second) == "finished"
    assert events(second, "started")[0].time < events(third, "started")[0].time
    assert events(second, "finished")[0].time <= events(third, "started")[0].time


def test_a_waiting_worker_can_be_stopped_and_killed(made, monkeypatch):
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=1")
    first, second, third, fourth = made(**ENDLESS), made(), made(), made(stop={"steps": 20})
    launch(first, "cpu")
    until(lambda: step_of(first) > 2, what="the first training")
    for folder in (second, third, fourth):
        launch(folder, "cpu")
        until(lambda f=folder: state(f) == "queued" and status(f), what="waiting")
    assert [e.kind for e in _answers(second, "pause")] == ["refused"]
    assert request(second, "stop")[0].answered
    wait_for_state(second, "stopped")
    kill(third, signal.SIGKILL)  # leaves the line without a word
    request(first, "stop")
    wait_for_state(fourth, "finished")
    assert state(third) == "lost"


def test_everything_grokked_ends_the_run_at_a_step_that_does_not_depend_on_the_clock(started):
    easy = {
        "task": {"p": 7, "train_fraction": 0.9},
        "stop": {"steps": 20_000, "grokked_plus": 100},
        "milestones": {"memorised": 0.3, "grokked": 0.01},
        "arms": {"static": {}},
    }
    first, second = started(**easy), started(**easy)
    until(lambda: step_of(second) > 100, what="the decision to end")
    kill(second, signal.SIGTERM)
    if wait_for_state(second, "parked", "finished") == "parked":
        resume(second, "cpu")
    wait_for_state(first, "finished")
    wait_for_state(second, "finished")
    assert status(first).step == status(second).step < 20_000
    assert_same_numbers(numbers(first), numbers(second))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_park_the_run(started, number):
    folder = started(**ENDLESS)
    until(lambda: step_of(folder) > 5, what="a few steps")
    kill(folder, number)
    wait_for_state(folder, "parked")
    assert events(folder, "parked")[0].data["signal"] == number.name
    assert open_folder(folder.path).cohorts[0].checkpoints()


def _answers(folder, action: str):
    """Ask, and return the events that answer."""
    cohort = folder.cohorts[0]
    key = cohort.request(action)
    return [until(lambda: cohort.answer_to(key), what=f"an answer to {action}")]


def test_killed_before_the_last_word_it_still_ends_well(started):
    folder = started(stop={"steps": 60})
    wait_for_state(folder, "finished")
    until(lambda: process_start(status(folder).pid) is None, what="the end of the process")
    before = numbers(folder)
    log = folder.path / "cohorts" / "00" / "events.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    assert "finished" in lines[-1]
    log.write_text("".join(lines[:-1]))
    said = folder.path / "cohorts" / "00" / "status.json"
    said.write_text(said.read_text().replace('"finished"', '"running"'))
    wait_for_state(folder, "lost")
    resume(folder, "cpu")
    wait_for_state(folder, "finished")
    assert_same_numbers(before, numbers(folder))


def test_a_pause_is_no_training_time_even_if_the_run_is_parked_in_it(started):
    folder = started(**ENDLESS)
    until(lambda: step_of(folder) > 5, what="a few steps")
    request(folder, "pause")
    wall, beat = folder.cohorts[0].read("clock").columns["wall"][-1], status(folder).heartbeat
    until(lambda: status(folder).heartbeat >= beat + 5, what="some heartbeats of the pause")
    request(folder, "park")
    wait_for_state(folder, "parked")
    parked = open_folder(folder.path).cohorts[0].checkpoints()[0].load()
    paused = events(folder, "parked")[0].time - events(folder, "paused")[0].time
    assert wall <= parked.meta["wall"] < wall + paused / 2


def test_many_waiters_come_and_go(tmp_path):
    """Tickets vanish while others look at them; nobody stumbles over that."""
    code = (
        "import sys, time; from grokterm.engine.slots import hold_slot\n"
        "for _ in range(5):\n"
        "    with hold_slot(['cpu'], time.time_ns(), lambda: None): time.sleep(0.01)\n"
    )
    environment = {**os.environ, "GROKTERM_SLOTS": "cpu=1"}
    waiters = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(8)]
    assert [waiter.wait(timeout=100) for waiter in waiters] == [0] * 8
