"""Long tables cut down to rows that keep every extreme."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokterm.analysis import CurveFeed, load_curves
from grokterm.analysis import curves as curves_module
from grokterm.analysis.rows import Rows
from grokterm.analysis.thin import FEWEST_ROWS, MOST_ROWS, most_rows, thin
from grokterm.record import CohortWriter

FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=32)


def noise(rows: int, members: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((members, rows)).astype(np.float32)


def test_one_steps_spike_of_one_run_survives_whatever_is_around_it():
    steps, values = np.arange(200_000), noise(200_000)
    values[1, 123_457], values[2, 77] = 9.0, -9.0
    kept, within = thin(steps, {"loss": values}, 20_000)
    assert within > 1 and len(kept) <= 20_000
    assert {0, 77, 123_457, 199_999} <= set(kept.tolist())


def test_every_stretch_keeps_the_extremes_of_every_run_and_column():
    steps, columns = (
        np.arange(0, 600_000, 3),
        {"a": noise(200_000), "b": noise(200_000, 2, 1), "c": noise(200_000, 1)[0]},
    )
    kept, within = thin(steps, columns, 50_000)
    assert (np.diff(kept) > 0).all()
    starts = np.flatnonzero(np.diff(steps // within, prepend=-1))
    fewer = np.flatnonzero(np.diff(steps[kept] // within, prepend=-1))
    for values in columns.values():
        for pick in (np.minimum, np.maximum):
            whole = pick.reduceat(values, starts, axis=-1)
            assert (pick.reduceat(values[..., kept], fewer, axis=-1) == whole).all()


def test_what_was_thinned_and_has_grown_is_thinned_again_with_all_extremes():
    values, rows, within = noise(300_000), np.arange(0), 1
    for end in range(50_000, 300_001, 50_000):
        rows = np.concatenate([rows, np.arange(end - 50_000, end)])
        kept, within = thin(rows, {"loss": values[:, rows]}, 20_000, within)
        rows = rows[kept]
    starts = np.flatnonzero(np.diff(np.arange(300_000) // within, prepend=-1))
    fewer = np.flatnonzero(np.diff(rows // within, prepend=-1))
    assert (np.maximum.reduceat(values[:, rows], fewer, axis=1) == np.maximum.reduceat(values, starts, axis=1)).all()
    assert len(rows) <= 20_000


def test_a_smooth_curve_keeps_as_many_rows_as_it_may():
    """Only noise needs long stretches; of a smooth curve two rows a stretch are left, at its ends."""
    steps = np.arange(200_000)
    kept, within = thin(steps, {"norm": np.exp(-steps / 1e4)}, 50_000)
    assert within <= 16 and len(kept) >= 12_500


def test_a_gap_of_one_step_survives():
    values = noise(100_000, 1)
    values[0, 4321] = np.nan
    kept, _ = thin(np.arange(100_000), {"loss": values}, 10_000)
    assert 4321 in kept


def test_more_is_kept_of_many_runs_than_was_asked_for_and_a_short_table_stays_whole():
    steps, values = np.arange(20_000), noise(20_000, 200)
    kept, within = thin(steps, {"loss": values}, 100)
    assert within == 16 and len(kept) > 1000  # a thousand stretches at least
    kept, within = thin(steps[:500], {"loss": values[:, :500]}, 100)
    assert within == 1 and len(kept) == 500
    assert thin(steps[:0], {"loss": values[:, :0]}, 100)[0].tolist() == []


@given(st.lists(st.tuples(st.integers(0, 4999), FLOATS), max_size=40))
def test_whatever_the_numbers_are_the_extremes_of_all_are_kept(odd):
    values = noise(5000, 1)[0]
    for row, value in odd:
        values[row] = value
    kept, within = thin(np.arange(5000), {"loss": values}, 2500)
    assert within > 1
    assert np.fmin.reduce(values[kept]) == np.fmin.reduce(values)
    assert np.fmax.reduce(values[kept]) == np.fmax.reduce(values)


def test_how_many_rows_are_kept_goes_by_their_width():
    assert most_rows({"loss": np.zeros((10, 1))}) == MOST_ROWS
    assert FEWEST_ROWS < most_rows({"loss": np.zeros((10, 60)), "acc": np.zeros((10, 60))}) < MOST_ROWS
    assert most_rows({"loss": np.zeros((10, 5000))}) == FEWEST_ROWS > 25_000


def test_arrays_given_out_stay_as_they_were_while_rows_grow():
    rows, given_out = Rows(), []
    for start in range(0, 1000, 7):
        steps = np.arange(start, start + 7)
        rows.append(steps, {"each": np.stack([steps, -steps], axis=1), "all": steps * 0.5})
        given_out.append((start + 7, rows.steps, rows.column("each"), rows.column("all")))
    for end, steps, each, whole in given_out:
        assert steps.tolist() == list(range(end))
        assert (each == np.stack([np.arange(end), -np.arange(end)])).all() and (whole == np.arange(end) / 2).all()
    fewer = rows.only(np.array([3, 5]))
    assert fewer.steps.tolist() == [3, 5] and fewer.column("each").tolist() == [[3, 5], [-3, -5]]
    assert rows.column("no such") is None


@pytest.fixture
def short_limit(monkeypatch):
    """Streams are long from eight thousand rows on."""
    monkeypatch.setattr(curves_module, "most_rows", lambda columns: 8000)


def test_a_feed_that_grows_for_long_keeps_few_rows_and_every_spike(record, short_limit):
    folder = record({"static": [300, 300]}, until=0, state="running")
    writer, feed = CohortWriter(folder.cohorts[0].path), CurveFeed(folder, "train", ("train_loss",))
    values = noise(60_000, 2)
    values[0, 31_111], values[1, 59_000] = 50.0, -50.0
    generations = []
    for start in range(0, 60_000, 500):
        steps = np.arange(start, start + 500)
        writer.append("train", steps, {"train_loss": values[:, steps].T})
        writer.commit(state="running")
        assert feed.poll()
        generations.append(feed.generation)
        first, second = feed.curves("train_loss")
        assert len(first.steps) <= 18_000 and first.steps is second.steps
    assert len(set(generations)) < len(generations) / 2  # rarely done
    assert first.within == second.within > 1
    assert first.values.max() == 50.0 and second.values.min() == -50.0
    assert (first.values == values[0, first.steps]).all()  # recorded numbers at their own steps
    whole = load_curves(folder, "train", "train_loss")
    assert len(whole[0].steps) == 60_000 and whole[0].within == 1
    thinned = load_curves(folder, "train", "train_loss", whole=False)
    assert len(thinned[0].steps) <= 10_000 and thinned[0].values.max() == 50.0
