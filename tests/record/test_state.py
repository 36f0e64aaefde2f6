"""The state of a cohort, by rule and with real processes."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from grokterm.record import (
    CohortFolder,
    CohortWriter,
    Event,
    Observation,
    State,
    Status,
    combine_states,
    derive_state,
    observe,
)
from grokterm.record.state import silence_of

NOW = 1_000_000.0
HERE = {"host": "box", "boot_id": "b1/n1", "pid": 7, "process_start": 50.0}
ALIVE = Observation(NOW, "box", "b1/n1", {7: 50.0})
GONE = Observation(NOW, "box", "b1/n1", {})
REUSED = Observation(NOW, "box", "b1/n1", {7: 90.0})
REBOOTED = Observation(NOW, "box", "b2/n1", {7: 50.0})
OTHER_CONTAINER = Observation(NOW, "box", "b1/n2", {})
OTHER_HOST = Observation(NOW, "laptop", "b9/n9", {7: 50.0})


def status(state="running", silent=1.0):
    return Status(state=state, heartbeat_at=NOW - silent, **HERE)


def queued(at, **process):
    return Event(0, "queued", at, None, {"device": "cpu"} | process)


STARTED = Event(1, "started", NOW - 500, 0)
STOPPED = Event(2, "stopped", NOW - 90, 40)
AGAIN = queued(NOW - 5, **HERE | {"pid": 8})


@pytest.mark.parametrize(
    ("state", "now", "events", "observation"),
    [
        ("created", None, [], GONE),
        ("running", status(), [STARTED], ALIVE),
        ("paused", status("paused"), [STARTED], ALIVE),
        ("created", replace(status("created", 9999), pid=0), [], ALIVE),  # a fork that nobody has started
        ("starting", status("starting", 100), [], ALIVE),  # a capture takes its time
        ("queued", status("queued", 9999), [], ALIVE),  # a queue is silent
        ("stalled", status(silent=31), [STARTED], ALIVE),
        ("stalled", status("starting", 200), [], ALIVE),
        ("stalled", status("no such state"), [STARTED], ALIVE),
        ("stalled", None, [STARTED], GONE),  # a status that can't be read proves nothing
        ("lost", status(), [STARTED], GONE),
        ("lost", status(), [STARTED], REUSED),
        ("lost", status("queued", 9999), [], GONE),
        ("lost", status(silent=61), [STARTED], REBOOTED),
        ("running", status(silent=5), [STARTED], REBOOTED),  # another machine of the same name
        ("running", status(silent=31), [STARTED], OTHER_CONTAINER),
        ("stalled", status(silent=61), [STARTED], OTHER_CONTAINER),  # its processes can't be seen
        ("running", status(silent=59), [STARTED], OTHER_HOST),
        ("stalled", status(silent=61), [STARTED], OTHER_HOST),
        ("stalled", status(silent=10**7), [STARTED], OTHER_HOST),  # never lost for silence alone
        ("stopped", status("stopped", 90), [STARTED, STOPPED], GONE),
        ("stopped", status(silent=91), [STARTED, STOPPED], GONE),  # killed between its event and its status
        ("finished", status("finished"), [STARTED], GONE),  # the event did not fit on the disk
        ("running", status(), [STARTED, STOPPED, Event(3, "resumed", NOW - 80, 40)], ALIVE),
        ("starting", status("starting"), [STARTED, STOPPED], ALIVE),  # taken over, no event of its own yet
        ("lost", status("starting"), [STARTED, STOPPED], GONE),
        ("queued", None, [queued(NOW - 5, **HERE)], ALIVE),
        ("queued", None, [queued(NOW - 10**6)], GONE),  # a cluster's queue: no process is known
        ("lost", None, [queued(NOW - 5, **HERE)], GONE),
        ("queued", None, [queued(NOW - 170, **HERE)], OTHER_HOST),  # torch may still be loading there
        ("stalled", None, [queued(NOW - 190, **HERE)], OTHER_HOST),
        ("queued", status("stopped", 90), [STARTED, STOPPED, AGAIN], Observation(NOW, "box", "b1/n1", {8: 50.0})),
        ("lost", status("stopped", 90), [STARTED, STOPPED, AGAIN], GONE),
        ("running", status(), [queued(NOW + 300, **HERE), STARTED], ALIVE),  # clocks differ; the process is the same
        ("running", status(), [queued(NOW - 600), STARTED], ALIVE),
        ("stopped", status("stopped", 90), [queued(NOW - 600, **HERE), STARTED, STOPPED], GONE),
    ],
)  # fmt: skip
def test_the_rule(state, now, events, observation):
    assert derive_state(now, events, observation) == state


def test_an_experiment_is_what_still_goes_on_then_what_went_wrong():
    assert combine_states([State.FINISHED, State.RUNNING, State.FAILED]) is State.RUNNING
    assert combine_states([State.FINISHED, State.FAILED]) is State.FAILED
    assert combine_states([State.FINISHED, State.CREATED]) is State.CREATED
    assert combine_states([State.FINISHED, State.FINISHED]) is State.FINISHED
    assert combine_states([]) is State.CREATED


def test_the_life_of_a_cohort(cohort):
    assert cohort.state() is State.CREATED
    waiting = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    cohort.announce("auto", pid=waiting.pid)
    assert cohort.state() is State.QUEUED
    (event,) = cohort.events()
    assert event.kind == "queued" and event.data["device"] == "auto" and event.data["pid"] == waiting.pid
    assert cohort.launch().time == event.time and cohort.launch().process.pid == waiting.pid
    waiting.kill()
    waiting.wait()
    assert cohort.state() is State.LOST
    cohort.announce("cpu")
    assert cohort.state() is State.QUEUED
    writer = CohortWriter(cohort.path)
    assert cohort.state() is State.STARTING
    for state in ("running", "paused"):
        writer.commit(state=state)
        assert cohort.state() == state
    writer.event("parked", 10)
    assert cohort.state() is State.PARKED
    writer.close()
    assert cohort.status().state == "parked" and CohortFolder(cohort.path).state() is State.PARKED
    time.sleep(0.002)
    cohort.announce("cpu")
    assert cohort.state() is State.QUEUED
    again = CohortWriter(cohort.path)
    assert cohort.state() is State.STARTING
    again.event("resumed", 10)
    again.event("finished", 100)
    again.close()
    assert cohort.state() is State.FINISHED
    assert [event.kind for event in cohort.events()] == ["parked", "queued", "resumed", "finished"]


def test_what_is_known_of_a_silent_worker():
    elsewhere = silence_of(status(silent=100), [STARTED], OTHER_HOST)
    assert (elsewhere.since, elsewhere.host, elsewhere.pid) == (NOW - 100, "box", None)
    assert "maybe alive on host box" in str(elsewhere) and "--force" in elsewhere.hint
    here = silence_of(status(silent=100), [STARTED], ALIVE)
    assert here.pid == 7 and "alive here as process 7" in str(here) and "--force" not in here.hint
    waiting = silence_of(None, [queued(NOW - 10**5, **HERE | {"host": "far"})], ALIVE)
    assert (waiting.since, waiting.host, waiting.pid) == (NOW - 10**5, "far", None)
    assert silence_of(None, [STARTED], GONE).pid is None


def test_a_status_that_stays_broken_is_not_called_lost(writer, cohort):
    writer.event("started", 0)
    writer.commit(state="running")
    cohort.paths.status.write_bytes(b'{"state": "runn')
    assert cohort.state() is State.STALLED
    writer.event("finished", 5)
    cohort.paths.status.write_bytes(b"[]")
    assert cohort.state() is State.FINISHED


def test_this_process_is_found_and_init_is_another():
    from grokterm.record.processes import identity

    me = identity()
    seen = observe(me.pid, 2**22 + 1, 0, -1)
    assert seen.starts == {me.pid: me.process_start}
    assert (seen.host, seen.boot_id) == (me.host, me.boot_id)
    assert me.process_start > 0


def test_status_keeps_what_a_later_version_adds_out(writer, cohort):
    import json

    writer.commit(rate=2.5, device="cuda:0")
    document = json.loads(cohort.paths.status.read_text())
    cohort.paths.status.write_text(json.dumps(document | {"colour": "green"}))
    assert cohort.status().rate == 2.5 and cohort.status().device == "cuda:0"
    with pytest.raises(TypeError, match="colour"):
        writer.commit(colour="green")
    with pytest.raises(TypeError, match="committed"):
        writer.commit(committed={})
