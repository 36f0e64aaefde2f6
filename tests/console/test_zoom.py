"""Windows on the x axis, the value cursor, and what lies far out."""

import numpy as np
import pytest

from grokterm.console.charts.model import Chart, Series
from grokterm.console.charts.plot import Canvas, draw
from grokterm.console.look import DARK, ink
from grokterm.console.scales import PENS

INK = ink(DARK)
STEPS = np.arange(1000.0)


def lines_of(chart: Chart, width: int = 70, height: int = 16) -> list[str]:
    return [strip.text for strip in draw(chart, width, height, INK)]


def chart(y: np.ndarray, x: np.ndarray = STEPS, **options) -> Chart:
    return Chart("loss", (Series("a", x, y, INK.arm(0)),), **options)


def canvas(lines: list[str]) -> list[str]:
    left = next(line.index("┤") for line in lines if "┤" in line) + 1
    return [line[left:] for line in lines[1:-2]]


def columns(lines: list[str]) -> np.ndarray:
    """Columns of the canvas in which something is drawn."""
    return np.array([[c not in " ⠀" for c in row] for row in canvas(lines)]).any(0)


def labels(lines: list[str]) -> list[float]:
    """The labels of the y axis, from the top."""
    return [float(line.split("┤")[0].replace("k", "e3")) for line in lines if "┤" in line]


def test_a_window_shows_its_part_and_the_y_axis_follows_it():
    lines = lines_of(chart(STEPS, window=(100, 200)))
    assert lines[-1].split() == ["100", "120", "140", "160", "180", "200"]
    assert max(labels(lines)) == 200 and min(labels(lines)) == 100
    assert columns(lines).all()


@pytest.mark.parametrize("log_x", [False, True])
@pytest.mark.parametrize("window", [(1.2, 3.4), (0.5, 2.0), (3.1, 8.9), (500.2, 504.2), (996, 1001)])
def test_steps_have_ticks_at_whole_numbers_once_each(window, log_x):
    words = lines_of(chart(STEPS, window=window, log_x=log_x))[-1].split()
    assert len(words) == len(set(words)) and all(word.isdigit() for word in words)


def test_a_window_between_two_steps_has_no_ticks():
    lines = lines_of(chart(STEPS, window=(0.2, 0.9)))
    assert len(lines) == 16 and lines[-1].strip() == "" and "└" in lines[-2]


def test_what_is_no_count_has_ticks_between_whole_numbers():
    assert "1.5" in lines_of(chart(STEPS, window=(1.2, 3.4), x_title="∫λ", counted=False))[-1].split()


def test_steps_beyond_a_billion_are_told_apart():
    words = lines_of(chart(STEPS, STEPS + 3e9, window=(3e9 + 100, 3e9 + 110)), 120)[-1].split()
    assert len(words) > 2 and len(words) == len(set(words))


def test_an_empty_window_says_so():
    early, late = chart(STEPS[:10], STEPS[:10], window=(500, 600)), chart(STEPS[:10], STEPS[900:910], window=(1, 2))
    for one in (early, late):
        assert "nothing was recorded in this window" in "".join(lines_of(one))


def test_a_log_axis_begins_above_zero_whatever_the_window_says():
    lines = lines_of(chart(STEPS, log_x=True, window=(10, 1000)))
    assert lines[-1].split() == ["10", "20", "50", "100", "200", "500", "1k"]
    assert lines_of(chart(STEPS, log_x=True, window=(-5, 999))) == lines_of(chart(STEPS, log_x=True, window=(1, 999)))
    assert "nothing above zero" in "".join(lines_of(chart(STEPS, -STEPS[::-1], log_x=True)))


@pytest.mark.parametrize("pen", PENS)
@pytest.mark.parametrize("log_x", [False, True])
def test_a_curve_that_enters_and_leaves_between_two_points_is_joined_to_the_edges(pen, log_x):
    x, y = np.array([1.0, 100.0, 1000.0]), np.array([0.0, 1.0, 0.0])
    assert columns(lines_of(chart(y, x, window=(50, 500), log_x=log_x, pen=pen))).all()
    lines = lines_of(chart(y, x, window=(200, 300), log_x=log_x, pen=pen))  # no point inside at all
    assert columns(lines).all()


def test_the_value_at_an_edge_is_that_of_the_line_by_hand():
    lines = lines_of(chart(np.array([0.0, 10.0]), np.array([0.0, 100.0]), window=(20, 40)))
    assert (min(labels(lines)), max(labels(lines))) == (2, 4)
    lines = lines_of(chart(np.array([1.0, 1e4]), np.array([0.0, 100.0]), window=(25, 75), log_y=True))
    assert (min(labels(lines)), max(labels(lines))) == (10, 1000)


