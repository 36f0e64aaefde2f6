"""What becomes of a request, told truly; and what a person may do about a worker that went silent elsewhere."""

import json
import threading
import time
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import pytest
from cli.command import GOOD, grokterm, refused

from grokterm.cli.control import _tell
from grokterm.jobs.control import Answer
from grokterm.jobs.launch import moments
from grokterm.record import CohortFolder, CohortWriter, ExperimentFolder, State, create
from grokterm.record.status import write_status
from grokterm.spec import load


class Hand:
    """A worker of one cohort, by hand: holds its record and answers every request in the way it is told to.

    Args:
        cohort: what it holds.
        kind: of the answering event; None for that of the request.
        data: of the answering event.
    """

    def __init__(self, cohort: CohortFolder, kind: str | None = None, **data) -> None:
        self.writer = CohortWriter(cohort.path)
        self.writer.event("started", 0)
        self.writer.commit(state="running", step=7)
        self._kind, self._data = kind, data
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def _listen(self) -> None:
        while not self._over.wait(0.02):
            for request in self.writer.requests():
                self.writer.answer(request, 7, self._kind, **self._data)

    def __enter__(self) -> "Hand":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GROKTERM_STATE", str(tmp_path / "state"))
    (tmp_path / "mine.toml").write_text(GOOD)
    return tmp_path


@pytest.fixture
def folder(place) -> ExperimentFolder:
    """Two cohorts, which nobody trains."""
    return create(place / "runs", replace(load(str(place / "mine.toml"), seeds=1), cohort_width=1))


def park(cohort: CohortFolder) -> None:
    writer = CohortWriter(cohort.path)
    writer.event("started", 0)
    writer.event("parked", 0)
    writer.close()


def fall_silent(cohort: CohortFolder, **elsewhere: str) -> None:
    writer = CohortWriter(cohort.path)
    writer.event("started", 0)
    silent = replace(writer.status, state="running", heartbeat_at=time.time() - 1000, **elsewhere)
    write_status(cohort.paths.status, silent)


@pytest.mark.parametrize(
    ("action", "kind", "data", "why"),
    [
        ("stop", "refused", {"why": "asked of an earlier worker"}, "asked of an earlier worker"),
        ("pause", "refused", {"why": "it waits in line"}, "it waits in line"),
        ("checkpoint", None, {"written": False}, "could not be written"),
    ],
)
def test_a_refusal_is_an_error_and_says_why(place, folder, action, kind, data, why):
    park(folder.cohorts[1])
    with Hand(folder.cohorts[0], kind, **data):
        done = grokterm(action, "@last", cwd=place)
        refused(done, 1, f"{action} refused", why)
        assert "with a checkpoint" not in done.stderr and "paused;" not in done.stderr
        done = grokterm(action, "@last", "--json", cwd=place)
    (answer,) = json.loads(done.stdout)["answers"]
    assert done.returncode == 1 and answer["answered"] and why in answer["refused"]


def test_what_all_refuse_for_one_reason_is_told_once(place, folder):
    with Hand(folder.cohorts[0], "refused", why="it waits"), Hand(folder.cohorts[1], "refused", why="it waits"):
        done = grokterm("pause", "@last", cwd=place)
    assert done.returncode == 1 and done.stderr.count("it waits") == 1 and "cohort" not in done.stderr


def test_what_was_obeyed_and_what_was_not_are_both_told(place, folder):
    first, second = folder.cohorts
    with Hand(first), Hand(second, "refused", why="no"):
        done = grokterm("stop", "@last", cwd=place)
    assert done.returncode == 1
    assert "(cohort 0): stopped, with a checkpoint" in done.stderr and "(cohort 1): stop refused: no" in done.stderr


def test_resume_wakes_what_is_paused_and_starts_what_is_parked(place, folder):
    paused, parked = folder.cohorts
    park(parked)
    with Hand(paused) as hand:
        hand.writer.commit(state="paused")
        done = grokterm("resume", "@last", "--device", "cpu", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "goes on at step 7" in done.stderr and "1 worker started" in done.stderr
    assert "unpaused" in [event.kind for event in paused.events()]
    _until(lambda: parked.state() is State.FINISHED)


def test_a_worker_silent_elsewhere_gives_way_to_force_only(place, folder):
    for cohort in folder.cohorts:
        fall_silent(cohort, host="far", boot_id="b")
    refused(grokterm("resume", "@last", cwd=place), 2, "stalled: silent since", "maybe alive on host far", "--force")
    refused(grokterm("rm", "@last", cwd=place), 2, "stalled: silent since", "maybe alive on host far", "--force")
    done = grokterm("resume", "@last", "--force", "--device", "cpu", cwd=place)
    assert done.returncode == 0 and "2 workers started" in done.stderr, done.stderr
    _until(lambda: folder.state() is State.FINISHED)


def test_a_folder_silent_elsewhere_is_removed_by_force(place, folder):
    for cohort in folder.cohorts:
        fall_silent(cohort, host="far", boot_id="b")
    assert grokterm("rm", "@last", "--force", cwd=place).returncode == 0
    assert not folder.path.exists()


def test_a_silent_worker_on_this_host_is_never_forced(place, folder):
    for cohort in folder.cohorts:
        fall_silent(cohort)  # by this process, which is certainly alive
    for words in (["resume", "@last", "--force"], ["rm", "@last", "--force"], ["resume", "@last"]):
        done = grokterm(*words, cwd=place)
        refused(done, 2, "stalled", "alive here as process", "kill")
    assert folder.path.exists()


def test_a_stalled_cohort_beside_a_parked_one_is_named(place, folder):
    fall_silent(folder.cohorts[0], host="far", boot_id="b")
    park(folder.cohorts[1])
    done = grokterm("resume", "@last", "--device", "cpu", cwd=place)
    assert done.returncode == 0 and "1 worker started" in done.stderr
    assert "cohort 0 is stalled" in done.stderr and "--force" in done.stderr
    _until(lambda: folder.cohorts[1].state() is State.FINISHED)


def test_launches_come_one_after_the_other():
    assert all(earlier < later for earlier, later in pairwise(islice(moments(), 10_000)))
    assert abs(next(moments()) / 1e9 - time.time()) < 1


def _until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("step", "said"), [(7, "goes on from its last checkpoint"), (0, "before training began. `grokterm resume")]
)
def test_what_was_stopped_before_it_went_on_has_its_checkpoint(folder, capsys, step, said):
    writer = CohortWriter(folder.cohorts[0].path)
    writer.commit(state="queued", step=step)
    _tell(folder, (Answer(0, "stop", True, None, kind="stopped"),), 1.0)
    assert said in capsys.readouterr().err
