"""Requests: asked by a file, answered by an event, and never a way to crash or block a worker."""

import json
import os
import subprocess
import sys
import time

import pytest

from grokterm.errors import BadInput
from grokterm.record import CohortWriter


def kinds(cohort):
    return [event.kind for event in cohort.events()]


def test_requests_are_seen_in_order_and_answered_once(writer, cohort):
    ids = [cohort.request(action) for action in ("pause", "checkpoint", "resume", "park", "stop")]
    assert cohort.answer_to(ids[0]) is None
    waiting = writer.requests()
    assert [(request.id, request.action) for request in waiting] == list(
        zip(ids, ("pause", "checkpoint", "resume", "park", "stop"), strict=True)
    )
    for request in waiting:
        writer.answer(request, 30, by="test")
    assert kinds(cohort) == ["paused", "answered", "unpaused", "parked", "stopped"]
    answer = cohort.answer_to(ids[2])
    assert answer.kind == "unpaused" and answer.step == 30
    assert answer.data == {"request": ids[2], "action": "resume", "by": "test"}
    assert writer.requests() == [] and list(cohort.paths.control.iterdir()) == []


def test_an_unknown_action_is_refused_before_it_is_written(cohort):
    with pytest.raises(BadInput, match="allowed: pause"):
        cohort.request("explode")
    assert list(cohort.paths.control.iterdir()) == []


def test_garbage_is_refused_by_an_event_and_removed(writer, cohort):
    control = cohort.paths.control
    (control / "1-a.json").write_bytes(b"\x00\xff")
    (control / "2-b.json").write_text(json.dumps({"id": "b", "action": "rm -rf", "time": 1}))
    (control / "3-c.json").write_text("[" * 100_000)
    (control / "4-d.json").write_text(json.dumps({"id": "d", "action": ["stop"], "time": 1}))
    (control / "no number").write_text(json.dumps({"id": "e", "action": "stop", "time": "soon"}))
    (control / "9-huge.json").write_bytes(b" " * 10**6)
    (control / "٣-x.json").symlink_to("/dev/zero")
    os.mkfifo(control / "5-fifo.json")  # opening it would block for ever
    (control / "6-e.json").write_text('{"id": "e", "action": "stop", "time": 1%s}' % ("0" * 400))
    pid = '{"id": "f", "action": "stop", "time": 1, "worker": {"host": "h", "boot_id": "b", "pid": 1e999}}'
    (control / "7-f.json").write_text(pid)
    (control / "8-g.json").write_text(pid.replace("1e999", '1, "process_start": %s' % ("9" * 400)))
    real = cohort.request("pause")
    assert [request.id for request in writer.requests()] == [real]
    assert kinds(cohort) == ["refused"] * 11
    assert all(event.data["why"] and event.data["file"] for event in cohort.events())
    assert [path.name.split("-")[1] for path in control.iterdir()] == [f"{real}.json"]


def test_what_can_not_be_removed_is_refused_once(writer, cohort):
    inside = cohort.paths.control / "1-folder.json" / "full"
    inside.mkdir(parents=True)
    assert writer.requests() == [] and writer.requests() == []
    assert kinds(cohort) == ["refused"]


def test_a_folder_that_can_not_be_listed_holds_nothing_and_says_so_once(writer, cohort):
    control = cohort.paths.control
    control.rmdir()
    control.symlink_to(control)  # ELOOP, for root too
    assert writer.requests() == [] and writer.requests() == []
    assert kinds(cohort) == ["note"] and "requests can't be read" in cohort.events()[0].data["text"]
    control.unlink()
    real = cohort.request("pause")
    assert [request.id for request in writer.requests()] == [real]


def test_a_request_being_written_is_not_seen_yet(writer, cohort):
    (cohort.paths.control / ".123-abc.json.99.0").write_bytes(b'{"id": "ab')
    assert writer.requests() == [] and kinds(cohort) == []


def test_a_request_to_a_worker_before_is_not_obeyed_by_the_next(cohort):
    cohort.announce("cpu", at=1000.0)
    old = cohort.request("stop")
    cohort.announce("cpu", pid=os.getpid(), at=2000.0)
    writer = CohortWriter(cohort.path)
    new = cohort.request("pause")
    assert [request.id for request in writer.requests()] == [new]
    answer = cohort.answer_to(old)
    assert answer.kind == "refused" and "earlier" in answer.data["why"]


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0])
def test_the_clocks_of_launcher_and_asker_may_differ(cohort, ahead):
    cohort.announce("cpu", pid=os.getpid(), at=time.time() + ahead)
    early = cohort.request("pause")  # before the worker's first word
    writer = CohortWriter(cohort.path)
    late = cohort.request("stop")
    assert [request.id for request in writer.requests()] == [early, late]


def test_a_worker_that_is_quicker_than_its_launcher(cohort):
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    cohort.announce("cpu", pid=other.pid, at=1000.0)
    other.communicate()
    old = cohort.request("stop")
    writer = CohortWriter(cohort.path)  # launch.json still speaks of the worker before
    mine = cohort.request("pause")  # names this worker, which has written its status
    assert [request.id for request in writer.requests()] == [mine]
    cohort.announce("cpu", pid=os.getpid(), at=2000.0)
    assert [request.id for request in writer.requests()] == [mine]
    assert cohort.answer_to(old).kind == "refused"


def test_a_launch_that_came_to_nothing_takes_no_request_from_the_living(cohort):
    cohort.announce("cpu", pid=os.getpid(), at=1000.0)
    writer = CohortWriter(cohort.path)
    before = cohort.request("pause")
    cohort.announce("cpu", at=2000.0)  # a second worker, which finds the folder busy and goes
    after = cohort.request("stop")
    assert [request.id for request in writer.requests()] == [before, after]


def test_a_request_that_names_nobody_is_obeyed(writer, cohort):
    cohort.announce("cpu", pid=os.getpid())
    document = {"id": "ab", "action": "stop", "time": 1.0}
    (cohort.paths.control / "1-ab.json").write_text(json.dumps(document))
    assert [request.id for request in writer.requests()] == ["ab"]


def test_a_request_while_waiting_in_a_queue_is_obeyed(cohort):
    cohort.announce("cpu")
    asked = cohort.request("stop")
    assert [request.id for request in CohortWriter(cohort.path).requests()] == [asked]


def test_a_folder_without_control_is_no_reason_to_fail(writer, cohort):
    cohort.paths.control.rmdir()
    assert writer.requests() == []
    asked = cohort.request("stop")
    assert writer.requests()[0].id == asked
