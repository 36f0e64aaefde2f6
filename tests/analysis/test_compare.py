"""Comparisons from real records: numbers, warnings and sentences."""

import json
import math
import subprocess
import sys

import pytest

from grokterm.analysis import arms_of, compare, differing_fields
from grokterm.analysis.comparison import find_pair
from grokterm.errors import BadInput, NotFound
from grokterm.record import CohortWriter

LATE = [700, 725, 750, 775, 800, 825, 700, 725, 750, 775]
SOON = [275, 300, 325, 350, 375, 400, 275, 300, 325, 350]
ALSO_SOON = [275, 325, 325, 350, 350, 400, 300, 300, 325, 375]


def row(comparison, label):
    return next(r for r in comparison.rows if r.label == label)


def test_the_quickstart(quickstart):
    result = compare(arms_of(quickstart))
    static, dynamic, high = result.rows
    assert (static.n, static.seeds, static.n_grokked, static.n_censored) == (4, (0, 1, 2, 3), 2, 2)
    assert (static.t_grok.value, static.t_grok_range, dynamic.t_grok.value) == (825, (775, 825), 300)
    assert (static.speed_up, dynamic.speed_up.value) == (None, 2.75)
    assert dynamic.p == pytest.approx(0.0067, abs=1e-4)
    assert dynamic.p_exact == pytest.approx(2 / 70)
    assert dynamic.p_holm == pytest.approx(3 * 2 / 70)
    assert (static.integral_at_grok, static.integral_at_end) == (825, 900)
    assert (high.integral_at_grok, high.integral_at_end) == (3 * high.t_grok.value, 2700)
    assert dynamic.gap.value == 200
    assert static.test_loss == pytest.approx((0.01 + 0.9) / 2)
    assert find_pair(result.pairs, "static-high", "dynamic").strength == "none"


def test_the_quickstart_is_not_claimed_with_four_seeds(quickstart):
    result = compare(arms_of(quickstart))
    assert "2.8x sooner than static in these seeds" in result.verdict[0]
    assert "but fewer than 5 seeds can't show it" in result.verdict[0]
    assert "open above" in result.verdict[0]
    assert "p = 0.029, p = 0.086 by Holm over 3 pairs, 4 seeds each" in result.verdict[0]
    assert "static-high is not told apart from it (p = " in result.verdict[0]
    assert any("nothing can be claimed" in w for w in result.warnings)
    assert any("no exact p can be below 0.029, nor below 0.086" in w for w in result.warnings)


def test_what_does_not_survive_the_correction_is_not_claimed(record, quickstart_arms):
    """p = 0.024 alone, three times that over three pairs."""
    fates = {
        "static": [500, 525, 550, 575, 600],
        "dynamic": [300, 325, 350, 375, 525],
        "static-high": [325, 400, 450, 500, 575],
    }
    result = compare(arms_of(record(fates, arms=quickstart_arms)))
    pair = find_pair(result.pairs, "static", "dynamic")
    assert pair.p_larger <= 0.05 < pair.p_holm, (pair.p_larger, pair.p_holm)
    assert "in these seeds (" in result.verdict[0] and "but not clearly once all pairs are counted" in result.verdict[0]


def test_a_control_that_does_the_same_takes_the_credit(record, quickstart_arms):
    fates = {"static": LATE, "dynamic": SOON, "static-high": ALSO_SOON}
    result = compare(arms_of(record(fates, arms=quickstart_arms)))
    dynamic, high = result.verdict
    assert dynamic.startswith("dynamic groks 2.3x sooner than static (95 % ")
    assert "p < 0.001, p < 0.001 by Holm over 3 pairs, 10 seeds each)" in dynamic
    assert "; static-high is not told apart from it (p = 0.88), so it is not shown that changing" in dynamic
    assert "indication" not in dynamic
    assert "not shown that changing the weight decay during training makes the difference" in dynamic
    assert "not shown" not in high  # a constant decay needs no credit for being constant


