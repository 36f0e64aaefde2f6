"""Columns that grow: short ones row by row, very long ones thinned, each curve and each band for itself."""

import numpy as np
import pytest

from grokterm.analysis import CurveFeed, band
from grokterm.analysis.following import MOST_POINTS
from grokterm.analysis.rows import Rows
from grokterm.errors import GroktermError
from grokterm.record import CohortWriter, StreamReader

ROWS, LONG = 120_000, 40_000


def test_arrays_given_out_stay_as_they_were_while_rows_grow():
    rows, given_out = Rows(np.empty(0), np.empty((2, 0))), []
    for start in range(0, 1000, 7):
        steps = np.arange(start, start + 7)
        rows.append(steps, np.stack([steps, -steps]))
        assert rows.steps is rows.steps  # curves over the same rows share them
        given_out.append((start + 7, rows.steps, rows.values))
    for end, steps, values in given_out:
        assert steps.tolist() == list(range(end))
        assert (values == np.stack([np.arange(end), -np.arange(end)])).all()


@pytest.fixture
def lab(record, monkeypatch):
    """An experiment that runs, its writer, and columns that are long from forty thousand rows on."""
    monkeypatch.setattr("grokterm.analysis.feed._MOST_ROWS", LONG)
    monkeypatch.setattr("grokterm.analysis.feed._FEWEST_ROWS", LONG)
    folder = record({"static": [300, 300, 300], "dynamic": [300, 300, 300]}, until=0, state="running")
    return folder, CohortWriter(folder.cohorts[0].path)


def write(writer: CohortWriter, values: np.ndarray, first: int, last: int, column: str = "train_loss") -> None:
    steps = np.arange(first, last)
    writer.append("train", steps, {column: values[:, first:last].T})
    writer.commit(state="running")


def whole(folder, column: str = "train_loss") -> CurveFeed:
    feed = CurveFeed(folder, "train", (column,), whole=True)
    feed.poll()
    return feed


