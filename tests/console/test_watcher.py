"""The watcher, without a screen: what it publishes, and when it keeps quiet."""

import shutil
import threading
import time

import pytest
from console.world import break_, grow, make, populate

from grokterm.analysis import arms_of, compare
from grokterm.console.app import farewell
from grokterm.console.detail import Focus
from grokterm.console.listing import Listing
from grokterm.console.snapshot import EMPTY, Snapshot, Watcher
from grokterm.record import CohortWriter, open_folder


class Audience:
    """Collects what a watcher publishes."""

    def __init__(self, runs) -> None:
        self.seen: list[Snapshot] = []
        self.arrived = threading.Condition()
        self.watcher = Watcher(runs, self.take, pytest.fail)

    def take(self, snapshot: Snapshot) -> None:
        with self.arrived:
            self.seen.append(snapshot)
            self.arrived.notify_all()

    def wait(self, condition, patience: float = 15.0) -> Snapshot:
        with self.arrived:
            assert self.arrived.wait_for(lambda: self.seen and condition(self.seen[-1]), patience)
            return self.seen[-1]


@pytest.fixture
def audience(runs):
    made = Audience(runs)
    yield made
    made.watcher.stop()
    made.watcher.join(10)
    assert not made.watcher.is_alive()


def test_it_publishes_the_history_then_the_focus_and_then_keeps_quiet(runs, audience):
    populate(runs)
    shutil.rmtree(runs / "20261122-135500-quickstart-run2")  # the one that this process keeps alive
    audience.watcher.start()
    first = audience.wait(lambda s: not s.loading and len(s.history) == 5)
    assert first.detail is None
    audience.watcher.focus("20261122-120000-quickstart-fin3")
    detail = audience.wait(lambda s: s.detail is not None).detail
    assert [arm.grokked for arm in detail.arms] == [1, 4, 4]
    audience.wait(lambda s: True)
    count = len(audience.seen)
    time.sleep(3.0)  # several rounds of both kinds
    assert len(audience.seen) == count


def test_a_growing_experiment_is_followed(runs, audience):
    folder = make(runs, "20261122-135500-quickstart-run2", step=100, state="running")
    audience.watcher.start()
    audience.watcher.focus(folder.name)
    before = audience.wait(lambda s: s.detail is not None and s.detail.curves.columns).detail
    grow(folder, 100, 300)
    after = audience.wait(lambda s: s.detail.summary.step == 300).detail
    assert len(after.curves.of("train_loss", "static")[0].steps) == 301
    assert len(before.curves.of("train_loss", "static")[0].steps) == 101  # what was published stays as it was
    assert audience.seen[-1].history[0].step == 300


def test_a_folder_that_appears_is_found(runs, audience):
    audience.watcher.start()
    audience.wait(lambda s: s.total == 0)
    make(runs, "20261122-120000-quickstart-fin3")
    audience.wait(lambda s: len(s.history) == 1)


def test_one_that_ended_and_goes_on_is_noticed(runs):
    folder = make(runs, "20261122-120000-quickstart-sto6", step=300, state="stopped")
    listing = Listing(runs)
    listing.look(False)
    for name in listing.due():
        listing.read(name)
    assert listing.lines()[0].state == "stopped"
    writer = CohortWriter(folder.cohorts[0].path)
    writer.event("resumed", step=300)
    writer.commit(state="running", step=310)
    for name in listing.due():
        listing.read(name)
    assert listing.lines()[0].state == "running"


def test_a_half_copied_folder_heals(runs):
    folder = make(runs, "20261122-120000-quickstart-fin3")
    whole = runs.parent / "whole"
    shutil.copytree(folder.path, whole)
    break_(folder)
    listing = Listing(runs)
    for _ in range(2):
        listing.look(False)
        for name in listing.due():
            listing.read(name)
        if listing.lines()[0].problem:
            shutil.copytree(whole, folder.path, dirs_exist_ok=True)
    assert listing.lines()[0].problem is None and listing.lines()[0].state == "finished"


def test_a_focus_gives_the_same_object_back_until_something_changes(runs):
    folder = make(runs, "20261122-135500-quickstart-run2", step=100, state="running")
    focus = Focus(open_folder(folder.path))
    first = focus.read()
    assert focus.read() is first
    grow(folder, 100, 110)
    assert focus.read() is not first


def test_a_focus_without_a_train_stream_shows_the_evaluations(runs):
    folder = make(runs, "20261122-120000-quickstart-fin3")
    folder.cohorts[0].paths.stream("train").unlink()
    detail = Focus(open_folder(folder.path)).read()
    assert len(detail.curves.of("train_loss", "static")[0].steps) == 91


def test_the_medians_of_a_focus_are_those_of_the_comparison(runs):
    folder = open_folder(make(runs, "20261122-120000-quickstart-fin3").path)
    lines = Focus(folder).read().arms
    rows = compare(arms_of(folder)).rows
    shown = [(line.name, repr(line.t_mem), repr(line.t_grok)) for line in lines]  # nan equals nan as text
    assert shown == [(row.arm, repr(row.t_mem.value), repr(row.t_grok.value)) for row in rows]
    assert {line.t_grok == line.t_grok for line in lines} == {True, False}


def test_leaving_says_what_goes_on(runs):
    make(runs, "20261122-135500-quickstart-run2", step=100, state="running")
    make(runs, "20261122-120000-quickstart-fin3")
    listing = Listing(runs)
    listing.look(False)
    for name in listing.due():
        listing.read(name)
    said = farewell(Snapshot(listing.lines(), 2))
    assert "20261122-135500-quickstart-run2" in said and "fin3" not in said
    assert farewell(EMPTY) == ""
