"""kill -9 in the middle of writing, and what a reader, a resume and a reader of a resume then find."""

import os
import random
import signal
import time

import numpy as np
import pytest

from grokterm.record import CohortFolder, CohortWriter, FolderBusy, State, open_folder


def test_killed_at_any_moment_nothing_committed_is_lost(cohort, values, start_worker, until):
    chance = random.Random(3)
    for _ in range(8):
        worker = start_worker(cohort.path, 10**9, 60)
        until(lambda pid=worker.pid: (now := cohort.status()) and now.pid == pid and now.step > 0)
        time.sleep(chance.uniform(0, 0.3))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        fresh = CohortFolder(cohort.path)
        table, status = fresh.stream("train").read(), fresh.status()
        assert status.pid == worker.pid and not table.missing
        np.testing.assert_array_equal(table.steps, np.arange(len(table)))
        # No column is known while a worker that found no checkpoint has not begun again.
        np.testing.assert_array_equal(table.columns.get("value", values([])), values(table.steps))
        # The status may have been replaced a moment before or after its rows, never in between.
        assert len(table) >= status.step
        evens = fresh.stream("eval").read()
        np.testing.assert_array_equal(evens.steps, np.arange(0, len(table), 2))
        assert fresh.state() is State.LOST
        numbers = [event.n for event in fresh.events()]
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_killed_and_resumed_run_equals_one_that_was_never_stopped(runs, experiment, start_worker, until):
    from grokterm.record import create

    whole, broken = create(runs, experiment).cohorts[0], create(runs, experiment).cohorts[0]
    assert start_worker(whole.path, 900, 100).wait() == 0
    for target in (150, 420, 700):
        worker = start_worker(broken.path, 900, 100, pause=0.001)
        until(lambda at=target, pid=worker.pid: (s := broken.status()) and s.pid == pid and s.step >= at)
        worker.kill()
        worker.wait()
    assert start_worker(broken.path, 900, 100).wait() == 0
    for name in ("train", "eval"):
        one, other = whole.stream(name).read(), broken.stream(name).read()
        np.testing.assert_array_equal(one.steps, other.steps)
        np.testing.assert_array_equal(one.columns["value"], other.columns["value"])
    assert broken.state() is State.FINISHED
    kinds = [event.kind for event in broken.events()]
    assert kinds.count("resumed") == 3 and kinds[-1] == "finished"
    steps = [event.step for event in broken.effective_events() if event.kind == "checkpointed"]
    assert steps == sorted(set(steps))  # what was done again is not told twice
    attempts = broken.stream("train").read().columns["attempt"]
    assert (np.diff(attempts) >= 0).all() and attempts[-1] == broken.status().attempt == 4


def test_a_reader_of_a_worker_that_is_killed_and_resumed_again_and_again(cohort, values, start_worker, until):
    """Rows carry the attempt that wrote them; whatever a reader holds is a prefix that some moment really had."""
    reader, steps, held, rewinds = cohort.stream("train"), [], [], 0

    def look():
        nonlocal steps, held, rewinds
        table = reader.poll()
        if table.rewound:
            steps, held, rewinds = [], [], rewinds + 1
        np.testing.assert_array_equal(table.columns.get("value", values([])), values(table.steps))
        steps += table.steps.tolist()
        held += table.columns.get("attempt", np.empty(0)).tolist()
        assert steps == list(range(len(steps)))
        assert held == sorted(held)

    for attempt in range(1, 5):
        worker = start_worker(cohort.path, 10**9, 30)
        until(lambda this=attempt: look() or held.count(this) > 500)
        worker.kill()
        worker.wait()
    look()
    assert rewinds == 3 and held.count(4) > 500


def test_a_rewind_in_the_middle_of_a_read_is_noticed(writer, cohort, values):
    """The cut comes between a reader's look at the status and its look at the file."""
    writer.append("train", range(10), {"value": values(range(10))})
    writer.save_checkpoint(10, {}, {})
    writer.append("train", range(10, 20), {"value": values(range(10, 20))})
    writer.commit()
    reader = cohort.stream("train")
    assert len(reader.poll()) == 20
    old, looks = reader._committed, []

    def committed():
        found = old()
        looks.append(found)
        if len(looks) == 1:
            again = CohortWriter(cohort.path)
            again.load_checkpoint()
            again.append("train", range(10, 15), {"value": -values(range(10, 15))})
            again.commit()
        return found

    reader._committed = committed
    table = reader.poll()
    assert table.rewound and table.steps.tolist() == list(range(15))
    assert (table.columns["value"][10:] == -values(range(10, 15))).all()
    assert not reader.poll().rewound


