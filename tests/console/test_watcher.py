"""The watcher, without a screen: what it publishes, and when it keeps quiet."""

import os
import shutil
import threading

import pytest
from console.world import break_, grow, make, populate

from grokterm.analysis import SummaryCache, arms_of, compare
from grokterm.console.arranging import Query
from grokterm.console.detail import Focus
from grokterm.console.filtering import parse
from grokterm.console.leaving import farewell
from grokterm.console.listing import Listing
from grokterm.console.snapshot import EMPTY, Snapshot, Watcher
from grokterm.record import CohortWriter, open_folder
from grokterm.record.line import claim_of, claimed_folders, slot_path


class Audience:
    """Collects what a watcher publishes."""

    def __init__(self, runs) -> None:
        self.seen: list[Snapshot] = []
        self.arrived = threading.Condition()
        self.watcher, self.rounds = Watcher(runs, self.take, pytest.fail), 0
        self._look_at_machine, self.watcher._read_machine = self.watcher._read_machine, self.look

    def take(self, snapshot: Snapshot) -> None:
        with self.arrived:
            self.seen.append(snapshot)
            self.arrived.notify_all()

    def look(self) -> None:
        """What the watcher does in every round, counted."""
        self._look_at_machine()
        with self.arrived:
            self.rounds += 1
            self.arrived.notify_all()

    def wait_for_rounds(self, count: int) -> None:
        """Until so many more rounds of both kinds are over that nobody asked for."""
        with self.arrived:
            before = self.rounds
            assert self.arrived.wait_for(lambda: self.rounds >= before + count, 60.0)

    def wait(self, condition, patience: float = 15.0) -> Snapshot:
        with self.arrived:
            assert self.arrived.wait_for(lambda: self.seen and condition(self.seen[-1]), patience)
            return self.seen[-1]


@pytest.fixture
def audience(runs, monkeypatch):
    monkeypatch.setattr("grokterm.console.snapshot.LIST_SECONDS", 0.2)
    monkeypatch.setattr("grokterm.console.snapshot.FOCUS_SECONDS", 0.05)
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
    audience.wait_for_rounds(3)
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


def settle(listing: Listing, seen=(), rounds: int = 1) -> None:
    """So many rounds of looking."""
    for _ in range(rounds):
        listing.look()
        for name in listing.due(seen):
            listing.read(name)


def age(folder) -> None:
    """Nothing in it was written a moment ago."""
    for path in (folder.path, *folder.path.rglob("*")):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def resume(folder) -> None:
    """Another console lets it go on."""
    writer = CohortWriter(folder.cohorts[0].path)
    writer.event("resumed", step=300)
    writer.commit(state="running", step=310)


def test_what_has_ended_is_looked_at_and_not_read(runs, monkeypatch):
    folder = make(runs, "20261122-120000-quickstart-fin3")
    age(folder)
    listing = Listing(runs)
    settle(listing)
    line = listing.lines()[0]
    monkeypatch.setattr("grokterm.console.listing.summarise", lambda folder: pytest.fail("read again"))
    settle(listing, rounds=3)
    assert listing.lines()[0] is line
    monkeypatch.undo()
    folder.add_note("tag", "seen")
    settle(listing)
    assert listing.lines()[0].marks.tags == ("seen",)


def test_what_goes_on_elsewhere_is_seen_at_a_glance(runs, monkeypatch):
    folder = make(runs, "20261122-120000-quickstart-sto6", step=300, state="stopped")
    age(folder)
    listing = Listing(runs)
    settle(listing)
    monkeypatch.setattr("grokterm.console.listing._LOOK_SECONDS", -1.0)
    assert list(listing.due()) == []
    resume(folder)
    assert list(listing.due()) == [folder.name]


def test_who_holds_a_slot_here_is_looked_at_in_every_round(runs):
    folder = make(runs, "20261122-120000-quickstart-sto6", step=300, state="stopped")
    slot = slot_path("cpu", 0)
    slot.write_text(claim_of(str(folder.path.resolve()), 0, {"cpu": "cpu"}))
    try:
        assert folder.path.resolve() in claimed_folders()
        assert Watcher(runs, lambda snapshot: None, pytest.fail)._claimed() == [folder.name]
    finally:
        slot.unlink()


def test_what_is_on_the_screen_is_noticed_in_the_next_round(runs, monkeypatch):
    names = [f"20261122-12000{i}-quickstart-sto{i}" for i in range(2, 6)]
    folders = [make(runs, name, seeds=1, step=300, state="stopped") for name in names]
    for folder in folders:
        age(folder)
    listing = Listing(runs)
    settle(listing)
    monkeypatch.setattr("grokterm.console.listing._GLANCE_SECONDS", -1.0)  # no time for any other
    monkeypatch.setattr("grokterm.console.listing._LOOK_SECONDS", -1.0)
    resume(folders[0])
    settle(listing)
    assert all(line.state == "stopped" for line in listing.lines())
    settle(listing, seen=(folders[0].name,))
    assert next(line for line in listing.lines() if line.name == folders[0].name).state == "running"


