"""A worker on the CPU lets others go first, and so does its session where Linux weighs those."""

import os
from pathlib import Path

import pytest
from worker.lab import status, step_of, until

from grokterm.engine import priority

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("said", "nice"), [(None, 5), ("0", 0), ("12", 12), ("25", 5)])
def test_a_worker_on_the_cpu_gives_way(started, monkeypatch, said, nice):
    if said is not None:
        monkeypatch.setenv(priority.ENVIRONMENT, said)
    before = os.getpriority(os.PRIO_PROCESS, 0)
    folder = started(stop={"steps": 200_000})
    until(lambda: step_of(folder) > 0, what="a step")
    worker = status(folder).pid
    assert os.getpriority(os.PRIO_PROCESS, worker) == max(before, nice)
    group = Path(f"/proc/{worker}/autogroup")
    assert not group.exists() or group.read_text().split()[-1] == str(max(before, nice))


def test_what_the_system_refuses_is_said_and_nothing_more(monkeypatch, capsys):
    def refuse(*_):
        raise PermissionError("not permitted")

    monkeypatch.setattr(os, "setpriority", refuse)
    monkeypatch.setattr(os, "getpriority", lambda *_: 0)
    priority.give_way()
    said = capsys.readouterr()
    assert "the priority stays as it is: not permitted" in said.out + said.err


def test_a_session_is_weighed_again_where_another_was_just_now(monkeypatch):
    answers = [BlockingIOError(), BlockingIOError(), None]

    class Group:
        def write_text(self, text: str) -> None:
            assert text == "7"
            if answer := answers.pop(0):
                raise answer

    monkeypatch.setattr(priority, "_GROUP", Group())
    priority._weigh_session(7)
    assert not answers