def test_before_its_first_and_behind_its_last_point_a_curve_is_not_drawn():
    drawn = columns(lines_of(chart(np.ones(3), np.array([40.0, 50.0, 60.0]), window=(0, 100))))
    assert not drawn[: len(drawn) * 38 // 100].any() and not drawn[len(drawn) * 63 // 100 :].any()


def test_the_cursor_goes_through_every_row_and_says_where_it_is():
    plain, lines = lines_of(chart(np.zeros(1000))), lines_of(chart(np.zeros(1000), cursor=499.5))
    changed = [(y, x) for y, row in enumerate(lines) for x, c in enumerate(row) if c != plain[y][x]]
    rows = {y for y, _ in changed if y < len(lines) - 2}
    assert len({x for y, x in changed if y < len(lines) - 2}) == 1
    assert len(rows) >= len(lines) - 4  # every row of the canvas but that of the curve, which stays
    assert " 500 " in lines[-1]


def test_the_label_of_the_cursor_leaves_no_half_number():
    for at in range(0, 1000, 7):
        words = lines_of(chart(STEPS, cursor=float(at)))[-1].split()
        assert set(words) - {str(at)} <= {"0", "200", "400", "600", "800"} and str(at) in words


def test_the_cursor_keeps_what_is_under_it_on_another_ground():
    strips = draw(chart(np.zeros(1000), cursor=500.0), 70, 16, INK)
    grounds = [segment for strip in strips[1:-2] for segment in strip if segment.style and segment.style.bgcolor]
    assert len(grounds) == 13
    assert sum(segment.text != "│" for segment in grounds) == 1


@pytest.mark.parametrize("at", [-1.0, 99.0, 201.0, float("nan"), float("inf")])
def test_a_cursor_outside_the_window_changes_nothing(at):
    assert lines_of(chart(STEPS, window=(100, 200), cursor=at)) == lines_of(chart(STEPS, window=(100, 200)))
    assert lines_of(chart(STEPS, window=(100, 200), cursor=at, log_x=True))  # zero and below have no logarithm


@pytest.mark.parametrize("at", [0.0, 999.0])
def test_the_cursor_at_either_edge_is_whole(at):
    lines = lines_of(chart(STEPS, cursor=at))
    assert f" {at:.0f} " in lines[-1] and all(len(line) == 70 for line in lines)


def test_a_moved_cursor_draws_nothing_anew():
    made, one = Canvas(), chart(STEPS)
    first = made.draw(Chart("loss", one.series, cursor=10.0), 70, 16, INK)
    second = made.draw(Chart("loss", one.series, cursor=500.0), 70, 16, INK)
    assert [strip.text for strip in second] == lines_of(Chart("loss", one.series, cursor=500.0))
    assert first[0] is second[0]


def test_the_x_under_a_cell_is_that_of_the_cursor_drawn_there():
    made = Canvas()
    strips = made.draw(chart(STEPS, cursor=500.0), 70, 16, INK)
    column = strips[5].text.index("│", strips[5].text.index("│") + 1) if "│" in strips[5].text else 0
    assert made.x_at(column) == pytest.approx(500, abs=1000 / 60)
    assert made.x_at(0) is None and made.x_at(70) is None


def test_what_lies_far_out_on_a_linear_axis_is_an_arrow_and_a_note():
    y = np.random.default_rng(0).random(1000)
    y[400], y[700] = 5_000.0, -300.0
    lines = lines_of(chart(y), 100)
    assert "▴ up to 5000" in lines[0]
    top, bottom = canvas(lines)[0], canvas(lines)[-1]
    assert top.count("▴") == 1 and bottom.count("▾") == 1
    assert top.index("▴") == pytest.approx(0.4 * len(top), abs=1)
    assert max(labels(lines)) < 2  # the rest has the room


def test_what_lies_far_below_only_points_downwards():
    y = np.random.default_rng(0).random(1000)
    y[700] = -300.0
    title = lines_of(chart(y), 100)[0]
    assert "▾ down to -300" in title and "▴" not in title


def test_a_far_point_outside_the_window_is_none():
    y = np.random.default_rng(0).random(1000)
    y[400] = 5_000.0
    assert "▴" not in "".join(lines_of(chart(y, window=(500, 900)), 100))
    assert "▴" not in "".join(lines_of(chart(y, log_y=True), 100))  # a log axis has room for everything


def test_a_fixed_range_holds_and_what_is_beyond_it_is_an_arrow():
    y = np.full(1000, 0.5)
    lines = lines_of(chart(y, y_range=(0, 1), window=(100, 200)))
    assert (min(labels(lines)), max(labels(lines))) == (0, 1)
    y[150] = 7.0
    lines = lines_of(chart(y, y_range=(0, 1)), 100)
    assert (min(labels(lines)), max(labels(lines))) == (0, 1)
    assert canvas(lines)[0].count("▴") == 1 and "▴ up to 7" in lines[0]
