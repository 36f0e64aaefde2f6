"""What `grokterm run` and `watch` say while an experiment waits: behind whom, once, and again where it changes."""

import pytest
from console.world import make

from grokterm.analysis import summarise
from grokterm.cli import progress, waiting
from grokterm.jobs.follow import Look
from grokterm.jobs.line import Holding, Line, Waiting

ONE, TWO, THREE = (f"20261122-12000{place}-quickstart-{name}" for place, name in enumerate(("one2", "two2", "tre2")))


@pytest.fixture
def said(runs, capsys, monkeypatch):
    """said(*lines) -> what is said of THREE while the line is one of these after the other, and then it finishes."""
    monkeypatch.setattr(waiting, "PLAIN_EVERY", 0.0)
    waits = make(runs, THREE, state="queued")
    done = make(runs, "20261122-130000-quickstart-end2", seeds=1)

    def follow(*lines: Line) -> list[str]:
        looks = [Look(summarise(waits), *[float("nan")] * 4) for _ in lines]
        monkeypatch.setattr("grokterm.jobs.follow", lambda _: iter([*looks, Look(summarise(done), 1.0, 1.0, 0.0, 0.0)]))
        states = iter(lines)
        monkeypatch.setattr("grokterm.jobs.line", lambda: next(states))
        progress.follow_to_the_end(waits)
        return capsys.readouterr().err.splitlines()[:-1]

    return follow


def line(runs, *holding: tuple[str, str], behind: tuple[str, ...]) -> Line:
    return Line(
        tuple(Waiting(runs / name, 0, ("cpu",), 2) for name in behind),
        tuple(Holding("cpu", slot, runs / name, 0, 1, 0.0, state) for slot, (name, state) in enumerate(holding)),
        {"cpu": 1},
    )


def test_behind_whom_is_said_once_and_again_where_it_changes(said, runs):
    both = line(runs, (ONE, "running"), behind=(TWO, THREE))
    paused = line(runs, (ONE, "paused"), behind=(THREE,))
    starting = line(runs, (TWO, "starting"), behind=(THREE,))
    trains = line(runs, (TWO, "running"), behind=(THREE,))
    assert said(both, both, both, paused, paused, starting, trains) == [
        "queued · 2nd in line for cpu, behind quickstart-one2 (trains), quickstart-two2 (waits)",
        "queued · 1st in line for cpu, behind quickstart-one2 (is paused)",
        "queued · 1st in line for cpu, behind quickstart-two2 (trains)",
    ]


def test_one_that_waits_elsewhere_or_for_nobody_says_so_once(said, runs):
    free = line(runs, behind=(THREE,))
    (words,) = said(Line(), Line(), free, free)
    assert words.startswith("queued · step 0 of ")


def test_of_many_only_the_first_are_named(said, runs):
    names = tuple(f"20261122-11{minute:02}00-wait{minute}-one2" for minute in range(30))
    (words,) = said(line(runs, behind=(*names, THREE)))
    assert words.startswith("queued · 31st in line for cpu, behind wait0-one2 (waits), ")
    assert words.endswith("wait4-one2 (waits), … (30 in all)")
