"""Charts as rows of characters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grokterm.console.charts.model import Chart, Milestone, Series
from grokterm.console.charts.plot import SMALLEST, draw
from grokterm.console.charts.ticks import decade_label, linear_ticks, log_ticks, number_labels
from grokterm.console.look import DARK, LIGHT, ink, marker

INK = ink(DARK)
STEPS = np.arange(0, 900, 10.0)


def rows(chart: Chart, width: int = 60, height: int = 14) -> list[str]:
    lines = draw(chart, width, height, INK)
    assert len(lines) == height
    assert all(line.cell_length == width for line in lines)
    return [line.text for line in lines]


def chart(*curves: np.ndarray, x: np.ndarray = STEPS, **options) -> Chart:
    series = [Series(f"arm{i}", x, y, INK.arm(i), marker(i)) for i, y in enumerate(curves)]
    return Chart("accuracy", tuple(series), **options)


def ink_rows(lines: list[str]) -> list[int]:
    """Rows of the canvas with something of a curve in them."""
    return [i for i, line in enumerate(lines[1:-2]) if any("⠀" < c <= "⣿" or c == "●" for c in line)]


def labels(lines: list[str]) -> list[str]:
    """The labels of the y axis, from the top."""
    return [line.split("┤")[0].strip() for line in lines if "┤" in line]


def test_a_rising_curve_goes_from_the_lower_left_to_the_upper_right():
    lines = rows(chart(STEPS))
    first, last = lines[1:-2][0], lines[1:-2][-1]
    assert first.rstrip()[-1] > "⠀" and last.split("┤")[-1].strip()
    assert lines[0].startswith(" accuracy")
    assert labels(lines) == ["800", "600", "400", "200", "0"]
    assert lines[-1].split() == ["0", "200", "400", "600", "800"]


@pytest.mark.parametrize("faint", [False, True])
@pytest.mark.parametrize("spike_at", [3, 12_345, 24_999])
def test_one_spike_among_25000_points_keeps_its_height(spike_at, faint):
    y = np.zeros(25_000)
    y[spike_at] = 1.0
    series = Series("loss", np.arange(25_000.0), y, INK.arm(0), faint=faint)
    lines = rows(Chart("loss", (series,)), 100, 16)
    assert ink_rows(lines) == list(range(13))  # a column of dots from the bottom to the top
    assert "1.0" in labels(lines)


def test_a_flat_curve_has_a_scale_of_its_own():
    for level in (0.0, 1.0, -3.0, 1e-12, 1e12):
        lines = rows(chart(np.full(90, level)))
        assert len(ink_rows(lines)) == 1
        assert len(labels(lines)) >= 2


def test_gaps_stay_gaps_and_infinities_are_not_drawn():
    y = np.where((STEPS > 300) & (STEPS < 600), np.nan, 1.0)
    y[-1] = np.inf
    line = next(line for line in rows(chart(y), 90) if "1.0┤" in line).split("┤")[1]
    middle = line[len(line) * 2 // 5 : len(line) * 3 // 5]
    assert not middle.strip() and line[:20].strip() and line[-20:-3].strip()


def test_nothing_finite_says_so():
    assert "no numbers yet" in "".join(rows(chart(np.full(90, np.nan))))
    assert "no numbers yet" in "".join(rows(Chart("loss")))
    assert "still training" in "".join(rows(Chart("loss", empty="still training")))


def test_log_axes_have_decades_and_leave_out_what_has_no_logarithm():
    lines = rows(chart(10.0 ** (-STEPS / 200), log_y=True, log_x=True), 80, 20)
    assert labels(lines) == ["1", "0.1", "0.01", "0.001", "1e-4"]
    assert lines[-1].split() == ["10", "20", "50", "100", "200", "500"]
    assert "nothing above zero" in "".join(rows(chart(-STEPS, log_y=True)))


def test_a_narrow_log_axis_still_has_ticks():
    assert len(labels(rows(chart(2 + STEPS / 900, log_y=True)))) >= 2


def test_every_arm_has_its_marker_so_that_nothing_depends_on_colour():
    lines = "".join(rows(chart(*(STEPS + 100 * i for i in range(8))), 100, 20))
    assert all(marker(i) in lines for i in range(8))


def test_a_single_point_is_seen():
    assert "●" in "".join(rows(chart(np.array([1.0]), x=np.array([0.0]))))


def test_milestones_have_a_line_and_a_label_on_a_row_of_their_own():
    marks = (Milestone(400, "g●", INK.arm(0)), Milestone(410, "g▲", INK.arm(1)), Milestone(5000, "far", INK.arm(2)))
    lines = rows(chart(STEPS / 900, milestones=marks, y_range=(0, 1)), 80, 20)
    assert "g●" in lines[1] and "g▲" in lines[2]
    assert sum("┊" in line for line in lines) > 10
    assert not any("far" in line for line in lines)
    assert labels(lines)[0] == "1.0"


def test_the_band_is_shaded_and_reaches_from_low_to_high():
    series = Series("a", STEPS, np.full(90, 0.5), INK.arm(0), "●", np.full(90, 0.1), np.full(90, 0.9))
    lines = rows(Chart("accuracy", (series,), y_range=(0, 1)), 60, 23)
    assert len(ink_rows(lines)) == pytest.approx(0.8 * 20, abs=1)


def test_a_hostile_title_is_drawn_as_text():
    lines = rows(Chart("sweep[lr=1e-3]\x1b[31m", chart(STEPS).series))
    assert "sweep[lr=1e-3]␛[31m" in lines[0]


def test_the_same_chart_gives_the_same_lines_in_either_theme():
    one = chart(STEPS, STEPS[::-1].copy(), np.zeros(90))
    assert [s.text for s in draw(one, 70, 15, INK)] == [s.text for s in draw(one, 70, 15, ink(LIGHT))]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=40),
    st.integers(0, 70), st.integers(0, 20), st.booleans(), st.booleans(),
)  # fmt: skip
def test_no_numbers_and_no_size_break_a_chart(values, width, height, log_x, log_y):
    y = np.array(values, dtype=float)
    one = chart(y, x=np.arange(float(len(y))), log_x=log_x, log_y=log_y)
    lines = draw(one, width, height, INK)
    assert len(lines) == (height if width else 0) and all(line.cell_length == width for line in lines)


def test_too_small_a_place_says_so():
    assert "small" in "".join(rows(chart(STEPS), SMALLEST[0] + 8, SMALLEST[1] - 1))


def test_labels_are_round_numbers():
    assert [t.label for t in linear_ticks(0.0, 1.0, 6)] == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert [t.label for t in linear_ticks(0, 25_000, 6)] == ["0", "5k", "10k", "15k", "20k", "25k"]
    assert [t.label for t in linear_ticks(9.2e-6, 3.1e-5, 3)] == ["1e-5", "2e-5", "3e-5"]
    assert [t.label for t in log_ticks(-7, 2, 4)] == ["1e-6", "0.001", "1"]
    assert [t.label for t in log_ticks(-2, 0, 7)] == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"]
    assert [t.label for t in log_ticks(3.2, 4.8, 6)] == ["2k", "5k", "10k", "20k", "50k"]
    assert [t.label for t in log_ticks(-6, -4.9, 6)] == ["1e-6", "2e-6", "5e-6", "1e-5"]
    assert [decade_label(k) for k in (-4, -3, 0, 2, 3, 6, 9)] == ["1e-4", "0.001", "1", "100", "1k", "1M", "1e9"]
    assert number_labels((12_000, 12_010, 12_020)) == ["12000", "12010", "12020"]
