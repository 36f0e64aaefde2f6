"""Charts out of recorded curves: axes, milestones, seeds, smoothing, what is kept, what is said."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokterm.analysis import Curve, RunResult, band, smoothed
from grokterm.console.charts.model import Chart, Series
from grokterm.console.charts.readings import readings, table_rows
from grokterm.console.curves import Curves
from grokterm.console.detail import ArmLine, arm_line
from grokterm.console.look import DARK, ink
from grokterm.console.panel import PANELS, Panel
from grokterm.console.panels import chart, charts, extent, places, probe_panels, roomy
from grokterm.console.scales import SMOOTHING, Spot, View
from grokterm.console.screens.parts import arm_block
from grokterm.record import Past

INK = ink(DARK)
VIEW, SPOT = View(), Spot()
STEPS = np.array([0, 10, 20, 30])
LOSS = Panel("loss", "loss", ("test_loss",), log=True)
ARMS = (ArmLine(0, "slow", "", 2, t_mem=10.0, t_grok=20.0), ArmLine(1, "quick", "", 2, t_grok=15.0))


def curves(**options) -> Curves:
    """Two arms of two seeds; a step takes the slow arm 2 s and the quick one 1 s."""
    values = {
        "test_loss": {("slow", 0): [4, 3, 2, 1], ("slow", 1): [8, 7, 6, 5], ("quick", 0): [4, 2, 1, 0],
                      ("quick", 1): [2, 2, 1, 0]},
        "wall": {(arm, seed): STEPS * each for arm, each in (("slow", 2.0), ("quick", 1.0)) for seed in (0, 1)},
        "weight_decay_integral": {("slow", seed): STEPS * 0.1 * (seed + 1) for seed in (0, 1)},
    }  # fmt: skip
    columns = {
        column: tuple(Curve(arm, seed, STEPS, np.array(y, float)) for (arm, seed), y in own.items())
        for column, own in values.items()
    }
    bands = {
        (column, arm): band([curve for curve in own if curve.arm == arm])
        for column, own in columns.items()
        for arm in dict.fromkeys(curve.arm for curve in own)
    }
    return Curves(columns, bands, **options)


def result(arm: str, seed: int, t_mem: float, t_grok: float) -> RunResult:
    """A run of 30 steps, as far as milestones tell of it."""
    nan = math.nan
    measured = dict.fromkeys(("train_loss", "train_acc", "test_loss", "test_acc", "integral", "integral_at_grok"), nan)
    return RunResult(
        "made-up", arm, seed, "finished", False, 30, 30, t_mem, t_grok, t_grok, 30.0, False, nan, **measured
    )


def made(view: View = VIEW, spot: Spot = SPOT, found: Curves | None = None):
    return chart(LOSS, found or curves(), ARMS, view, spot, INK)


def test_steps_and_epochs_are_the_recorded_steps():
    for axis in ("step", "epoch"):
        one = made(View(axis=axis))
        np.testing.assert_array_equal(one.series[0].x, STEPS)
        assert [mark.x for mark in one.milestones] == [20, 15]
    assert made().x_title == "" and made(View(axis="epoch")).x_title == "epoch"


def test_an_epoch_of_batches_is_many_steps():
    found = curves(epochs={"slow": 10, "quick": 4})
    one = made(View(axis="epoch"), found=found)
    by_label = {series.name: series.x for series in one.series}
    assert not one.counted and made(found=found).counted
    np.testing.assert_array_equal(by_label["slow"], STEPS / 10)
    np.testing.assert_array_equal(by_label["quick"], STEPS / 4)
    assert [mark.x for mark in one.milestones] == [2, 3.75]


def test_wall_time_moves_curves_and_milestones_by_hand():
    one = made(View(axis="wall"))
    np.testing.assert_array_equal(one.series[0].x, [0, 20, 40, 60])
    np.testing.assert_array_equal(one.series[1].x, [0, 10, 20, 30])
    assert [mark.x for mark in one.milestones] == [40, 15]
    assert one.seconds and one.x_range == (0, 60)


def test_the_integral_is_that_of_the_run_or_the_median_of_the_arm():
    median, every = made(View(axis="integral")), made(View(axis="integral", seed=-1))
    np.testing.assert_allclose(median.series[0].x, STEPS * 0.15)
    np.testing.assert_allclose(every.series[1].x, STEPS * 0.2)
    assert [mark.x for mark in median.milestones] == pytest.approx([3.0])


def test_an_arm_without_that_column_is_named_and_a_chart_without_any_says_why():
    one = made(View(axis="integral"))
    assert [series.name for series in one.series] == ["slow"]
    assert "no ∫λ recorded: quick" in one.notes
    bare = Curves({"test_loss": curves().columns["test_loss"]}, curves().bands)
    empty = made(View(axis="wall"), found=bare)
    assert not empty.series and empty.empty == "no wall time was recorded here" and empty.hint.startswith("X ")


def test_hidden_arms_are_neither_drawn_nor_counted():
    one = made(View(axis="wall"), Spot(hidden=("slow",)))
    assert [series.name for series in one.series] == ["quick"] and len(one.milestones) == 1
    assert one.x_range == (0, 30)
    none = made(spot=Spot(hidden=("slow", "quick")))
    assert none.empty == "every arm is hidden" and none.hint == "a shows all" and none.x_range is None


def test_seeds_as_band_all_or_one():
    band_, every, second, none = (made(View(seed=seed)) for seed in (None, -1, 1, 5))
    np.testing.assert_array_equal(band_.series[0].y, [6, 5, 4, 3])
    np.testing.assert_array_equal(band_.series[0].low, [4, 3, 2, 1])
    assert [series.name for series in every.series] == ["slow/0", "slow/1", "quick/0", "quick/1"]
    assert [series.name for series in second.series] == ["slow/1", "quick/1"]
    assert none.empty == "these arms have no such seed" and none.hint.startswith("g ")


def test_one_seed_has_its_own_milestones_and_none_where_it_never_grokked():
    arm = arm_line(0, "slow", "", [result("slow", 0, 10.0, math.nan), result("slow", 1, 10.0, 30.0)])
    arms = (replace(arm, t_grok=25.0),)

    def marks(view: View) -> list[tuple[str, float]]:
        panel = replace(LOSS, marks=("t_mem", "t_grok"))
        return [(mark.label, mark.x) for mark in chart(panel, curves(), arms, view, SPOT, INK).milestones]

    assert marks(VIEW) == marks(View(seed=-1)) == [("m●", 10.0), ("g●", 25.0)]
    assert marks(View(seed=0)) == [("m●", 10.0)]
    assert marks(View(seed=1)) == [("m●", 10.0), ("g●", 30.0)]
    assert marks(View(seed=1, axis="integral")) == [("m●", 2.0), ("g●", 6.0)]
    assert marks(View(seed=2)) == []
    line = arm_block(arms[0].seen(0), ("slow",), 60, INK).plain
    assert "seed 0  t_grok –  t_mem 10" in line and "grokked" not in line
    assert "seed 1  t_grok 30  t_mem 10" in arm_block(arms[0].seen(1), ("slow",), 60, INK).plain
    assert "1/2 grokked  t_grok 25" in arm_block(arms[0].seen(-1), ("slow",), 60, INK).plain
    assert "no such seed" in arm_block(arms[0].seen(2), ("slow",), 60, INK).plain


def test_a_fork_that_changed_an_arm_is_marked():
    arms = (arm_line(0, "slow", "", [], (Past(10, {"optimizer.weight_decay": 1.0}),)), ARMS[1])
    marks = chart(LOSS, curves(), arms, VIEW, SPOT, INK).milestones
    assert [(mark.label, mark.x) for mark in marks] == [("f●", 10.0), ("g▲", 15.0)]


def test_runs_are_smoothed_before_their_median_and_the_recorded_numbers_stay():
    view = View(smooth=3)
    one, weight = made(view).series[1], SMOOTHING[3]
    runs = [smoothed(curve.values, weight) for curve in curves().of("test_loss", "quick")]
    np.testing.assert_allclose(one.y, np.median(runs, axis=0))
    np.testing.assert_array_equal(one.raw_y, [3, 2, 1, 0])
    np.testing.assert_array_equal(one.recorded[2], [4, 2, 1, 0])
    assert made(view).smooth == weight and "smoothed 0.9" in made(view).notes
    assert made().series[0].raw_y is None


def test_only_another_way_of_looking_makes_other_curves():
    found, view = curves(), View(axis="wall", smooth=2)
    first = made(view, found=found)
    moved = made(view, Spot(window=(1, 5), cursor=3.0), found=found)
    assert all(a is b for a, b in zip(first.series, moved.series, strict=True))
    again = made(replace(view, log_x=True, y="log", pen="dot"), found=found)
    assert all(a is b for a, b in zip(first.series, again.series, strict=True))
    assert made(replace(view, smooth=0), found=found).series[0] is not first.series[0]


def test_curves_that_have_grown_are_smoothed_like_fresh_ones():
    whole, view = curves(), View(smooth=3)
    columns = {
        name: tuple(one._replace(steps=one.steps[:2], values=one.values[:2].copy()) for one in own)
        for name, own in whole.columns.items()
    }
    bands = {(name, arm): band([one for one in columns[name] if one.arm == arm]) for name, arm in whole.bands}
    first = Curves(columns, bands)
    assert len(made(view, found=first).series[0].y) == 2
    grown = made(view, found=first.grown(whole.columns, whole.bands, growing=True))
    for one, other in zip(grown.series, made(view, found=whole).series, strict=True):
        np.testing.assert_allclose(one.y, other.y)
        np.testing.assert_array_equal(one.raw_y, other.raw_y)


def test_numbers_are_read_off_without_making_smoothed_curves_again():
    found, view = curves(), View(smooth=3)
    drawn = made(view, found=found)
    made(replace(view, smooth=0), found=found)
    extent(found, ARMS, view, Spot())
    assert all(a is b for a, b in zip(drawn.series, made(view, found=found).series, strict=True))


def test_the_cursor_may_stand_where_a_curve_that_is_drawn_has_a_point():
    (steps,) = places(curves(), ARMS, View(), Spot(), ("test_loss",))
    np.testing.assert_array_equal(steps, STEPS)
    walls = places(curves(), ARMS, View(axis="wall"), Spot(), ("test_loss",))
    assert sorted(map(tuple, walls)) == [(0, 10, 20, 30), (0, 20, 40, 60)]
    assert places(curves(), ARMS, View(), Spot(), ("test_acc",)) == ()
    assert len(places(curves(), ARMS, View(axis="integral"), Spot(), ("test_loss",))) == 1  # one arm has none


def test_curves_over_the_same_steps_share_their_x():
    one = made(View(seed=-1))
    assert all(series.x is one.series[0].x for series in one.series)


def test_scales_of_a_panel_hold_unless_another_is_asked_for():
    found = charts(curves(), ARMS, View(), Spot(), INK)
    assert list(found) == [panel.id for panel in PANELS]
    assert (found["loss"].log_y, found["norm"].log_y) == (True, False)
    assert not made(View(y="linear")).log_y
    assert charts(curves(), ARMS, View(y="log"), Spot(), INK)["norm"].log_y


def test_the_extent_is_that_of_everything_shown():
    assert extent(curves(), ARMS, View(), Spot()) == (0, 30)
    assert extent(curves(), ARMS, View(log_x=True), Spot()) == (10, 30)
    assert extent(Curves(), ARMS, View(), Spot()) is None
    assert extent(curves(growing=True), ARMS, View(), Spot()) == (0, roomy(30))


@given(st.floats(1e-6, 1e12), st.floats(1e-6, 1e12))
def test_room_is_above_at_most_a_tenth_and_grows_with_what_is_there(one, other):
    assert one < roomy(one) * (1 + 1e-12) and roomy(one) <= one * 1.1 * (1 + 1e-9)
    assert roomy(min(one, other)) <= roomy(max(one, other)) * (1 + 1e-12)


def test_room_by_hand():
    assert [roomy(x) for x in (1000, 1050, 2000, 4999, 5000, 9999)] == [1100, 1100, 2200, 5000, 5500, 10_000]
    assert roomy(0.0) == 0


def test_readings_at_places_worked_out_by_hand():
    one = made(View(smooth=3))
    slow, quick = readings(one, 19.0)
    assert (slow.x, slow.y, slow.low, slow.high) == (10, 5, 3, 7)
    assert (quick.x, quick.y, quick.low, quick.high) == (10, 2, 2, 2)
    assert readings(one, 20.0)[0].x == 20 and readings(one, 1e9)[0].x == 30
    before = readings(one, -1.0)[0]
    assert math.isnan(before.x) and math.isnan(before.y)
    assert math.isnan(readings(made(View(seed=0)), 10.0)[0].low)


def test_the_table_shows_recorded_rows_spread_over_the_window():
    header, rows = table_rows(made(), 10)
    assert header == ("step", "● slow", "▲ quick")
    assert rows == ((0, 6, 3), (10, 5, 2), (20, 4, 1), (30, 3, 0))
    assert [row[0] for row in table_rows(made(), 2)[1]] == [0, 30]
    assert [row[0] for row in table_rows(made(spot=Spot(window=(5, 25))), 9)[1]] == [10, 20]
    assert [row[0] for row in table_rows(made(View(log_x=True)), 9)[1]] == [10, 20, 30]
    assert table_rows(made(spot=Spot(hidden=("slow", "quick"))), 9)[1] == ()


def test_every_other_column_has_a_panel_with_words_for_a_title():
    names = [
        "wall", "grad_norm", "rate", "weight_norm.W_E", "W_E.hoyer", "W_E.abs_1e-04", "W_E.sigma_1e-02",
        "something_odd", "swap_acc",
    ]  # fmt: skip
    found = {panel.columns[0]: panel for panel in probe_panels(names, shown=("rate",))}
    assert "rate" not in found and len(found) == len(names) - 1
    assert found["weight_norm.W_E"].title == "weight norm of W_E"
    assert found["W_E.hoyer"].title == "W_E: Hoyer sparsity" and found["W_E.hoyer"].y_range == (0, 1)
    assert found["W_E.abs_1e-04"].title == "W_E: share of |w| ≤ 0.0001"
    assert found["W_E.sigma_1e-02"].title.endswith("of the deviation")
    assert found["something_odd"].title == "something odd" and found["swap_acc"].y_range == (0, 1)
    assert found["grad_norm"].log and not found["wall"].log
    assert len({panel.id for panel in found.values()}) == len(found)
    assert [panel.columns[0] for panel in probe_panels(names)][:3] == ["grad_norm", "rate", "wall"]


def test_an_arm_without_an_accuracy_says_so_and_tells_its_loss():
    arm = ArmLine(0, "low", "", 2, scored=False, test_loss=0.4821)
    (accuracy,) = charts(Curves(), (arm,), View(), Spot(), ink(DARK), [PANELS[1]]).values()
    assert accuracy.empty == "no accuracy: the answers of this task are numbers"
    (loss,) = charts(Curves(), (arm,), View(), Spot(), ink(DARK), [PANELS[0]]).values()
    assert loss.empty == "no numbers yet"
    words = arm_block(arm, (arm.name,), 60, ink(DARK)).plain.split()
    assert words == ["●", "low", "2", "runs", "test", "loss", "0.482"]


def test_a_curve_that_has_ended_fills_no_more_rows():
    long = Series("long", np.arange(0.0, 100, 10), np.arange(10.0), "#ffffff")
    short = Series("short", np.array([0.0, 8, 16, 24]), np.array([5.0, 6, 7, 8]), "#ffffff")
    alone = Series("alone", np.array([40.0]), np.array([3.0]), "#ffffff")
    rows = table_rows(Chart("loss", (long, short, alone)), 99)[1]
    told = {row[0]: row[1:] for row in rows}
    assert told[20][1] == 7 and told[30][1] == 8 and math.isnan(told[40][1]) and math.isnan(told[90][1])
    assert told[40][2] == 3 and math.isnan(told[30][2]) and math.isnan(told[50][2])
    assert [value[0] for value in told.values() if not math.isnan(value[0])][-1] == 9