def test_the_next_visit_begins_with_what_was_known(runs, tmp_path):
    age(make(runs, "20261122-120000-quickstart-fin3"))
    age(make(runs, "20261122-110000-quickstart-sto4", step=300, state="stopped"))
    live = make(runs, "20261122-130000-quickstart-run5", step=100, state="running")
    first = Listing(runs, SummaryCache(runs, tmp_path / "cache"))
    settle(first)
    first.save(now=True)
    open_folder(runs / "20261122-110000-quickstart-sto4").add_note("star", True)  # while no console was open
    shutil.rmtree(runs / "20261122-120000-quickstart-fin3")
    second = Listing(runs, SummaryCache(runs, tmp_path / "cache"))
    second.look()
    assert [line.name[-4:] for line in second.lines()] == ["sto4"]  # what lives is not kept
    for name in second.due():
        second.read(name)
    assert {line.name[-4:]: line.marks.starred for line in second.lines()} == {"run5": False, "sto4": True}
    assert live.name in second.names


def test_a_history_that_could_not_be_kept_is_kept_once_it_can(runs, tmp_path, monkeypatch):
    age(make(runs, "20261122-120000-quickstart-fin3"))
    (tmp_path / "cache").write_text("in the way")
    listing = Listing(runs, SummaryCache(runs, tmp_path / "cache"))
    settle(listing)
    listing.save(now=True)
    assert "the history can't be kept for the next visit" in listing.problem
    (tmp_path / "cache").unlink()
    listing.save(now=True)  # nothing has changed since
    assert listing.problem == "" and list(SummaryCache(runs, tmp_path / "cache").load())


def test_two_watchers_agree(runs):
    make(runs, "20261122-120000-quickstart-fin3")
    stopped = make(runs, "20261122-110000-quickstart-sto4", step=300, state="stopped")
    pair = [Audience(runs), Audience(runs)]
    try:
        for audience in pair:
            audience.watcher.look_at((stopped.name,))
            audience.watcher.start()
        for audience in pair:
            audience.wait(lambda s: len(s.history) == 2)
        stopped.add_note("tag", "here")
        resume(stopped)
        make(runs, "20261122-130000-quickstart-new5")
        for audience in pair:
            audience.wait(lambda s: len(s.history) == 3 and s.history[2].state == "running" and s.history[2].marks.tags)
        first, second = (repr(audience.seen[-1].history) for audience in pair)  # nan is nan
        assert first == second
        shutil.rmtree(runs / "20261122-120000-quickstart-fin3")
        for audience in pair:
            audience.wait(lambda s: len(s.history) == 2)
    finally:
        for audience in pair:
            audience.watcher.stop()
            audience.watcher.join(10)


def test_a_query_is_answered_and_its_answer_follows_what_changes(runs, audience):
    folder = make(runs, "20261122-120000-quickstart-fin3")
    make(runs, "20261122-110000-quickstart-sto4", step=300, state="stopped")
    audience.watcher.start()
    audience.watcher.arrange(Query(filter=parse("tag=mine lr>0.001")))
    audience.wait(lambda s: s.arranged.query.filter.text and len(s.history) == 2)
    assert audience.seen[-1].arranged.rows == ()
    folder.add_note("tag", "mine")
    audience.watcher.reread((folder.name,))
    audience.wait(lambda s: [row.name for row in s.arranged.rows] == [folder.name])


def test_something_done_during_the_first_reading_does_not_read_the_focus_for_every_folder(runs, audience, monkeypatch):
    names = [make(runs, f"20261122-1{number}0000-quickstart-fin{number}", step=20).name for number in range(3, 9)]
    monkeypatch.setattr("grokterm.console.snapshot._PATIENCE", 60.0)
    order, read_line, read_focus = [], Listing.read, Focus.read

    def line(listing, name):
        order.append("line")
        audience.watcher.reread((names[1],))
        return read_line(listing, name)

    def focus(focus):
        order.append("focus")
        return read_focus(focus)

    monkeypatch.setattr(Listing, "read", line)
    monkeypatch.setattr(Focus, "read", focus)
    audience.watcher.focus(names[0])
    audience.watcher.start()
    audience.wait(lambda s: len(s.history) == len(names))
    first = order.index("line")
    assert order[first : first + len(names)] == ["line"] * len(names)


def test_a_runs_folder_that_can_not_be_read_keeps_quiet_and_heals(runs, audience):
    path = runs / "file"
    path.write_text("")
    audience.watcher._runs = path
    audience.watcher.start()
    audience.wait(lambda s: "not a folder" in s.problem)
    audience.watcher.arrange(Query(sort="name"))
    audience.wait(lambda s: s.arranged.query.sort == "name")
    count = len(audience.seen)
    audience.wait_for_rounds(3)
    assert len(audience.seen) == count
    path.unlink()
    path.mkdir()
    audience.watcher.reread()
    audience.wait(lambda s: s.problem == "" and s.total == 0)


def test_curves_keep_room_while_runs_train_and_not_after(runs):
    live = make(runs, "20261122-135500-quickstart-run2", step=300, state="running")
    over = make(runs, "20261122-120000-quickstart-fin3")
    assert Focus(live).read().curves.growing and not Focus(over).read().curves.growing


def test_a_runs_folder_that_nobody_may_look_into_says_so(runs, audience, monkeypatch):
    stat = type(runs).stat

    def refuse(path, **words):
        if path == runs:
            raise PermissionError(13, "Permission denied")
        return stat(path, **words)

    monkeypatch.setattr(type(runs), "stat", refuse)
    audience.watcher.start()
    audience.wait(lambda s: "can't be read (Permission denied)" in s.problem)
