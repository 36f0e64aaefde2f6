"""The cache of summaries: what comes back is what was kept, and anything else counts as nothing."""

import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest

from grokterm.analysis import ArmProgress, Known, Summary, SummaryCache
from grokterm.errors import GroktermError
from grokterm.record import Marks, State

STAMP = (10, 1_700_000_000_000_000_000, 0, 0)
HOSTILE = "two\nlines \x1b[2J \udcff \u2028 [red]"


@pytest.fixture
def cache(tmp_path):
    return SummaryCache(tmp_path / "runs", tmp_path / "cache")


def known(**changes) -> Known:
    summary = Summary(
        name="20261122-120000-x-aaaa", created=1.5, title=HOSTILE, state=State.FINISHED, progress=1.0, preset="x",
        arms={"static": ArmProgress(2, 2, 1, 0, float("nan")), "dynamic": ArmProgress(2, 2, 2, 0, 350.0)},
        seeds=(0, 1), step=900, steps=900, devices=("cpu",), hosts=("box",), heartbeat_at=2.5, dropped=1,
        marks=Marks(("a", HOSTILE), True, False, 1, (HOSTILE,)),
    )  # fmt: skip
    return Known(STAMP, replace(summary, **changes))


def file_of(cache) -> Path:
    return next(cache._path.parent.glob("*.jsonl"))


def test_what_is_kept_comes_back(cache):
    one = known()
    cache.save({one.summary.name: one})
    back = cache.load()[one.summary.name]
    assert back.stamp == STAMP and repr(back.summary) == repr(one.summary)  # nan equals nan as text


@pytest.mark.parametrize(
    "changes", [{"state": State.RUNNING}, {"state": State.QUEUED}, {"state": None, "problem": "x"}]
)
def test_what_lives_or_is_broken_is_not_kept(cache, changes):
    one = known(**changes)
    cache.save({one.summary.name: one})
    assert cache.load() == {}


def test_what_has_just_changed_is_not_kept(cache):
    import time

    one = known()._replace(stamp=(1, time.time_ns()))
    cache.save({one.summary.name: one})
    assert cache.load() == {}


@pytest.mark.parametrize("harm", ["", "null\n", "{", "[]\n", '{"version": "0"}\n[1]\n', "\x00\xff"])
def test_a_file_that_is_not_ours_is_nothing(cache, harm):
    cache.save({"x": known()})
    file_of(cache).write_text(harm, "latin-1")
    assert cache.load() == {}


def test_a_file_that_was_cut_gives_its_whole_lines(cache):
    cache.save({"x": known(name="x"), "y": known(name="y")})
    path = file_of(cache)
    path.write_text(path.read_text()[:-40])
    assert list(cache.load()) == ["x"]
    path.write_text(path.read_text() + json.dumps([STAMP, "z"]) + "\n")
    assert list(cache.load()) == ["x"]


def test_another_version_begins_anew(cache, monkeypatch):
    cache.save({"x": known()})
    monkeypatch.setattr("grokterm.analysis.cache._HEAD", {"version": "other"})
    assert cache.load() == {}


@pytest.mark.parametrize(
    ("place", "harm"),
    [(0, ["1", 2]), (0, 7), (0, [1.5]), (1, 7), (2, "x"), (4, 1), (6, [["a", 1, 1, 1, "0", 1.0]]), (7, ["0"])],
)
def test_a_line_with_values_of_other_kinds_is_nothing(cache, place, harm):
    cache.save({"x": known(name="x"), "y": known(name="y")})
    path = file_of(cache)
    head, first, second = path.read_text().splitlines(keepends=True)
    row = json.loads(second)
    row[place] = harm
    path.write_text(head + first + json.dumps(row) + "\n")
    assert list(cache.load()) == ["x"]


def test_brackets_without_end_are_nothing(cache):
    cache.save({"x": known(name="x")})
    path = file_of(cache)
    path.write_text(path.read_text() + "[" * 100_000 + "\n")
    assert list(cache.load()) == ["x"]


def test_a_place_that_can_not_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    cache = SummaryCache(tmp_path / "runs", tmp_path / "file" / "cache")
    with pytest.raises(GroktermError, match=r"the history can't be kept for the next visit: .*jsonl: Not a directory"):
        cache.save({"x": known()})
    assert cache.load() == {}


def test_what_can_not_be_put_in_place_leaves_nothing_beside(cache, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    cache.save({"x": known(name="x")})
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(GroktermError, match="No space left on device"):
        cache.save({"y": known(name="y")})
    assert list(file_of(cache).parent.iterdir()) == [file_of(cache)] and list(cache.load()) == ["x"]
