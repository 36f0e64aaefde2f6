"""Requests to a real worker: pause, resume, stop, park, checkpoint, and signals."""

import os
import signal

import pytest
from worker.lab import assert_same_numbers, events, kill, numbers, state, status, step_of, until, wait_for_state

from grokterm.errors import BadInput
from grokterm.jobs import request, resume

LONG = {"stop": {"steps": 100_000}, "streams": {"train_every": 1, "eval_every": 50}}


def test_runs_to_the_end_and_says_so(started):
    folder = started()
    assert wait_for_state(folder, "finished", "failed") == "finished"
    assert [e.kind for e in events(folder)][:2] == ["queued", "started"]
    assert events(folder)[-1].kind == "finished"
    assert status(folder).step == 300
    rows = numbers(folder)
    assert rows["train/step"].tolist() == list(range(300))
    assert rows["eval/step"].tolist() == [*range(0, 300, 5), 300]
    assert rows["eval/test_acc"].shape == (61, 4)


def test_pause_keeps_the_worker_and_unpause_goes_on(started):
    folder = started(**LONG)
    until(lambda: step_of(folder) > 20, what="twenty steps")
    answer = request(folder, "pause")[0]
    assert answer.answered and state(folder) == "paused"
    paused_at, beat, pid = status(folder).step, status(folder).heartbeat, status(folder).pid
    until(lambda: status(folder).heartbeat > beat, what="a heartbeat while paused")
    assert status(folder).step == paused_at == answer.step
    assert request(folder, "resume")[0].answered
    until(lambda: step_of(folder) > paused_at, what="a step after the pause")
    assert status(folder).pid == pid
    assert request(folder, "stop")[0].answered


@pytest.mark.parametrize("action, ending", [("stop", "stopped"), ("park", "parked")])
def test_stop_and_park_leave_a_checkpoint_and_no_process(started, action, ending):
    folder = started(**LONG)
    until(lambda: step_of(folder) > 20, what="twenty steps")
    pid = status(folder).pid
    answer = request(folder, action)[0]
    assert answer.answered
    wait_for_state(folder, ending)
    assert folder.cohorts[0].checkpoints()[0].step == events(folder, ending)[0].step == status(folder).step
    until(lambda: _gone(pid), what="the end of the process")
    with pytest.raises(BadInput, match="no worker to pause"):
        request(folder, "pause")


def test_a_parked_run_goes_on_to_the_same_numbers(started, made):
    straight, parked = started(), started()
    until(lambda: step_of(parked) > 40, what="forty steps")
    kill(parked, signal.SIGTERM)
    wait_for_state(parked, "parked", "finished")
    if state(parked) == "parked":
        assert events(parked, "parked")[0].data["signal"] == "SIGTERM"
        assert resume(parked, "cpu") == 1
    wait_for_state(parked, "finished")
    wait_for_state(straight, "finished")
    assert_same_numbers(numbers(straight), numbers(parked))


def test_checkpoint_now(started):
    folder = started(**LONG, seeds=1)
    until(lambda: step_of(folder) > 20, what="twenty steps")
    step = request(folder, "checkpoint")[0].step
    assert step in [c.step for c in folder.cohorts[0].checkpoints()]
    request(folder, "stop")


def test_rubbish_in_the_control_folder_is_refused_and_training_goes_on(started):
    folder = started(**LONG)
    until(lambda: step_of(folder) > 5, what="a few steps")
    control = folder.path / "cohorts" / "00" / "control"
    (control / "1-rubbish.json").write_text("{not json")
    (control / "2-unknown.json").write_text('{"action": "explode"}')
    (control / "3-late.json").write_text('{"action": "pause", "id": "a", "time": 1%s}' % ("0" * 400))
    (control / "4-nobody.json").write_text(
        '{"action": "pause", "id": "b", "time": 1,'
        ' "worker": {"host": "h", "boot_id": "b", "pid": 1e999, "process_start": 1}}'
    )
    until(lambda: not list(control.glob("*.json")), what="the rubbish being cleared away")
    refused = [event.data["file"] for event in events(folder, "refused")]
    assert refused == ["1-rubbish.json", "2-unknown.json", "3-late.json", "4-nobody.json"]
    control.rmdir()
    control.symlink_to(control)  # a hiccup: it can't be listed now
    until(lambda: events(folder, "note"), what="a word about it")
    before = step_of(folder)
    until(lambda: step_of(folder) > before, what="another step")
    control.unlink()
    assert request(folder, "stop")[0].answered


def test_numbers_are_on_disk_while_it_trains_and_keep_coming(started):
    folder = started(**LONG)
    rows = until(lambda: (now := status(folder)) and now.committed.get("train"), what="rows")
    assert state(folder) == "running"
    for _ in range(4):
        before, beat = rows, status(folder).heartbeat
        rows = until(lambda known=before: _more(folder, known), what="more rows")
        assert status(folder).heartbeat > beat
    request(folder, "stop")


def test_nothing_to_resume_is_an_error(started):
    folder = started(stop={"steps": 5})
    wait_for_state(folder, "finished")
    with pytest.raises(BadInput, match="nothing to resume: it is finished"):
        resume(folder, "cpu")


def _more(folder, known: int) -> int:
    committed = status(folder).committed["train"]
    return committed if committed > known else 0


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