@pytest.mark.parametrize(("seeds", "strength"), [(4, "suggestive"), (5, "clear"), (9, "clear"), (10, "clear")])
def test_two_arms_without_an_overlap_say_as_much_as_their_seeds_allow(record, seeds, strength):
    arms = {"a": {}, "b": {"optimizer": {"lr": 2e-3}}}
    result = compare(arms_of(record({"a": LATE[:seeds], "b": SOON[:seeds]}, arms=arms)))
    assert (result.pairs[0].strength, result.pairs[0].fewest) == (strength, seeds)
    assert ("in these seeds" in result.verdict[0]) == (seeds < 5)
    assert ("but fewer than 5 seeds can't show it" in result.verdict[0]) == (seeds < 5)
    assert ("(an indication: fewer than 10 seeds)" in result.verdict[0]) == (5 <= seeds < 10)


def test_a_schedule_that_beats_its_control_is_credited(record, quickstart_arms):
    fates = {"static": LATE, "dynamic": SOON, "static-high": [t + 225 for t in SOON]}
    result = compare(arms_of(record(fates, arms=quickstart_arms)))
    assert "also sooner than static-high" in result.verdict[0]
    assert "not shown" not in result.verdict[0]
    assert "later than dynamic" in result.verdict[1]


def test_arms_that_are_alike_are_called_so(record):
    arms = {"a": {}, "b": {"optimizer": {"lr": 2e-3}}}
    result = compare(arms_of(record({"a": SOON, "b": ALSO_SOON}, arms=arms)))
    assert result.verdict[0].startswith("b can't be told apart from a in time to grok (median ratio 1.0")
    assert find_pair(result.pairs, "a", "b").p_larger > 0.05


def test_few_seeds_of_which_some_are_censored_decide_nothing(record, quickstart_arms):
    """0 of 4 against 3 of 4 looks like much; chance alone does as well in one of seven assignments."""
    fates = {"static": [None] * 4, "dynamic": [260, 300, 325, None], "static-high": [260, 300, 325, None]}
    result = compare(arms_of(record(fates, arms=quickstart_arms)))
    assert result.rows[1].p < 0.05
    assert result.rows[1].p_exact == pytest.approx(1 / 7)
    assert "can't be told apart from static" in result.verdict[0]
    assert "median ratio at least 3.0, no 95 % interval" in result.verdict[0]


def test_later_is_turned_round(record):
    result = compare(arms_of(record({"a": SOON, "b": LATE}, arms={"a": {}, "b": {"optimizer": {"lr": 2e-3}}})))
    assert result.verdict[0].startswith("b groks 2.3x later than a (95 % 2.")
    assert result.rows[1].speed_up.value < 1


def test_an_arm_that_never_groks(record):
    arms = {"never": {}, "soon": {"optimizer": {"lr": 2e-3}}}
    result = compare(arms_of(record({"never": [None] * 10, "soon": SOON}, arms=arms)))
    never, soon = result.rows
    assert math.isnan(never.t_grok.value)
    assert math.isnan(soon.speed_up.value)
    assert soon.speed_up.at_least == pytest.approx(900 / 325)
    assert result.verdict[0].startswith("soon groks at least 2.8x sooner than never (95 % from 2.")
    assert never.n_censored == 10


def test_nobody_groks(record):
    arms = {"a": {}, "b": {"optimizer": {"lr": 2e-3}}}
    result = compare(arms_of(record({"a": [None] * 5, "b": [None] * 5}, arms=arms)))
    assert result.verdict == ("b can't be compared with a: no run of either has grokked in 900 steps",)
    assert math.isnan(result.rows[1].p)


def test_one_arm_alone(record):
    result = compare(arms_of(record({"static": SOON})))
    assert result.verdict == ("static groks at 325 (95 % 275 to 350; 10 of 10 grokked)",)
    assert result.pairs == ()


def test_outcomes_are_counted_apart(record, fate):
    fates = [fate(300), fate(None), fate(None, diverge=200), fate(300, diverge=600), fate(None)]
    ended = compare(arms_of(record({"static": fates})))
    arm = ended.rows[0]
    assert (arm.n_grokked, arm.n_diverged, arm.n_running, arm.n_censored) == (2, 1, 0, 2)
    running = compare(arms_of(record({"static": fates}, until=500, state="running")))
    assert (running.rows[0].n_running, running.rows[0].n_diverged) == (2, 1)
    assert any(w.startswith("not over yet: static (2 of 5)") for w in running.warnings)
    assert any("1 run diverged; counted as not grokking" in w for w in running.warnings)
    assert any("1 run diverged after grokking" in w for w in ended.warnings)


