"""The folder of a fork before any worker has seen it: what it holds, and that it is whole or absent."""

import json
import shutil
import sys

import numpy as np
import pytest
import tomli_w
from kinds import LOSSES, OPTIMIZERS, loss, optimizer
from worker.lab import document

from grokterm.analysis import arms_of, compare, differing_fields
from grokterm.errors import BadInput
from grokterm.jobs import fork, fork_points, plan_fork
from grokterm.record import CohortWriter, DamagedRecord, Past, State, create, open_folder
from grokterm.spec import load, parse

STEPS = np.arange(0, 50, 5)


@pytest.fixture
def launched(monkeypatch):
    """The folders that would have been launched."""
    folders = []
    monkeypatch.setattr(sys.modules["grokterm.jobs.fork"], "launch", lambda folder, device: folders.append(folder))
    return folders


@pytest.fixture
def parent(runs):
    """Two cohorts of two runs each, written by hand: 50 steps, checkpoints at 20 and 50, and at 30 in one of them."""
    arms = {"slow": {}, "fine": {"streams": {"train_every": 2}}}
    folder = create(runs, parse(document(arms=arms, stop={"steps": 60}), "pair"))
    for cohort in folder.cohorts:
        write(cohort)
    return folder


def write(cohort):
    """Rows up to 50 that say which member they are of; a milestone before and one after step 20."""
    writer = CohortWriter(cohort.path)
    writer.load_checkpoint()
    writer.event("started", 0)
    (arm, seed), _ = cohort.members
    for kept in (20, 30, 50) if cohort.index == 0 else (20, 50):
        last = writer.status.step
        rows = STEPS[(last <= STEPS) & (kept > STEPS)]
        writer.append("eval", rows, {"test_acc": rows[:, None] + np.array([0.1, 0.2]) + cohort.index})
        writer.append("clock", [kept], {"wall": [kept / 10]})
        writer.event("memorised" if kept == 20 else "grokked", kept - 5, arm=arm, seed=seed)
        writer.commit(step=kept, state="running")
        tensors = {"weights.W": np.array([[1.0], [2.0]]) * kept, "step": np.array([kept])}
        tensors |= {"decay.clock": np.array([kept, kept]), "decay.waiting": np.array([False, False])}
        meta = {"wall": kept / 10, "end": 60, "closed": False, "threads": 1, "group": 2}
        writer.save_checkpoint(kept, tensors, meta, keep=True)
    writer.event("parked", 50)
    writer.close(state="parked", step=50)


def test_points_are_the_steps_that_every_cohort_has(parent):
    assert fork_points(parent) == (20, 50)
    assert fork_points(create(parent.path.parent, parent.spec())) == ()


def test_a_fork_holds_the_past_of_its_members_and_nothing_later(parent, launched):
    new = fork(parent, 20)
    assert launched == [new] and new.state() is State.CREATED and new.problem is None
    for cohort, old in zip(new.cohorts, parent.cohorts, strict=True):
        rows = cohort.read("eval")
        assert rows.steps.tolist() == [0, 5, 10, 15]
        np.testing.assert_array_equal(rows.columns["test_acc"], old.read("eval").columns["test_acc"][:4])
        assert cohort.read("clock").steps.tolist() == [20]
        assert [event.kind for event in cohort.events()] == ["memorised", "forked"]
        assert (cohort.status().step, cohort.status().pid) == (20, 0)
        (point,) = cohort.checkpoints()
        assert (point.step, point.kept) == (20, True)
    assert new.forked() == open_folder(new.path).forked()
    assert (new.forked().name, new.forked().step) == (parent.name, 20)


def test_a_fork_keeps_what_its_changed_fields_were_and_needs_no_parent_for_it(parent, launched):
    new = fork(parent, 20, ["arms.slow.optimizer.weight_decay=3", "stop.steps=80"])
    shutil.rmtree(parent.path)
    new = open_folder(new.path)
    assert new.past("slow") == (Past(20, {"optimizer.weight_decay": 1.0}),) and new.past("fine") == ()
    told = compare(arms_of(new))
    assert told.differing["optimizer.weight_decay"] == ("1.0, from step 20 3.0", 1.0)
    said = "slow: optimizer.weight_decay changed in the fork at step 20: what is set now holds only from there"
    assert any(warning.startswith(said) for warning in told.warnings)
    assert new.spec().title.endswith("with steps = 80, arms.slow.optimizer.weight_decay = 3 from step 20")


