"""How long it will take: from records, scaled, from a measurement; and what it says where nobody knows."""

import json
import math
import sys
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from kinds import LOSSES, OPTIMIZERS, loss, optimizer
from worker.lab import document

from grokterm.engine.slots import hold_slot
from grokterm.errors import GroktermError
from grokterm.jobs import estimate, measure
from grokterm.jobs.devices import processor
from grokterm.jobs.estimate import from_rates
from grokterm.jobs.rates import Rate, kind_of, known_rates, remember
from grokterm.record import CohortWriter, create, local_state
from grokterm.record.capacity import threads_of_slot
from grokterm.spec import load, memory_of, parse, plan_cohorts, shape_of, work_of


@pytest.fixture
def recorded(runs):
    """recorded(seconds per step, **sections) -> an experiment that was trained here at that rate, as it says."""

    def make(seconds: float, steps: int = 1000, **sections):
        folder = create(runs, parse(document(**sections), "known"))
        for cohort in folder.cohorts:
            writer = CohortWriter(cohort.path)
            writer.load_checkpoint()
            writer.provenance({"device": "cpu", "device_name": processor(), "threads": threads_of_slot()})
            at = np.arange(0, steps + 1, 100)
            columns = {"wall": 3 + at * seconds, "rate": at * 0.0, "memory_bytes": np.full(len(at), 5e8)}
            writer.append("clock", at, columns)
            writer.event("finished", steps)
            writer.close(state="finished", step=steps)
        return folder

    return make


def tiny(**sections):
    return parse(document(**sections), "tiny")


def test_nothing_measured_is_not_known(runs):
    found = estimate(tiny(), runs, "cpu")
    assert math.isnan(found.seconds) and found.how == "not measured here" and found.memory > 0


def test_the_same_work_takes_the_same_time(runs, recorded):
    for seconds in (0.010, 0.012, 0.050):
        recorded(seconds)
    found = estimate(tiny(stop={"steps": 500}), runs, "cpu")
    assert found.seconds == pytest.approx(500 * 0.012)
    assert found.how == "measured here 3 times" and found.memory == 500_000_000
    # what a schedule or a learning rate is changes no step's time
    assert estimate(tiny(stop={"steps": 500}, optimizer={"lr": 1e-4}), runs, "cpu").seconds == found.seconds


def test_other_work_is_scaled_and_says_so(runs, recorded):
    recorded(0.010)
    wide = tiny(seeds=20)
    ratio = work_of(plan_cohorts(wide)[0]) / work_of(plan_cohorts(tiny())[0])
    found = estimate(wide, runs, "cpu")
    assert ratio == pytest.approx(10)
    assert found.seconds == pytest.approx(300 * 0.010 * ratio)
    assert found.how == "rough, perhaps off by several times: scaled from known, measured here once"


def test_cohorts_share_the_slots_of_the_device(runs, recorded, monkeypatch):
    recorded(0.010, seeds=1, arms={"static": {}})
    four = tiny(seeds=4, cohort_width=1, arms={"static": {}})
    assert len(plan_cohorts(four)) == 4
    monkeypatch.setenv("GROKTERM_SLOTS", "cpu=8")
    assert estimate(four, runs, "cpu").seconds == pytest.approx(3.0)
    known = known_rates(runs, kind_of("cpu"))
    for slots, seconds in ((1, 12.0), (3, 6.0)):
        monkeypatch.setenv("GROKTERM_SLOTS", f"cpu={slots}")
        assert from_rates(four, known, "cpu").seconds == pytest.approx(seconds)


def test_rates_of_another_machine_or_number_of_threads_do_not_count(runs, recorded, monkeypatch):
    folder = recorded(0.010)
    path = folder.cohorts[0].paths.provenance
    entries = json.loads(path.read_text())
    path.write_text(json.dumps([entries[0] | {"threads": 77}]))
    assert math.isnan(estimate(tiny(), runs, "cpu").seconds)


