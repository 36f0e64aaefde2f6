"""Long curves cut down to the points that hold their extremes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokterm.analysis.thin import BUCKETS, thin

FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=32)


def noise(rows: int, curves: int = 1, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((curves, rows)).astype(np.float32)


def extremes(steps: np.ndarray, values: np.ndarray, within: int) -> np.ndarray:
    """[2, …, stretches] of every stretch of `within` steps."""
    starts = np.flatnonzero(np.diff(steps // within, prepend=-1))
    return np.stack([pick.reduceat(values, starts, axis=-1) for pick in (np.minimum, np.maximum)])


def test_one_steps_spike_survives_whatever_is_around_it():
    steps, values = np.arange(200_000), noise(200_000, 2)
    values[1, 123_457], values[0, 77] = 9.0, -9.0
    kept, within = thin(steps, values, 12_000)
    assert within > 1 and len(kept) <= 12_000
    assert {0, 77, 123_457, 199_999} <= set(kept.tolist())


@pytest.mark.parametrize("every", [1, 3, 10])
def test_every_stretch_keeps_its_extremes(every):
    steps, values = np.arange(0, 200_000 * every, every), noise(200_000, 3)
    kept, within = thin(steps, values, 20_000)
    assert (np.diff(kept) > 0).all() and len(kept) <= 20_000
    assert (extremes(steps[kept], values[:, kept], within) == extremes(steps, values, within)).all()


def test_what_was_thinned_and_has_grown_is_thinned_again_with_all_extremes():
    values, rows, within = noise(300_000), np.arange(0), 1
    for end in range(10_000, 300_001, 10_000):
        rows = np.concatenate([rows, np.arange(end - 10_000, end)])
        kept, within = thin(rows, values[:, rows], 4096, within)
        rows = rows[kept]
        assert len(rows) <= 2 * 4096
    everything = np.arange(300_000)
    assert (extremes(rows, values[:, rows], within) == extremes(everything, values, within)).all()


def test_a_smooth_curve_keeps_as_many_points_as_it_may():
    """Only noise needs long stretches; of a smooth curve two points a stretch are left, at its ends."""
    steps = np.arange(200_000)
    kept, within = thin(steps, np.exp(-steps / 1e4)[None], 50_000)
    assert within <= 16 and len(kept) >= 12_500


def test_the_first_gap_of_a_stretch_survives():
    values = noise(100_000)
    values[0, 4321] = np.nan
    kept, _ = thin(np.arange(100_000), values, 10_000)
    assert 4321 in kept


def test_a_short_curve_stays_whole_and_many_stretches_are_left():
    steps, values = np.arange(20_000), noise(20_000, 3)
    kept, within = thin(steps, values, 10)
    assert within == 16 and BUCKETS < len(kept) <= 6 * 2 * BUCKETS
    kept, within = thin(steps[:500], values[:, :500], 100)
    assert within == 1 and len(kept) == 500
    assert thin(steps[:0], values[:, :0], 100)[0].tolist() == []


@given(st.lists(st.tuples(st.integers(0, 4999), FLOATS), max_size=40))
def test_whatever_the_numbers_are_the_extremes_of_all_are_kept(odd):
    values = noise(5000)
    for row, value in odd:
        values[0, row] = value
    kept, within = thin(np.arange(5000), values, 2500)
    assert within > 1
    assert np.fmin.reduce(values[0, kept]) == np.fmin.reduce(values[0])
    assert np.fmax.reduce(values[0, kept]) == np.fmax.reduce(values[0])