def test_the_same_change_in_every_arm_is_told_too(parent, launched):
    new = fork(parent, 20, ["optimizer.weight_decay=3"])
    assert differing_fields(arms_of(new))["optimizer.weight_decay"] == ("1.0, from step 20 3.0",) * 2


def test_a_fork_of_a_fork_knows_both_pasts(parent, launched):
    one = fork(parent, 20, ["optimizer.weight_decay=3"], arms=["slow"])
    again = fork(one, 20, ["optimizer.weight_decay=5"])
    assert again.past("slow") == (Past(20, {"optimizer.weight_decay": 1.0}),)
    writer = CohortWriter(one.cohorts[0].path)
    point = writer.load_checkpoint()
    writer.save_checkpoint(40, point.tensors, point.meta, keep=True)
    writer.close(state="parked", step=40)
    two = fork(open_folder(one.path), 40, ["optimizer.weight_decay=2"])
    assert [(part.until, *part.values.values()) for part in two.past("slow")] == [(20, 1.0), (40, 3.0)]
    falling = 'optimizer.weight_decay={ schedule = "linear", initial = 2.0, final = 0.0 }'
    three = fork(open_folder(one.path), 40, [falling])
    assert differing_fields(arms_of(three)) == {
        "optimizer.weight_decay": ("1.0, from step 20 3.0, from step 40 linear",),
        "optimizer.weight_decay.initial": ("–, from step 40 2.0",),
        "optimizer.weight_decay.final": ("–, from step 40 0.0",),
        "optimizer.weight_decay.warmup": ("–, from step 40 0",),
    }


def test_a_fork_of_an_older_version_says_nothing_of_its_past_and_opens(parent, launched):
    new = fork(parent, 20, ["optimizer.weight_decay=3"])
    for cohort in new.cohorts:
        lines = [json.loads(line) for line in cohort.paths.events.read_text().splitlines()]
        lines[-1]["data"].pop("past")
        cohort.paths.events.write_text("".join(json.dumps(line) + "\n" for line in lines))
    old = open_folder(new.path)
    assert old.forked().step == 20 and old.past("slow") == ()
    assert "optimizer.weight_decay" not in differing_fields(arms_of(old))


def test_one_arm_needs_only_the_checkpoints_of_its_cohort(parent, launched):
    new = fork(parent, 30, arms=["slow"], overrides=["arms.a.optimizer.lr=1e-4", "arms.b.optimizer.lr=1e-5"])
    (cohort,) = new.cohorts
    assert cohort.members == (("a", 0), ("a", 1), ("b", 0), ("b", 1))
    np.testing.assert_array_equal(cohort.read("eval").columns["test_acc"][0], [0.1, 0.2, 0.1, 0.2])
    state = cohort.checkpoints()[0].load()
    assert state.tensors["weights.W"].tolist() == [[30], [60], [30], [60]] and state.tensors["step"].tolist() == [30]
    assert (state.meta["group"], state.meta["end"], state.meta["wall"]) == (4, 60, 3.0)
    told = {(event.kind, event.data["arm"], event.data["seed"]) for event in cohort.events() if "arm" in event.data}
    assert told == {("memorised", "a", 0), ("memorised", "b", 0), ("grokked", "a", 0), ("grokked", "b", 0)}


def test_another_rule_for_milestones_finds_them_again(parent, launched):
    new = fork(parent, 20, ["milestones.memorised=0.5"])
    assert [event.kind for event in new.cohorts[0].events()] == ["forked"]


def test_cohorts_that_would_now_be_one_stay_two(parent, launched):
    """Their rows are not at the same steps, so they can't share a stream."""
    new = fork(parent, 20, ["arms.fine.streams.train_every=1"])
    assert [cohort.members for cohort in new.cohorts] == [cohort.members for cohort in parent.cohorts]