def test_one_that_moved_between_machines_and_one_that_is_broken_are_passed_over(runs, recorded):
    moved, broken, short = recorded(0.01), recorded(0.02), recorded(1e-4)
    path = moved.cohorts[0].paths.provenance
    (entry,) = json.loads(path.read_text())
    path.write_text(json.dumps([entry, entry | {"device_name": "another"}]))
    broken.paths.spec.write_text("rubbish [")
    assert short.path.exists()
    assert known_rates(runs, kind_of("cpu")) == []


@pytest.mark.parametrize(
    "clock",
    [
        {"wall": [0.0, 9.0, 99.0]},
        {"wall": [0.0, 9.0, 99.0], "memory_bytes": [1.0, math.nan, math.nan]},
        {"wall": [0.0, 9.0, 99.0], "memory_bytes": [1.0, 2.0, math.inf]},
        {"wall": [0.0, 9.0, math.inf]},
        {"wall": [0.0, math.nan, math.nan]},
        {"wall": np.ones((3, 4))},
        {"memory_bytes": [1.0, 2.0, 3.0]},
    ],
)
def test_clocks_that_nobody_writes_are_read_as_far_as_they_go(runs, clock):
    folder = create(runs, parse(document(), "known"))
    writer = CohortWriter(folder.cohorts[0].path)
    writer.provenance({"device": "cpu", "device_name": processor(), "threads": threads_of_slot()})
    writer.append("clock", [0, 100, 200], {name: np.array(column) for name, column in clock.items()})
    writer.close(state="finished", step=200)
    known = known_rates(runs, kind_of("cpu"))
    whole = "wall" in clock and np.ndim(clock["wall"]) == 1 and clock["wall"][-1] == 99
    assert [(rate.seconds, rate.memory) for rate in known] == ([(0.9, 0)] if whole else [])


def test_a_stream_or_a_provenance_that_is_something_else_is_passed_over(runs, recorded):
    folder, list_of_names = recorded(0.01), recorded(0.02)
    paths = folder.cohorts[0].paths
    paths.stream("clock").unlink()
    paths.stream("clock").mkdir()
    paths = list_of_names.cohorts[0].paths
    paths.provenance.write_text(json.dumps([{"device": ["cpu"], "device_name": [1], "threads": {}}]))
    assert known_rates(runs, kind_of("cpu")) == []


def test_what_is_remembered_is_checked_and_does_not_grow_without_end(runs):
    good = Rate("shape", 2.0, kind_of("cpu"), 0.5, 7, "name")
    line = json.dumps(vars(good))
    path = local_state() / "rates.jsonl"
    bad = [{"work": 0}, {"work": "2"}, {"seconds": -1}, {"seconds": math.nan}, {"memory": 10**400}, {"shape": [1]}]
    broken = [json.dumps(vars(good) | change) for change in bad] + ["[" * 100_000, "1e999", "[1]"]
    path.write_text("\n".join([*broken, line]) + "\n")
    assert known_rates(runs, kind_of("cpu")) == [good]
    for count in range(500):
        remember([replace(good, memory=count)])
    lines = path.read_text().splitlines()
    assert 200 <= len(lines) <= 400 and json.loads(lines[-1])["memory"] == 499
    assert [rate.memory for rate in known_rates(runs, kind_of("cpu"))[:2]] == [499, 498]


@pytest.mark.slow
def test_a_measurement_takes_real_steps_and_is_remembered(runs):
    experiment = tiny(stop={"steps": 2000})
    found = measure(experiment, "cpu")
    assert found.how == "measured just now" and 0 < found.seconds < 600 and found.memory > 10**7
    assert list(runs.iterdir()) == []
    later = estimate(experiment, runs, "cpu")
    assert (later.seconds, later.how) == (found.seconds, "measured here once")
    (local_state() / "rates.jsonl").write_text('{"shape": 1}\nrubbish\n')
    assert math.isnan(estimate(experiment, runs, "cpu").seconds)