def test_resume_cuts_every_stream_and_removes_those_that_came_later(writer, cohort, values):
    writer.append("train", [0, 1], {"value": values([0, 1])})
    writer.save_checkpoint(2, {"w": np.ones(3)}, {"k": "v"})
    writer.append("train", [2], {"value": values([2])})
    writer.append("late", [2], {"value": values([2])})
    writer.event("grokked", 2, member=1)
    writer.commit()
    again = CohortWriter(cohort.path)
    checkpoint = again.load_checkpoint()
    assert checkpoint.step == 2 and checkpoint.meta == {"k": "v"} and checkpoint.tensors["w"].tolist() == [1, 1, 1]
    assert cohort.stream_names() == ("train",) and not cohort.paths.stream("late").exists()
    assert cohort.paths.stream("train").stat().st_size == cohort.status().committed["train"]
    again.event("resumed", 2)
    with pytest.raises(ValueError, match="do not rise"):
        again.append("train", [1], {"value": values([1])})
    again.append("train", [2], {"value": -values([2])})
    again.commit()
    table = cohort.stream("train").read()
    assert table.steps.tolist() == [0, 1, 2] and (table.columns["value"][2] == -values([2])[0]).all()
    assert "grokked" in [event.kind for event in cohort.events()]
    assert "grokked" not in [event.kind for event in cohort.effective_events()]


def test_without_a_checkpoint_everything_begins_again(writer, cohort, values):
    writer.append("train", [0, 1], {"value": values([0, 1])})
    writer.commit()
    again = CohortWriter(cohort.path)
    assert again.load_checkpoint() is None
    assert cohort.stream_names() == () and not cohort.paths.stream("train").exists()
    again.append("train", [0], {"other": values([0])})
    assert again.commit() and cohort.stream("train").read().steps.tolist() == [0]


def test_a_worker_may_go_back_without_ending(writer, cohort, values):
    writer.append("train", [0], {"value": values([0])})
    writer.save_checkpoint(1, {}, {})
    writer.append("train", [1, 2], {"value": values([1, 2])})
    assert writer.load_checkpoint().step == 1
    writer.append("train", [1], {"value": values([1])})
    writer.commit()
    assert cohort.stream("train").read().steps.tolist() == [0, 1]


def test_rows_that_were_lost_after_a_checkpoint_are_not_lost_after_going_back(cohort, values, monkeypatch):
    monkeypatch.setattr("grokterm.record.writer.HOLD_BYTES", 1000)
    writer = CohortWriter(cohort.path)
    writer.load_checkpoint()
    writer.save_checkpoint(0, {}, {}, keep=True)

    def lose(first):
        """A hundred rows at a time when the file can't be written."""
        path, aside = cohort.paths.stream("train"), cohort.path / "aside"
        if path.exists():
            path.rename(aside)
        path.mkdir()
        for step in range(first, first + 100, 10):
            writer.append("train", np.arange(step, step + 10), {"value": values(np.arange(step, step + 10))})
            assert not writer.commit(step=step)
        path.rmdir()
        if aside.exists():
            aside.rename(path)
        assert writer.commit(step=first + 100)

    lose(0)
    first = writer.status
    assert first.lost_rows > 0 and first.dropped >= 10
    writer.save_checkpoint(100, {}, {})
    lose(100)
    assert writer.status.lost_rows > first.lost_rows
    writer.load_checkpoint()  # what was lost before stays lost
    assert (writer.status.lost_rows, writer.status.dropped) == (first.lost_rows, first.dropped)
    cohort.paths.checkpoint(100, kept=False).unlink()
    writer.load_checkpoint()
    assert (cohort.status().lost_rows, cohort.status().dropped) == (0, 0)


def test_a_killed_writer_leaves_no_litter_behind_the_next_one(cohort, writer):
    litter = [
        cohort.path / ".status.json.4242.0",
        cohort.path / ".provenance.json.4242.1",
        cohort.paths.checkpoints / ".000000100.safetensors.4242.2",
    ]
    theirs = cohort.path / ".launch.json.4243.0"
    for path in [*litter, theirs]:
        path.write_bytes(b"half")
    CohortWriter(cohort.path)
    assert not any(path.exists() for path in litter)
    assert theirs.exists()  # a launcher may be writing it right now


def test_two_workers_on_one_cohort(cohort, start_worker, until):
    worker = start_worker(cohort.path, 10**9, 1000)
    until(lambda: cohort.status())
    with pytest.raises(FolderBusy, match=str(worker.pid)):
        CohortWriter(cohort.path)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert CohortWriter(cohort.path).status.pid == os.getpid()


def test_a_zombie_is_gone(folder, start_worker, until):
    cohort = folder.cohorts[0]
    worker = start_worker(cohort.path, 10**9, 1000, pause=0.01)
    until(lambda: cohort.state() is State.RUNNING)
    worker.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet taken note of by its parent
    assert open_folder(folder.path).state() is State.LOST
