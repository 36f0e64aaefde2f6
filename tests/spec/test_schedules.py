"""Schedules against their formulas: endpoints, means and sums worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from grokterm.spec import Plateau, plateau_of, schedule_values
from grokterm.spec.schedules import WeightDecay

read = TypeAdapter(WeightDecay).validate_python


def values(steps, **table):
    return schedule_values(read(table), steps)


def test_a_number_is_a_constant_schedule():
    assert read(1.5) == read({"schedule": "constant", "value": 1.5})
    assert schedule_values(read(2), 4).tolist() == [2.0] * 4


def test_linear_is_equation_1():
    """lambda_i before t_w, then lambda_f + (lambda_i - lambda_f) (1 - (t - t_w) / (T - t_w))."""
    got = values(900, schedule="linear", initial=3.0, final=0.5, warmup=200)
    t = np.arange(900)
    expected = np.where(t < 200, 3.0, 0.5 + (3.0 - 0.5) * (1 - (t - 200) / (900 - 200)))
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-14)
    assert got[0] == got[200] == 3.0
    assert got[550] == pytest.approx(1.75)  # half way
    # 200 steps at 3, then 700 terms of an arithmetic series from 3 to 0.5 + 2.5 / 700.
    assert got.sum() == pytest.approx(200 * 3 + 700 * (3 + 0.5 + 2.5 / 700) / 2)


def test_a_ramp_with_an_end_keeps_its_final_value_and_does_not_know_the_budget():
    long = values(50, schedule="linear", initial=1.0, final=0.2, end=20)
    assert long[20:].tolist() == [0.2] * 30
    np.testing.assert_array_equal(values(10, schedule="linear", initial=1.0, final=0.2, end=20), long[:10])


def test_step_drop_both_readings_of_the_paper():
    literal = values(25_000, schedule="step", initial=1.0, drop=0.04, every=1)
    assert literal[:3].tolist() == pytest.approx([1.0, 0.96, 0.92])
    assert literal[24] == pytest.approx(0.04)
    assert not literal[25:].any()
    checkpoint = values(25_000, schedule="step", initial=1.0, drop=0.04, every=1000)
    assert checkpoint[[0, 999, 1000, 24_999]].tolist() == pytest.approx([1.0, 1.0, 0.96, 0.04])
    assert checkpoint.mean() == pytest.approx(0.52)  # 1 - 0.04 * 12


def test_step_drop_stops_at_its_floor():
    assert values(5, schedule="step", initial=1.0, drop=0.4, every=1, floor=0.3).tolist() == pytest.approx(
        [1.0, 0.6, 0.3, 0.3, 0.3]
    )


def test_exponential_halves_in_a_half_life():
    got = values(100, schedule="exponential", initial=2.0, final=1.0, half_life=10, warmup=5)
    assert got[[0, 5, 15, 25, 35]].tolist() == [2.0, 2.0, 1.5, 1.25, 1.125]


def test_cosine_ends_middle_and_mean():
    got = values(101, schedule="cosine", initial=1.0, final=0.0, end=100)
    assert got[[0, 50, 100]].tolist() == pytest.approx([1.0, 0.5, 0.0])
    assert got.mean() == pytest.approx(0.5)
    assert got[25] == pytest.approx((1 + np.cos(np.pi / 4)) / 2)


def test_phases_switched_by_a_step():
    got = values(12, schedule="phases", high=3.0, low=1.0, fall=4, switch=3)
    assert got.tolist() == pytest.approx([3, 3, 3, 3, 2.5, 2, 1.5, 1, 1, 1, 1, 1])
    assert values(5, schedule="phases", high=3.0, low=1.0, fall=1, switch=2).tolist() == [3, 3, 3, 1, 1]


def test_phases_switched_by_a_plateau_are_counted_from_it():
    table = {"schedule": "phases", "high": 3.0, "low": 0.1, "fall": 2, "switch": "plateau", "patience": 7}
    assert values(5, **table).tolist() == pytest.approx([3.0, 1.55, 0.1, 0.1, 0.1])
    assert plateau_of(read(table)) == Plateau(patience=7, min_delta=0.01)
    assert plateau_of(read(table | {"switch": 4})) is None
    assert plateau_of(read(1.0)) is None


@pytest.mark.parametrize("switch", [True, 2.5, -1, "plato"])
def test_a_switch_is_a_step_or_a_plateau(switch):
    with pytest.raises(ValidationError):
        read({"schedule": "phases", "high": 1.0, "low": 0.1, "fall": 2, "switch": switch})


levels = st.floats(0, 10)
ramps = st.fixed_dictionaries(
    {"schedule": st.sampled_from(["linear", "cosine"]), "initial": levels, "final": levels},
    optional={"warmup": st.integers(0, 29), "end": st.integers(30, 200)},
)
drops = st.fixed_dictionaries(
    {"schedule": st.just("step"), "initial": levels, "drop": levels, "every": st.integers(1, 50)}
)
decays = st.fixed_dictionaries(
    {"schedule": st.just("exponential"), "initial": levels, "final": levels, "half_life": st.floats(0.5, 99)}
)
phases = st.fixed_dictionaries(
    {
        "schedule": st.just("phases"),
        "high": levels,
        "low": levels,
        "fall": st.integers(1, 40),
        "switch": st.integers(0, 80),
    }
)
schedules = levels | ramps | drops | decays | phases


@given(schedules, st.integers(30, 120))
def test_controls_have_the_sum_of_what_they_control(of, steps):
    original = schedule_values(read(of), steps)
    mirror = values(steps, schedule="mirror", of=of)
    mean = values(steps, schedule="mean", of=of)
    np.testing.assert_array_equal(mirror, original[::-1])
    assert mirror.sum() == pytest.approx(original.sum())
    assert mean.sum() == pytest.approx(original.sum())
    assert np.ptp(mean) == 0


@given(schedules, st.integers(30, 120))
def test_every_schedule_is_monotone_finite_and_not_negative(of, steps):
    """That the largest value is at one end is what the check of lr * lambda relies on."""
    got = schedule_values(read(of), steps)
    assert got.dtype == np.float64 and got.shape == (steps,)
    assert np.isfinite(got).all() and got.min() >= 0
    change = np.diff(got)
    assert (change >= -1e-12).all() or (change <= 1e-12).all()


def test_a_mirror_of_a_mirror_is_the_original():
    of = {"schedule": "linear", "initial": 3.0, "final": 0.5, "warmup": 10}
    twice = values(60, schedule="mirror", of={"schedule": "mirror", "of": of})
    np.testing.assert_array_equal(twice, values(60, **of))


def test_what_waits_for_a_plateau_has_no_control_beforehand():
    waiting = {"schedule": "phases", "high": 1.0, "low": 0.1, "fall": 2, "switch": "plateau"}
    for control in ("mirror", "mean"):
        with pytest.raises(ValidationError, match="plateau"):
            read({"schedule": control, "of": waiting})