def test_a_diverged_run_does_not_flatter_the_final_loss(record, fate):
    mostly = compare(arms_of(record({"static": [fate(None, diverge=200), fate(None, diverge=200), fate(300)]})))
    assert math.isnan(mostly.rows[0].test_loss)
    once = compare(arms_of(record({"static": [fate(None, diverge=200), fate(None), fate(300)]})))
    assert once.rows[0].test_loss == 0.9


def test_arms_of_several_experiments(record):
    one = record({"static": SOON, "dynamic": SOON})
    other = record({"static": LATE}, optimizer={"weight_decay": 0.5}, task={"p": 13}, stop={"steps": 1000})
    result = compare([(one, "static"), (other, "static"), (one, "dynamic")])
    first, second = one.name[-4:], other.name[-4:]
    assert [r.label for r in result.rows] == [f"{first}:static", f"{second}:static", f"{first}:dynamic"]
    assert [r.experiment for r in result.rows] == [one.name, other.name, one.name]
    assert any("task differs" in w for w in result.warnings)
    assert any("budgets differ (900 and 1000 steps)" in w for w in result.warnings)
    assert result.differing["task.p"] == (11, 13, 11)


def test_different_seeds_are_said(record):
    one = record({"static": LATE[:5]}, seeds=[0, 1, 2, 3, 4])
    other = record({"static": SOON[:5]}, seeds=[3, 4, 5, 6, 7], optimizer={"weight_decay": 2.0})
    result = compare([(one, "static"), (other, "static")])
    assert any("do not have the same seeds" in w for w in result.warnings)
    assert result.rows[1].seeds == (3, 4, 5, 6, 7)


def test_the_same_runs_in_two_experiments_are_said_in_one_line(record, quickstart_arms):
    fates = {"static": LATE[:5], "dynamic": SOON[:5]}
    arms = {name: quickstart_arms[name] for name in fates}
    one, other = record(fates, arms=arms), record(fates, arms=arms)
    a, b = one.name[-4:], other.name[-4:]
    told = [w for w in compare([*arms_of(one), *arms_of(other)]).warnings if "same runs again" in w]
    assert len(told) == 1 and told[0].startswith(
        f"the same spec and the same seeds in {a}:static and {b}:static; in {a}:dynamic and {b}:dynamic: these are"
    )
    unlike = record(fates, arms=arms, seeds=[5, 6, 7, 8, 9]), record(fates, arms=arms, optimizer={"lr": 2e-3})
    for third in unlike:
        assert not any("same runs again" in w for w in compare([(one, "static"), (third, "static")]).warnings)
    assert not any("same runs again" in w for w in compare(arms_of(record({"a": SOON, "b": SOON}))).warnings)


def test_warnings_about_the_record(record):
    stopped = compare(arms_of(record({"static": [None] * 5}, until=500, state="stopped")))
    assert any("5 runs ended before the budget without grokking (stopped)" in w for w in stopped.warnings)
    never = record({"never": [None] * 5}, until=0, state="stopped")
    beside = compare([*arms_of(record({"static": [300] * 5})), *arms_of(never)])
    assert beside.verdict[0].endswith(f"nothing has been trained of {never.name[-4:]}:never")
    assert any("never: 5 runs ended before the first step: nothing is known of them" in w for w in beside.warnings)
    assert not any("ended before the budget" in w for w in beside.warnings)
    holding = compare(arms_of(record({"static": [875, 300, 300, 300, 300]})))
    assert any("1 run at the grokked accuracy at the last evaluation" in w for w in holding.warnings)
    blind = compare(arms_of(record({"static": [300] * 5}, streams={"eval_every": 100})))
    assert any("known to 100 steps only" in w and " is 200; evaluate" in w for w in blind.warnings)
    same = compare(arms_of(record({"a": SOON, "b": SOON})))
    assert any("do not differ in any field" in w for w in same.warnings)


