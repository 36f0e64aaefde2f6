"""`grokterm logs -f` beside a worker that goes on writing."""

import os
import time
from pathlib import Path

import pytest
from cli.command import GOOD
from warm import COMMAND, starter

from grokterm.record import CohortWriter, create
from grokterm.spec import load


class Follower:
    """The command in a process of its own; `lines` is what it has printed."""

    def __init__(self, path: Path, *words: str) -> None:
        self._out = path / "out"
        with Path(os.devnull).open() as nothing, self._out.open("w") as out:
            files = (nothing.fileno(), out.fileno(), out.fileno())
            self._process = starter(COMMAND).start(["logs", *words], files, str(path))

    @property
    def lines(self) -> list[str]:
        return self._out.read_text().splitlines()

    def until(self, words: str) -> None:
        deadline = time.monotonic() + 30
        while not any(words in line for line in self.lines):
            assert time.monotonic() < deadline, self.lines
            time.sleep(0.02)

    def wait(self) -> int:
        return starter(COMMAND).wait(self._process, 30)


@pytest.fixture
def cohort(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD)
    return create(tmp_path / "runs", load(str(tmp_path / "mine.toml"), seeds=1)).cohorts[0]


@pytest.fixture
def worker(cohort):
    """This process is the worker of the cohort."""
    writer = CohortWriter(cohort.path)
    writer.event("started", 0)
    writer.commit(state="running", step=0)
    return writer


def say(cohort, words: str) -> None:
    with cohort.log_path.open("a") as log:
        log.write(words)


def test_every_line_is_printed_once_and_the_last_words_too(cohort, worker, tmp_path):
    say(cohort, "first\nsecond\n")
    follower = Follower(tmp_path, "@last", "-f", "-n", "3")
    follower.until("second")
    assert follower.lines == ["-- worker.log of cohort 0", "first", "second"]
    worker.event("memorised", 5, arm="static", seed=0)
    follower.until("memorised")
    say(cohort, "".join(f"line {number}\n" for number in range(1200)) + "half a ")
    follower.until("line 1199")
    say(cohort, "line\n")
    follower.until("half a line")
    worker.event("finished", 9)
    say(cohort, "last words")
    worker.close(state="finished")
    assert follower.wait() == 0
    follower.until("last words")
    shown = [line for line in follower.lines if not line.startswith("--")]
    assert shown[:2] == ["first", "second"] and shown[2].endswith("step 5 memorised static, seed 0")
    assert shown[3:-2] == [*(f"line {number}" for number in range(1200)), "half a line"]
    assert shown[-2].endswith("step 9 finished") and shown[-1] == "last words"


def test_a_log_that_is_written_anew_is_read_from_its_beginning(cohort, worker, tmp_path):
    say(cohort, "a long line of the first log\n")
    follower = Follower(tmp_path, "@last", "-f")
    follower.until("a long line")
    cohort.log_path.write_text("anew\n")
    follower.until("anew")
    worker.event("finished", 9)
    worker.close(state="finished")
    assert follower.wait() == 0


@pytest.mark.parametrize("moment", ["1e20", "1e999", "NaN", "-1e18"])
def test_a_time_that_no_calendar_holds_is_left_out(cohort, moment, tmp_path):
    cohort.paths.events.write_text(f'{{"n": 1, "kind": "started", "time": {moment}, "step": 0}}\n')
    follower = Follower(tmp_path, "@last")
    assert follower.wait() == 0 and "Traceback" not in "".join(follower.lines)
    assert len(follower.lines) == 1