def test_a_parent_that_is_damaged_leaves_nothing_behind(parent, launched):
    path = parent.cohorts[1].paths.stream("eval")
    path.write_bytes(path.read_bytes()[:400])
    before = sorted(parent.path.parent.iterdir())
    with pytest.raises(DamagedRecord, match="can't be read"):
        fork(parent, 20)
    assert sorted(parent.path.parent.iterdir()) == before and launched == []


def test_what_had_ended_needs_a_reason_to_go_on(parent, launched):
    with pytest.raises(BadInput, match=r"stop\.wall_hours: 0\.001 h were over by step 50"):
        fork(parent, 50, ["stop.wall_hours=0.001"])
    with pytest.raises(BadInput, match="has no checkpoint to fork from yet"):
        fork(create(parent.path.parent, parent.spec()))


def test_a_schedule_that_bends_with_the_budget_is_refused_by_name(runs, launched):
    control = {"schedule": "mirror", "of": {"schedule": "linear", "initial": 3.0, "final": 0.0, "end": 60}}
    arms = {"mirror": {"optimizer": {"weight_decay": control}}}
    folder = create(runs, parse(document(arms=arms, stop={"steps": 60}), "pair"))
    write(folder.cohorts[0])
    with pytest.raises(BadInput, match=r"stop\.steps: the mirror schedule of arm mirror is another one over 80 steps"):
        fork(folder, 20, ["stop.steps=80"])


def forked(runs, changes, override):
    """What a fork of an experiment with that section would be, from a checkpoint at step 50."""
    sections = load(write_toml(runs), [override])
    folder = create(runs, sections)
    for cohort in folder.cohorts:
        writer = CohortWriter(cohort.path)
        writer.load_checkpoint()
        writer.save_checkpoint(50, {"step": np.array([50])}, {"end": 60}, keep=True)
        writer.close(state="parked", step=50)
    return plan_fork(folder, 50, changes)


def write_toml(runs):
    path = runs.parent / "one.toml"
    path.write_text(tomli_w.dumps(document(arms={"run": {}}, stop={"steps": 60})))
    return path


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_numbers_of_any_optimizer_can_change(runs, kind):
    changes = ["lr=1e-4", "optimizer.grokfast.lamb=1", "clip=3", "l1=1e-5", "stop.steps=200"]
    found = forked(runs, changes, optimizer(kind)).arms[0].spec.optimizer
    assert (found.lr, found.grokfast.lamb, found.clip, found.l1) == (1e-4, 1.0, 3.0, 1e-5)
    assert found.lr_schedule.end == 60  # it keeps the end that it had


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_no_optimizer_becomes_another(runs, kind):
    other = "sgd" if kind != "sgd" else "lion"
    with pytest.raises(BadInput) as refused:
        forked(runs, [optimizer(other)], optimizer(kind))
    assert list(refused.value.problems) == [
        "optimizer.kind: can't change in a fork: the checkpoint's state is of the optimizer as it was"
    ]


@pytest.mark.parametrize(
    ("kind", "more", "change", "line"),
    [
        ("muon", "clip = 1.0", 'optimizer.grokfast={kind="ema"}', "optimizer.grokfast: can't change so in a fork"),
        ("adamw", "grokfast = {window = 9, kind = 'ma'}", "optimizer.grokfast.window=8", "state is of the filter"),
        ("sgd", "clip = 1.0", "optimizer.momentum=0.9", "optimizer.momentum: can't change so in a fork"),
        ("rmsprop", "clip = 1.0", "optimizer.centered=true", "optimizer.centered: can't change so in a fork"),
        ("adam", "clip = 1.0", 'lr_schedule={schedule="cosine"}', "optimizer.lr_schedule: can't change so in a fork"),
    ],
)
def test_what_would_need_other_tensors_or_columns_is_refused(runs, kind, more, change, line):
    with pytest.raises(BadInput) as refused:
        forked(runs, [change], optimizer(kind, more))
    (found,) = refused.value.problems
    assert line in found


@pytest.mark.parametrize("kind", LOSSES)
def test_another_loss_is_another_experiment(runs, kind):
    with pytest.raises(BadInput, match=r"loss\.\w+: can't change in a fork"):
        forked(runs, [loss("mse" if kind != "mse" else "stablemax")], loss(kind))