def test_a_damaged_record_is_said(record):
    folder = record({"static": SOON[:5]})
    stream = folder.cohorts[0].paths.stream("eval")
    data = stream.read_bytes()
    stream.write_bytes(data[: len(data) // 2])
    result = compare(arms_of(folder))
    assert any("part of the record is lost: evaluations of 5 of 5 runs" in w for w in result.warnings)
    assert result.runs[0].missing_bytes > 0


def test_runs_of_another_version_or_machine_are_said(record):
    one, other = record({"static": LATE}), record({"static": SOON}, optimizer={"lr": 2e-3})
    made = {"torch": "2.13", "device_name": "a", "threads": 2}
    CohortWriter(one.cohorts[0].path).provenance(made)
    items = [(one, "static"), (other, "static")]
    CohortWriter(other.cohorts[0].path).provenance(made)
    assert not any("differ in" in w for w in compare(items).warnings)
    CohortWriter(other.cohorts[0].path).provenance(made | {"torch": "2.14", "threads": 4})  # resumed elsewhere
    said = "runs, or parts of one, differ in torch version (2.13 and 2.14) and threads (2 and 4): "
    for both in (items, [(other, "static")]):
        assert sum(w.startswith(said) for w in compare(both).warnings) == 1
    other.cohorts[0].paths.provenance.write_text("{")
    assert any("not known what some runs were trained with" in w for w in compare(items).warnings)


def test_unequal_integrals_ask_for_a_control(record, quickstart_arms):
    fates = {"static": LATE, "dynamic": SOON}
    arms = {name: quickstart_arms[name] for name in fates}
    result = compare(arms_of(record(fates, arms=arms)))
    assert any(
        w.startswith("at step 325, when the sooner arm groks, the integral of lambda is 325 in static and 947")
        and w.endswith("in dynamic: compare dynamic against a control of equal integral")
        for w in result.warnings
    )
    mean = {
        "optimizer": {
            "weight_decay": {
                "schedule": "mean",
                "of": quickstart_arms["dynamic"]["optimizer"]["weight_decay"],
            }
        }
    }
    result = compare(arms_of(record(fates | {"static-mean": LATE}, arms=arms | {"static-mean": mean})))
    assert any("static-mean has the integral of dynamic: look at that pair" in w for w in result.warnings)


def test_differing_fields(quickstart):
    fields = differing_fields(arms_of(quickstart))
    assert fields["optimizer.weight_decay"] == (1.0, "linear", 3.0)
    assert fields["optimizer.weight_decay.initial"] == (None, 3.0, None)
    assert not any(name.endswith((".schedule", ".value")) for name in fields)
    assert not any(name.startswith(("task", "model", "optimizer.lr")) for name in fields)


def test_json_is_plain(quickstart):
    document = compare(arms_of(quickstart)).to_json()
    text = json.dumps(document, allow_nan=False)  # no nan, no infinity, no numpy
    assert json.loads(text) == document
    static, dynamic, _ = document["rows"]
    assert static["speed_up"] is None
    assert dynamic["speed_up"]["high"] is None
    assert static["t_grok"] == {"value": 825.0, "low": 775.0, "high": None}
    assert document["pairs"][0]["strength"] == "suggestive"
    assert [run["outcome"] for run in document["runs"][:4]] == ["grokked", "grokked", "censored", "censored"]


def test_the_same_record_gives_the_same_comparison(quickstart):
    assert compare(arms_of(quickstart)).to_json() == compare(arms_of(quickstart)).to_json()


def test_what_is_refused(quickstart):
    with pytest.raises(BadInput, match="nothing to compare"):
        compare([])
    with pytest.raises(NotFound, match="no arm 'statik'"):
        compare([(quickstart, "statik")])
    with pytest.raises(BadInput, match="named twice"):
        compare([(quickstart, "static"), (quickstart, "static")])


def test_importing_the_package_loads_no_scipy():
    code = "import grokterm.analysis, sys; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'numpy'" in loaded
    for heavy in ("scipy", "torch", "textual", "rich"):
        assert f"'{heavy}'" not in loaded


def test_runs_that_grok_before_the_schedule_moves_say_nothing_about_it(record, quickstart_arms):
    fates = {"static": LATE, "dynamic": [200, 205, *[400] * (len(LATE) - 2)]}
    result = compare(arms_of(record(fates, arms={name: quickstart_arms[name] for name in fates})))
    said = f"dynamic: 2 runs of {len(LATE)} grokked before lambda had changed by 5%"
    assert any(w.startswith(said) for w in result.warnings), result.warnings


def test_the_method_names_thresholds_window_and_budget(quickstart):
    said = compare(arms_of(quickstart)).method
    for part in (">= 0.99", ">= 0.95", "for 50 steps", "budget 900", "Holm", "median t_grok of static"):
        assert part in said
