"""Four pens: none of them hides a step, joins a gap, or leaves the space it was given."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grokterm.console.charts.model import Chart, Milestone, Series
from grokterm.console.charts.pens import PENS, pen_of, strokes
from grokterm.console.charts.plot import SMALLEST, draw
from grokterm.console.look import DARK, ink, marker
from grokterm.console.scales import PENS as NAMES

INK = ink(DARK)
COUNT, SPIKE = 25_000, 12_345
STEPS = np.arange(float(COUNT))


def canvas(chart: Chart, width: int = 100, height: int = 16) -> list[str]:
    """The rows right of the y axis."""
    lines = [strip.text for strip in draw(chart, width, height, INK)]
    left = next(line.index("┤") for line in lines if "┤" in line) + 1
    return [line[left:] for line in lines[1:-2]]


def inked(rows: list[str]) -> np.ndarray:
    """Cells with something in them; an empty braille pattern is nothing. [height, width] bool"""
    return np.array([[character not in " ⠀" for character in row] for row in rows])


def has_spike(rows: list[str]) -> bool:
    """Some column is drawn in every row."""
    return bool(inked(rows).all(0).any())


def spiked(base: float, top: float, at: int = SPIKE) -> np.ndarray:
    y = np.full(COUNT, base)
    y[at] = top
    return y


def test_every_pen_of_a_view_is_there_and_an_unknown_one_is_braille():
    assert tuple(PENS) == NAMES
    assert pen_of("of a later version") is PENS["braille"]


@pytest.mark.parametrize("pen", NAMES)
@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("window", [None, (12_000.0, 13_000.0)])
@pytest.mark.parametrize("faint", [False, True])
def test_one_step_among_25000_has_its_full_height(pen, log_y, window, faint):
    series = Series("a", STEPS, spiked(0.01, 1.0), INK.arm(0), faint=faint)
    assert has_spike(canvas(Chart("loss", (series,), log_y=log_y, window=window, pen=pen)))


@pytest.mark.parametrize("pen", NAMES)
@pytest.mark.parametrize("log_y", [False, True])
def test_smoothing_keeps_the_spike_in_the_dimmed_curve(pen, log_y):
    colour = INK.arm(0)
    series = Series("a", STEPS, np.full(COUNT, 0.01), colour, raw_y=spiked(0.01, 1.0))
    chart = Chart("loss", (series,), log_y=log_y, pen=pen, smooth=0.9)
    assert has_spike(canvas(chart))
    top = draw(chart, 100, 16, INK)[1]
    colours = {segment.style.color.triplet.hex for segment in top if segment.style and segment.text.strip(" ⠀│┤01.")}
    assert colours == {INK.mix(colour, 0.35).lower()}


@pytest.mark.parametrize("pen", NAMES)
def test_the_spike_of_one_curve_among_24_is_seen(pen):
    levels = np.linspace(0.0, 0.3, 24)
    curves = [spiked(level, 1.0) if place == 11 else np.full(COUNT, level) for place, level in enumerate(levels)]
    series = [Series(f"a{i}", STEPS, y, INK.arm(i), marker(i)) for i, y in enumerate(curves)]
    rows = canvas(Chart("loss", tuple(series), pen=pen))
    above = inked(rows)[:8]  # the others are all below
    assert above.all(0).sum() in (1, 2)


@pytest.mark.parametrize("pen", NAMES)
def test_an_edge_of_a_band_keeps_its_spike(pen):
    flat = np.full(COUNT, 0.1)
    series = Series("a", STEPS, flat, INK.arm(0), low=flat, high=spiked(0.1, 1.0))
    assert inked(canvas(Chart("loss", (series,), pen=pen)))[:10].any(1).sum() >= (5 if pen == "braille" else 10)


@pytest.mark.parametrize("pen", NAMES)
def test_a_gap_stays_a_gap(pen):
    y = np.where((STEPS > 10_000) & (STEPS < 15_000), np.nan, 1.0)
    drawn = inked(canvas(Chart("loss", (Series("a", STEPS, y, INK.arm(0)),), pen=pen))).any(0)
    width = len(drawn)
    assert drawn[: width * 38 // 100].all() and drawn[width * 62 // 100 :].all()
    assert not drawn[width * 42 // 100 : width * 58 // 100].any()


@pytest.mark.parametrize("pen", NAMES)
@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("height", [15, 16, 21])
def test_a_curve_lies_on_the_row_of_its_tick(pen, log_y, height):
    levels = (1.0, 10.0, 100.0) if log_y else (0.0, 0.5, 1.0, 1.5, 2.0)
    series = [Series(str(i), STEPS, np.full(COUNT, level), INK.arm(i)) for i, level in enumerate(levels)]
    lines = [strip.text for strip in draw(Chart("loss", tuple(series), log_y=log_y, pen=pen), 60, height, INK)]
    drawn = [line for line in lines[1:-2] if line[10:].strip(" ⠀")]
    assert sorted(float(line.split("┤")[0]) for line in drawn) == list(levels)


@pytest.mark.parametrize("pen", NAMES)
def test_points_far_apart_are_joined(pen):
    series = Series("a", np.array([0.0, 100.0]), np.array([0.0, 1.0]), INK.arm(0))
    assert inked(canvas(Chart("loss", (series,), pen=pen))).any(0).all()


@pytest.mark.parametrize("pen", NAMES)
def test_every_arm_has_its_marker_and_a_milestone_its_line(pen):
    series = [Series(f"a{i}", STEPS, np.full(COUNT, i / 8), INK.arm(i), marker(i)) for i in range(8)]
    rows = canvas(Chart("loss", tuple(series), pen=pen, milestones=(Milestone(5_000.0, "g●", INK.arm(0)),)), 120, 24)
    drawn = "".join(rows)
    assert all(marker(i) in drawn for i in range(8))
    assert "g●" in rows[0] and drawn.count(PENS[pen].milestone) > 8


def test_strokes_follow_the_direction_by_hand():
    top = np.array([3, 2, 2, 4, -1, 1])
    bottom = np.array([3, 2, 2, 6, -2, 1])
    assert "".join(strokes(top, bottom)) == "-/-|--"


def test_ascii_draws_nothing_else_where_nothing_else_may_be_drawn():
    series = [
        Series("a", STEPS, np.sin(STEPS / 999), INK.arm(0), low=np.sin(STEPS / 999) - 1, high=np.sin(STEPS / 999) + 1)
    ]
    chart = Chart("loss", tuple(series), milestones=(Milestone(9e3, "g", INK.arm(0)),), pen="braille")
    drawn = "".join(strip.text for strip in draw(chart, 80, 20, ink(DARK, ascii=True)))
    assert set(drawn) & set("|/\\-':") == set("|/\\-':")
    assert not any("⠀" <= c <= "⣿" or c in "░▀▄█•┊" for c in drawn)


VALUES = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, 1.0, -1e308, 1e308, 5e-324, 1e-300])


@settings(max_examples=250, deadline=None)
@given(
    values=st.lists(VALUES, max_size=30), raw=st.booleans(), band=st.booleans(), faint=st.booleans(),
    width=st.integers(0, 90), height=st.integers(0, 24), scale=st.sampled_from([1e-9, 1.0, 3.7, 1e12]),
    log_x=st.booleans(), log_y=st.booleans(), pen=st.sampled_from(NAMES), seconds=st.booleans(),
    y_range=st.none() | st.just((0.0, 1.0)), cursor=st.none() | st.floats(-10, 40) | st.just(math.inf),
    window=st.none() | st.tuples(st.floats(-5, 35), st.floats(1e-6, 40)).map(lambda w: (w[0], w[0] + w[1])),
)  # fmt: skip
def test_no_numbers_no_size_and_no_window_break_a_chart(
    values, raw, band, faint, width, height, scale, log_x, log_y, pen, seconds, y_range, cursor, window
):
    y = np.array(values, dtype=float)
    x = np.arange(float(len(y))) * scale
    series = Series(
        "a", x, y, INK.arm(0), faint=faint, raw_y=y[::-1] if raw else None,
        low=np.minimum(y, 0.0) if band else None, high=np.maximum(y, 1.0) if band else None,
    )  # fmt: skip
    chart = Chart(
        "loss", (series,), log_x, log_y, (Milestone(3 * scale, "g●", INK.arm(0)),), y_range,
        window=window and (window[0] * scale, window[1] * scale), cursor=cursor, pen=pen, seconds=seconds,
        x_title="wall time" if seconds else "", counted=not seconds,
    )  # fmt: skip
    lines = draw(chart, width, height, INK)
    assert len(lines) == (height if width else 0)
    assert all(line.cell_length == width == len(line.text) for line in lines)


@pytest.mark.parametrize("pen", NAMES)
def test_every_size_is_filled_exactly(pen):
    chart = Chart("loss", (Series("a", STEPS, np.sin(STEPS / 999), INK.arm(0)),), pen=pen)
    for width, height in [(1, 1), (SMALLEST[0] - 1, 9), SMALLEST, (19, 6), (80, 6), (25, 30), (200, 60)]:
        lines = draw(chart, width, height, INK)
        assert [line.cell_length for line in lines] == [width] * height


def test_strokes_and_full_stops_tell_test_from_train_without_colours():
    rising = np.linspace(0.0, 1.0, COUNT)
    train = Series("train", STEPS, rising, INK.arm(0), faint=True)
    test = Series("test", STEPS, rising / 4, INK.arm(0))
    for series, signs in ((train, {"."}), (test, set("-/|"))):
        rows = canvas(Chart("accuracy", (series,), pen="ascii"))
        assert set("".join(rows)) - {" ", "●"} == signs