def in_stretches(steps: np.ndarray, values: np.ndarray, within: int) -> np.ndarray:
    starts = np.flatnonzero(np.diff(steps // within, prepend=-1))
    return np.stack([np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)])


def test_what_is_very_long_is_thinned_and_no_curve_and_no_band_loses_an_extreme(lab):
    folder, writer = lab
    values = np.random.default_rng(0).lognormal(size=(6, ROWS))
    values[1, 31_111] = 5e4
    values[4, 70_000:] = np.nan  # it diverges
    feed = CurveFeed(folder, "train", ("train_loss",))
    for first in range(0, ROWS, 1500):
        write(writer, values, first, first + 1500)
        assert feed.poll()
        curves, bands = feed.curves("train_loss"), feed.bands("train_loss")
        if first + 1500 > LONG:
            assert max(len(one.steps) for one in (*curves, *bands.values())) <= 3 * MOST_POINTS
    complete = whole(folder)
    for mine, full in zip(curves, complete.curves("train_loss"), strict=True):
        assert (mine.arm, mine.seed) == (full.arm, full.seed) and mine.within > 1 == full.within
        assert np.array_equal(mine.values, full.values[mine.steps], equal_nan=True)  # as recorded, at its own step
        found, wanted = (in_stretches(one.steps, one.values, mine.within) for one in (mine, full))
        assert np.array_equal(found, wanted[:, : found.shape[1]], equal_nan=True)
    assert curves[1].values.max() == 5e4
    for arm, mine in bands.items():
        full = complete.bands("train_loss")[arm]
        for name in ("median", "low", "high"):
            mine_values, full_values = getattr(mine, name), getattr(full, name)
            assert np.array_equal(mine_values, full_values[mine.steps], equal_nan=True), (arm, name)
            found, wanted = (
                in_stretches(steps, one, mine.within)
                for steps, one in ((mine.steps, mine_values), (full.steps, full_values))
            )
            assert np.array_equal(found, wanted, equal_nan=True), (arm, name)
        assert (mine.n == full.n[mine.steps]).all()


def test_opened_late_it_is_what_it_is_when_followed_from_the_start(lab):
    folder, writer = lab
    values = np.random.default_rng(1).lognormal(size=(6, ROWS))
    write(writer, values, 0, ROWS)
    feed = CurveFeed(folder, "train", ("train_loss",))
    assert feed.poll() and not feed.poll()
    found = feed.bands("train_loss")["static"]
    full = whole(folder).bands("train_loss")["static"]
    assert found.within > 1 and found.median.max() == full.median.max() and found.high.max() == full.high.max()


def test_a_run_that_goes_back_is_whole_again(lab):
    folder, writer = lab
    values = np.random.default_rng(2).lognormal(size=(6, ROWS))
    feed = CurveFeed(folder, "train", ("train_loss",))
    write(writer, values, 0, ROWS)
    assert feed.poll() and feed.curves("train_loss")[0].within > 1
    again = CohortWriter(folder.cohorts[0].path)
    again.load_checkpoint()  # there is none, so training begins again
    again.commit(state="running")
    assert feed.poll() and feed.curves("train_loss") == () and feed.bands("train_loss") == {}
    write(again, values, 0, 500)
    assert feed.poll()
    assert [len(curve.steps) for curve in feed.curves("train_loss")] == [500] * 6
    assert len(feed.bands("train_loss")["static"].steps) == 500


def test_seeds_of_an_arm_in_several_cohorts_keep_every_row(record, monkeypatch):
    monkeypatch.setattr("grokterm.analysis.feed._MOST_ROWS", 100)
    monkeypatch.setattr("grokterm.analysis.feed._FEWEST_ROWS", 100)
    folder = record({"static": [300, 300]}, until=0, state="running", cohort_width=1)
    assert len(folder.cohorts) == 2
    values = np.random.default_rng(3).lognormal(size=(2, 5000))
    for cohort, own in zip(folder.cohorts, values, strict=True):
        write(CohortWriter(cohort.path), own[None], 0, 5000)
    feed = CurveFeed(folder, "train", ("train_loss",))
    assert feed.poll()
    assert [(len(curve.steps), curve.within) for curve in feed.curves("train_loss")] == [(5000, 1)] * 2
    assert feed.bands("train_loss")["static"].median == pytest.approx(np.median(values, axis=0))


def test_a_stream_that_cant_be_read_takes_nothing_from_those_read_before(record, monkeypatch):
    arms = {"fine": {}, "coarse": {"streams": {"eval_every": 100}}}
    folder = record({"fine": [300, 300], "coarse": [300, 300]}, until=0, state="running", arms=arms)
    feed = CurveFeed(folder, "train", ("train_loss",))
    values = np.ones((2, 10))
    for cohort in folder.cohorts:
        write(CohortWriter(cohort.path), values, 0, 10)
    poll, broken = StreamReader.poll, folder.cohorts[1].path

    def failing(self, columns=None):
        if broken in self.path.parents:
            raise GroktermError("can't be read")
        return poll(self, columns)

    with monkeypatch.context() as patch:
        patch.setattr(StreamReader, "poll", failing)
        with pytest.raises(GroktermError):
            feed.poll()
    monkeypatch.setattr(StreamReader, "poll", lambda self, columns=None: poll(self, columns))
    assert feed.poll()
    assert {curve.arm: len(curve.steps) for curve in feed.curves("train_loss")} == {"fine": 10, "coarse": 10}
    assert not feed.poll()


def test_the_band_of_a_feed_is_the_band_of_its_curves(lab):
    folder, writer = lab
    values = np.random.default_rng(4).lognormal(size=(6, 300))
    feed = CurveFeed(folder, "train", ("train_loss",))
    for first in range(0, 300, 100):
        write(writer, values, first, first + 100)
        feed.poll()
        found = feed.bands("train_loss")
        for arm in ("static", "dynamic"):
            wanted = band([curve for curve in feed.curves("train_loss") if curve.arm == arm])
            assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(found[arm], wanted, strict=True))
        assert found["static"].steps is feed.curves("train_loss")[0].steps
    assert feed.bands("train_loss")["static"] is found["static"]  # nothing is computed twice
