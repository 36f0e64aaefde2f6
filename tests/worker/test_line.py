"""The line in front of a device, with real workers and waiters: who is seen, and what a move does to them."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest
from worker.lab import events, kill, state, status, step_of, until, wait_for_state

from grokterm.engine import slots
from grokterm.engine.slots import hold_slot, only_worker
from grokterm.errors import BadInput, GroktermError
from grokterm.jobs import launch, line, move, request
from grokterm.jobs.launch import environment
from grokterm.record import local_state
from grokterm.record.line import claim_of, list_tickets, living, places_between, queue_folder, read_claim

ENDLESS = {"stop": {"steps": 1_000_000}}
SHORT = {"stop": {"steps": 20}}
WAITER = (
    "import sys, time; from grokterm.engine.slots import hold_slot\n"
    "with hold_slot(['cpu'], int(sys.argv[1]), lambda: None, sys.argv[2], int(sys.argv[3])) as device:\n"
    "    print(sys.argv[2], sys.argv[3], flush=True)\n"
    "    time.sleep(float(sys.argv[4]))\n"
)


@pytest.fixture
def one_slot(monkeypatch):
    """One slot on the CPU."""
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=1")


@pytest.fixture
def waiter(tmp_path):
    """waiter(experiment folder, cohort) -> a process that stands in line and holds the slot for a moment.

    It trains nothing and so is quick to start. `waiter.order()` is who got the slot, in order.
    `waiter.holds(experiment folder)` is one that has the slot for a minute.
    """
    order = tmp_path / "order"
    started = []

    def start(folder, cohort: int = 0, hold: float = 0.05):
        with order.open("a") as out:
            command = [sys.executable, "-c", WAITER, str(time.time_ns()), str(folder.path), str(cohort), str(hold)]
            process = subprocess.Popen(command, stdout=out)
        started.append(process)
        me = (folder.path, cohort)
        until(lambda: me in [(w.folder, w.cohort) for w in (*line().waiting, *line().holding)], what="standing in line")
        return process

    def holds(folder):
        process = start(folder, hold=60)
        until(lambda: folder.path in [h.folder for h in line().holding], what="holding the slot")
        return process

    start.holds = holds
    start.order = lambda: [text.split()[0].rpartition("/")[2] for text in order.read_text().splitlines()]
    yield start
    for process in started:
        process.kill()
        process.wait()


def waiting():
    """Names of the folders that wait, in order, one for each cohort."""
    return [item.folder.name for item in line().waiting]


def test_the_line_says_who_trains_and_who_waits_in_order(one_slot, made):
    first, second, third = made(**ENDLESS), made(**SHORT), made(**SHORT)
    launch(first, "cpu")
    until(lambda: step_of(first) > 2, what="the first training")
    for folder in (second, third):
        launch(folder, "cpu")
        until(lambda f=folder: f.name in waiting(), what="standing in line")
    now = line()
    assert [(h.device, h.slot, h.folder, h.cohort, h.pid) for h in now.holding] == [
        ("cpu", 0, first.path, 0, status(first).pid)
    ]
    assert now.holding[0].state == "running"
    assert [w.folder for w in now.waiting] == [second.path, third.path]
    assert now.slots["cpu"] == 1
    request(first, "pause")
    assert line().holding[0].state == "paused"  # a pause keeps the slot
    assert waiting() == [second.name, third.name]
    assert move(third, -1) == 1
    assert waiting() == [third.name, second.name]
    request(first, "park")  # and a park frees it
    wait_for_state(second, "finished")
    assert events(third, "finished")[0].time <= events(second, "started")[0].time
    until(lambda: line().holding == () and line().waiting == (), what="an empty line")
    with pytest.raises(BadInput, match="doesn't wait for a device: it is finished"):
        move(second, -1)


def test_the_last_of_three_is_moved_first_and_runs_next(one_slot, made, waiter):
    holder, a, b, c = (made() for _ in range(4))
    running = waiter.holds(holder)
    others = [waiter(folder) for folder in (a, b, c)]
    assert waiting() == [a.name, b.name, c.name]
    assert move(c, -2) == 1
    assert waiting() == [c.name, a.name, b.name]
    assert move(a, 5) == 3
    assert waiting() == [c.name, b.name, a.name]
    running.kill()
    assert [process.wait(timeout=30) for process in others] == [0, 0, 0]
    assert waiter.order() == [folder.name for folder in (holder, c, b, a)]


def test_the_cohorts_of_an_experiment_move_together(one_slot, made, waiter):
    holder, a, b, c = (made() for _ in range(4))
    waiter.holds(holder)
    for folder, cohort in ((a, 0), (b, 0), (c, 0), (b, 1), (c, 1)):
        waiter(folder, cohort)
    assert move(b, -1) == 1
    assert [(w.folder.name, w.cohort) for w in line().waiting][:2] == [(b.name, 0), (b.name, 1)]
    assert move(b, 2) == 3
    assert [(w.folder.name, w.cohort) for w in line().waiting] == [
        (a.name, 0), (c.name, 0), (c.name, 1), (b.name, 0), (b.name, 1)
    ]  # fmt: skip
    assert move(c, 0) == 2


def test_whoever_is_killed_in_a_move_leaves_the_line_in_order(one_slot, made, waiter):
    holder, a, b, c = (made() for _ in range(4))
    running = waiter.holds(holder)
    processes = {folder.name: waiter(folder) for folder in (a, b, c)}
    processes[b.name].kill()  # its ticket stays behind, and nobody sees it
    processes[b.name].wait()
    assert waiting() == [a.name, c.name]
    with pytest.raises(BadInput, match="doesn't wait"):
        move(b, -1)
    assert move(c, -1) == 1
    mover = "import os, sys; from grokterm.jobs.line import move; from grokterm.record import open_folder\n"
    mover += "sys.modules['grokterm.jobs.line']._rename = lambda *_: os.kill(os.getpid(), 9)\n"
    mover += "move(open_folder(sys.argv[1]), -1)"
    assert subprocess.run([sys.executable, "-c", mover, str(a.path)]).returncode == -signal.SIGKILL
    assert waiting() == [c.name, a.name]
    assert move(a, -1) == 1  # a dead mover holds nothing
    running.kill()
    assert [processes[folder.name].wait(timeout=30) for folder in (a, c)] == [0, 0]
    assert waiter.order() == [holder.name, a.name, c.name]


def test_many_moves_at_once_lose_nobody(one_slot, made, waiter):
    holder, *others = (made() for _ in range(5))
    running = waiter.holds(holder)
    processes = [waiter(folder) for folder in others]

    def shuffle(folder, by):
        for _ in range(30):
            move(folder, by)

    ways = zip(others, (-1, 1, -2, 3), strict=True)
    movers = [threading.Thread(target=shuffle, args=way) for way in ways]
    for mover in movers:
        mover.start()
    while any(mover.is_alive() for mover in movers):
        assert sorted(waiting()) == sorted(folder.name for folder in others)
    for mover in movers:
        mover.join()
    order = waiting()
    running.kill()
    assert [process.wait(timeout=30) for process in processes] == [0] * 4
    assert waiter.order() == [holder.name, *order]
    assert list_tickets() == []


def test_the_same_gap_can_be_halved_for_ever(one_slot, made, waiter):
    holder, a, b, c = (made() for _ in range(4))
    running = waiter.holds(holder)
    processes = [waiter(folder) for folder in (a, b, c)]
    longest = 0
    for turn in range(300):
        move(c if turn % 2 == 0 else b, -1)
        longest = max(longest, *(len(ticket.place) for ticket in list_tickets()))
    assert waiting() == [a.name, b.name, c.name] and 40 < longest < 120
    running.kill()
    assert [process.wait(timeout=30) for process in processes] == [0, 0, 0]
    assert waiter.order() == [folder.name for folder in (holder, a, b, c)]


def test_a_ticket_that_was_swept_away_is_taken_again(one_slot, made, waiter):
    holder, a = made(), made()
    running = waiter.holds(holder)
    process = waiter(a)
    list_tickets()[0].path.unlink()
    until(lambda: waiting() == [a.name], what="a new ticket")
    running.kill()
    assert process.wait(timeout=30) == 0


def test_a_holder_keeps_its_locks_from_being_swept(one_slot, made, tmp_path, monkeypatch, waiter):
    monkeypatch.setattr(slots, "KEEP_SECONDS", 0.02)
    monkeypatch.setattr(slots, "LEAVING_SECONDS", 0.0)
    (tmp_path / "cohort").mkdir()
    with only_worker(tmp_path / "cohort"), hold_slot(["cpu"], 1, lambda: None, "/x/holder"):
        files = [*(local_state() / "workers").iterdir(), *(local_state() / "slots").iterdir()]
        assert len(files) == 2
        for file in files:
            os.utime(file, (0, 0))
            until(lambda file=file: file.stat().st_mtime > 0, what="a young file")
        local_state().rename(tmp_path / "swept")  # at once; a deletion would take turns with the holder
        until(lambda: all(file.exists() for file in files), what="new files")
        until(lambda: [str(held.folder) for held in line().holding] == ["/x/holder"], what="the holder in its slot")
        with pytest.raises(GroktermError, match="another worker"), only_worker(tmp_path / "cohort"):
            pass
        process = waiter(made())
        assert [item.name for item in files if item.stat().st_size] == ["cpu-0.lock"] and waiter.order() == []
    assert process.wait(timeout=30) == 0
    with only_worker(tmp_path / "cohort"):
        assert line().holding == ()


def test_a_worker_waits_for_one_that_is_leaving(tmp_path):
    leaving, began = threading.Event(), threading.Event()

    def hold():
        with only_worker(tmp_path):
            began.set()
            leaving.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    began.wait()
    threading.Timer(0.05, leaving.set).start()
    with only_worker(tmp_path):
        assert leaving.is_set()
    holder.join()


def test_a_lock_whose_file_is_swept_while_it_is_taken_is_taken_again(one_slot, monkeypatch):
    with hold_slot(["cpu"], 1, lambda: None):
        (path,) = (local_state() / "slots").iterdir()
    flock, swept = slots.fcntl.flock, []

    def sweep_first(handle, how):
        if os.path.samestat(os.fstat(handle), path.stat()) and not swept:
            swept.append(path.unlink())
        flock(handle, how)

    monkeypatch.setattr(slots.fcntl, "flock", sweep_first)
    with hold_slot(["cpu"], 1, lambda: None, "/x/holder"):
        assert swept and [str(held.folder) for held in line().holding] == ["/x/holder"]


def test_a_relative_place_of_locks_is_the_same_for_the_worker(made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GROKTERM_STATE", "locks")
    folder = made(**ENDLESS)
    launch(folder, "cpu")
    until(lambda: step_of(folder) > 2, what="training")
    assert [held.folder for held in line().holding] == [folder.path]
    assert list((tmp_path / "locks" / "slots").glob("cpu-*.lock"))


def test_paths_in_the_environment_of_a_worker_are_written_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GROKTERM_CACHE", "kept/arrays")
    monkeypatch.setenv("GROKTERM_STATE", "/var/state")
    monkeypatch.setenv("TMPDIR", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", "own", "/opt/code"]))
    given = environment()
    assert given["GROKTERM_CACHE"] == f"{tmp_path}/kept/arrays" and given["GROKTERM_STATE"] == "/var/state"
    assert given["PYTHONPATH"].split(os.pathsep) == [str(tmp_path), f"{tmp_path}/own", "/opt/code"]
    assert given["TMPDIR"] == "" and given["PATH"] == os.environ["PATH"]


def test_a_holder_that_was_killed_is_not_shown(one_slot, made, waiter):
    folder = made()
    process = waiter.holds(folder)
    assert [h.folder for h in line().holding] == [folder.path]
    process.kill()
    process.wait()
    assert line().holding == ()


def test_rubbish_in_the_line_is_passed_over(one_slot, made, waiter, tmp_path):
    queue = queue_folder()
    (queue / "00000000000000000001-1-rubbish.ticket").write_bytes(b"\xff{")
    (queue / "notes.txt").write_text("?")
    (local_state() / "slots").mkdir()
    (local_state() / "slots" / "cpu-\u00b2.lock").write_text("?")
    assert line().waiting == () and line().holding == ()
    waiter(made(), hold=0.5).wait(timeout=30)  # nobody holds that ticket, so it is cleared away
    assert list_tickets() == []


def test_there_is_always_a_place_between_two():
    low, high = "00000000000000000005", "00000000000000000006"
    for count in [1] * 100 + [9, 10, 500]:
        middle = places_between(low, high, count)
        assert [low, *middle, high] == sorted({low, *middle, high}) and len(middle) == count
        low, high = (low, middle[0]) if len(middle[0]) % 2 else (middle[-1], high)
    for count in (1, 3):
        assert sorted({*places_between(None, low, count), low})[count] == low
        assert sorted({high, *places_between(high, None, count)})[0] == high
    assert [len(place) for place in places_between(None, None, 2)] == [20, 20]
    assert len(places_between("00000000000000000005", "00000000000000000006", 500)[0]) < 30


def test_a_process_of_another_boot_is_not_taken_for_alive(tmp_path):
    path = tmp_path / "claim"
    path.write_text(claim_of("/x", 0, {"cpu": "cpu"}))
    claim = read_claim(path)
    assert living([claim]) == [claim] and claim.process.pid == os.getpid()
    for change in ({"boot_id": "other"}, {"host": "elsewhere"}, {"process_start": 1.0}):
        assert living([replace(claim, process=replace(claim.process, **change))]) == []


def test_a_waiting_worker_that_is_killed_leaves_the_line(one_slot, made):
    first, second = made(**ENDLESS), made(**SHORT)
    launch(first, "cpu")
    until(lambda: step_of(first) > 2, what="the first training")
    launch(second, "cpu")
    until(lambda: waiting() == [second.name] and status(second), what="the second waiting")
    kill(second, signal.SIGKILL)
    until(lambda: waiting() == [], what="an empty line")
    assert state(second) == "lost"