def test_a_measurement_beside_a_worker_is_disturbed_and_not_kept(runs, monkeypatch):
    cohort = plan_cohorts(tiny())[0]
    found = {"cohort": 0, "shape": shape_of(cohort), "work": work_of(cohort), "seconds_per_step": 0.01, "memory": 1}
    answer = {"device": "cpu", "device_name": processor(), "threads": threads_of_slot(), "cohorts": [found]}
    monkeypatch.setattr(sys.modules["grokterm.jobs.estimate"], "_measured", lambda *_: answer)
    with hold_slot(["cpu"], 1, lambda: None, "/x/somebody"):
        assert measure(tiny(), "cpu").how == "measured just now, but 1 worker of cpu disturbed it"
    assert math.isnan(estimate(tiny(), runs, "cpu").seconds)
    assert measure(tiny(), "cpu").how == "measured just now"
    assert estimate(tiny(), runs, "cpu").seconds == pytest.approx(3.0)


def test_a_limit_of_hours_is_the_most_it_can_take(runs, recorded):
    recorded(0.010)
    assert estimate(tiny(stop={"wall_hours": 1e-4}), runs, "cpu").seconds == pytest.approx(0.36)


def test_a_measurement_that_takes_too_long_gives_way_to_the_record(runs, recorded, monkeypatch):
    recorded(0.010)
    monkeypatch.setattr(import_module("grokterm.jobs.estimate"), "MEASURE_SECONDS", 0.01)
    found = measure(tiny(seeds=20), "cpu", runs)
    assert found == replace(estimate(tiny(seeds=20), runs, "cpu"), how=found.how)
    assert found.how.startswith("no measurement: a few steps took more than 0.01 s; rough, perhaps off by")
    with pytest.raises(GroktermError, match="a few steps took more than"):
        measure(tiny(), "cpu")


def test_the_command_says_that_measuring_took_too_long(runs, answer, monkeypatch):
    monkeypatch.setattr(import_module("grokterm.jobs.estimate"), "MEASURE_SECONDS", 0.01)
    code, out, err = answer("estimate", "quickstart", "--measure", "--device", "cpu", "--runs", runs)
    assert code == 0 and out.startswith("not known on cpu")
    assert err == "no measurement: a few steps took more than 0.01 s; not measured here\n"


def test_a_measurement_that_fails_says_why_in_one_line(monkeypatch):
    with pytest.raises(GroktermError, match="no measurement: device 'cuda:7' is not on this machine"):
        measure(tiny(), "cuda:7")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(GroktermError, match="no measurement: no message"):
        measure(tiny(), "cpu")


def shape(*overrides):
    (members,) = plan_cohorts(load("quickstart", overrides))
    return shape_of(members)


@pytest.mark.parametrize("override", [*map(optimizer, OPTIMIZERS), *map(loss, LOSSES)])
def test_every_kind_is_estimated_and_has_a_shape_of_its_own(runs, recorded, override):
    recorded(0.01)
    found = estimate(load("quickstart", [override]), runs, "cpu")
    assert found.seconds > 0 and found.memory > 0
    others = [one for one in (*map(optimizer, OPTIMIZERS), *map(loss, LOSSES)) if one != override]
    assert shape(override) not in [shape(other) for other in others]


def test_what_costs_time_is_in_the_shape_and_a_number_is_not():
    plain = optimizer("muon", "clip = 1.0")
    for number in ("lr=0.002", "clip=2.0", "weight_decay={schedule='linear', initial=1.0, final=0.0}", "momentum=0.9"):
        assert shape(plain, number) == shape(plain), number
    for link in ("newton_schulz=4", "egalitarian=true", 'optimizer.grokfast={kind="ema"}', "l1=1e-5", "matrices=all"):
        assert shape(plain, link) != shape(plain), link
    assert shape(plain) != shape(optimizer("muon", "cautious = false"))  # without clipping


def test_a_window_of_gradients_takes_memory_and_an_orthogonal_factor_time():
    def cohort(more):
        return plan_cohorts(load("quickstart", [optimizer("adamw", more)]))[0]

    assert memory_of(cohort("grokfast = {kind = 'ma', window = 500}")) > 10 * memory_of(cohort("cautious = true"))
    assert work_of(cohort("egalitarian = true")) > 2 * work_of(cohort("cautious = true"))
