"""Zoom, pan and the value cursor, as pure functions."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grokterm.console.window import holding, move_cursor, pan, snap, zoom

WHOLE = (1.0, 10_000.0)
LOG = st.booleans()


def inside(window) -> bool:
    return WHOLE[0] * (1 - 1e-9) <= window[0] < window[1] <= WHOLE[1] * (1 + 1e-9)


@st.composite
def windows(draw):
    left = draw(st.floats(1, 9_000))
    return left, left + draw(st.floats(100, 10_000 - left))


@given(windows(), LOG)
def test_zoom_in_and_out_again_comes_back(window, log):
    window = zoom(window, WHOLE, 1.0, None, log)
    assume(window is not None)
    nearer = zoom(window, WHOLE, 0.5, None, log)
    assert inside(nearer)
    assert zoom(nearer, WHOLE, 2.0, None, log) == pytest.approx(window, rel=1e-6)


@given(windows(), st.floats(0.1, 4), st.floats(1, 10_000), LOG)
def test_zoom_stays_in_the_data_and_keeps_its_place(window, factor, about, log):
    found = zoom(window, WHOLE, factor, about, log)
    assert found is None or inside(found)
    if found is not None and factor < 1 and window[0] <= about <= window[1]:
        assert found[0] * (1 - 1e-6) <= about <= found[1] * (1 + 1e-6)


def test_zoom_by_hand():
    assert zoom(None, (0.0, 100.0), 0.5, None, False) == (25, 75)
    assert zoom(None, (0.0, 100.0), 0.5, 0.0, False) == (0, 50)
    assert zoom((0.0, 50.0), (0.0, 100.0), 2, None, False) is None
    assert zoom((60.0, 90.0), (0.0, 100.0), 2, None, False) == (40, 100)  # would go beyond the data
    assert zoom(None, (1.0, 10_000.0), 0.5, None, True) == pytest.approx((10, 1000))


def test_a_window_is_never_narrower_than_can_be_told_apart():
    window = None
    for _ in range(100):
        window = zoom(window, WHOLE, 0.5, 5_000.0, False)
    assert window[1] - window[0] == pytest.approx(1e-4 * (WHOLE[1] - WHOLE[0]))
    assert window[0] <= 5_000 <= window[1]


@given(windows(), st.floats(-3, 3), LOG)
def test_pan_never_leaves_the_data_and_keeps_its_width(window, share, log):
    moved = pan(window, WHOLE, share, log)
    assert inside(moved)
    if not log:
        assert moved[1] - moved[0] == pytest.approx(window[1] - window[0])
    else:
        assert moved[1] / moved[0] == pytest.approx(window[1] / window[0])


def test_pan_by_hand():
    assert pan((20.0, 40.0), (0.0, 100.0), 0.25, False) == (25, 45)
    assert pan((20.0, 40.0), (0.0, 100.0), -9, False) == (0, 20)
    assert pan((10.0, 100.0), (1.0, 1000.0), 1, True) == pytest.approx((100, 1000))
    assert pan(None, (0.0, 100.0), 0.25, False) is None


def test_zooming_in_ends_where_steps_can_be_told_apart():
    window = (100.0, 106.0)
    assert zoom(window, WHOLE, 0.5, None, False, closest=4) == window
    assert zoom((100.0, 110.0), WHOLE, 0.5, 100.0, False, closest=4) == (100, 105)
    assert zoom((100.0, 102.0), WHOLE, 2.0, None, False, closest=4) == (99, 103)
    assert zoom(None, (0.0, 3.0), 0.5, None, False, closest=4) is None


TENTHS, ALL = np.arange(0.0, 10_001.0, 10.0), np.arange(0.0, 10_001.0)


@given(st.none() | st.floats(1, 10_000), st.none() | windows(), st.integers(-200, 200), LOG)
def test_the_cursor_stands_where_something_was_recorded_and_never_leaves_the_window(cursor, window, by, log):
    left, right = window or WHOLE
    found = move_cursor(cursor, window, WHOLE, 80, by, log, (TENTHS, np.array([77.0, 4321.0])))
    assert left * (1 - 1e-9) <= found <= right * (1 + 1e-9)
    assert found in TENTHS or found in (77.0, 4321.0)


def test_the_cursor_by_hand():
    whole = (0.0, 100.0)

    def moved(cursor, window, by, *places):
        return move_cursor(cursor, window, whole, 50, by, False, places or (ALL,))

    assert moved(None, None, 1) == 0
    assert moved(None, None, -1) == 100
    assert moved(10.0, None, 3) == 16
    assert moved(10.0, None, 1_000_000) == 100
    assert moved(10.0, (50.0, 60.0), 1) == 50  # it was outside
    assert moved(10.0, None, 1, TENTHS) == 20  # less than a sample away: the next one
    assert moved(20.0, None, -1, TENTHS, np.array([13.0])) == 13
    assert moved(50.0, (45.3, 58.0), 1, TENTHS) == 50  # the next one is outside
    assert (moved(12.6, None, 1, TENTHS), moved(12.6, None, -1, TENTHS)) == (20, 10)  # from between two samples
    assert move_cursor(10.0, None, (1.0, 1000.0), 3, 1, True, (ALL,)) == 100


def test_far_in_the_cursor_goes_from_sample_to_sample():
    seen, cursor = [], 5.0
    for _ in range(4):
        cursor = move_cursor(cursor, (4.2, 8.7), (0.0, 100.0), 70, 1, False, (ALL,))
        seen.append(cursor)
    assert seen == [6, 7, 8, 8]


def test_a_window_between_two_samples_goes_to_the_nearest():
    found = move_cursor(None, (12.0, 16.0), (0.0, 100.0), 70, 1, False, (TENTHS,))
    assert found == 10 and holding((12.0, 16.0), found) == (8, 12)
    assert holding(None, found) is None and holding((5.0, 15.0), found) == (5, 15)
    assert snap(3.0, (), (0.0, 9.0)) == 3.0
