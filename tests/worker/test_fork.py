"""Going on from a checkpoint: an unchanged fork gives the bits of the original, a changed one differs only later."""

import signal

import numpy as np
import pytest
from warm import warm_workers
from worker.lab import (
    assert_same_numbers,
    document,
    events,
    kill,
    numbers,
    state,
    status,
    step_of,
    until,
    wait_for_state,
)

from grokterm.errors import BadInput
from grokterm.jobs import fork, fork_points, launch, plan_fork, repeat, request, resume
from grokterm.record import create, open_folder
from grokterm.spec import parse

AT = 100  # a checkpoint of the 1-2-5 row


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """One finished experiment of 300 steps, two arms and two seeds; shared, since forks don't change it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GROKTERM_STATE", str(tmp_path_factory.mktemp("state")))
    patch.setenv("GROKTERM_SLOTS", "cpu=8")
    warm_workers(patch)
    easy = document(task={"p": 7, "train_fraction": 0.9}, milestones={"memorised": 0.3, "grokked": 0.01, "window": 20})
    folder = create(tmp_path_factory.mktemp("forks") / "runs", parse(easy, "tiny"))
    launch(folder, "cpu")
    wait_for_state(folder, "finished")
    patch.undo()
    return folder


def milestones(folder):
    kinds = ("memorised", "grokked_touch", "grokked")
    found = open_folder(folder.path).cohorts[0].effective_events()
    return sorted((e.kind, e.data["arm"], e.data["seed"], e.step) for e in found if e.kind in kinds)


def before(rows, step):
    """The rows of `numbers` before a step."""
    cut = {}
    for name, values in rows.items():
        steps = rows[name.partition("/")[0] + "/step"]
        cut[name] = values[steps < step]
    return cut


def test_the_end_of_training_is_written_once(original):
    steps = [event.step for event in events(original, "checkpointed")]
    assert steps == sorted(set(steps)) and steps[-1] == 300
    assert original.cohorts[0].checkpoints()[0].load().meta["closed"]


def test_an_unchanged_fork_trains_to_the_same_bits(original):
    assert AT in fork_points(original)
    new = fork(original, AT, device="cpu")
    assert new.path != original.path
    assert_same_numbers(before(numbers(original), AT), before(numbers(new), AT))  # the past is there from the start
    wait_for_state(new, "finished", "failed")
    assert state(new) == "finished"
    assert_same_numbers(numbers(original), numbers(new))
    assert milestones(new) == milestones(original) != []
    assert new.spec().origin == f"fork of {original.name} at step {AT}"
    forked = open_folder(new.path).forked()
    assert (forked.name, forked.step) == (original.name, AT)
    assert [e.kind for e in events(new) if e.kind in ("forked", "resumed", "started")] == ["forked", "resumed"]


def test_a_changed_fork_differs_only_after_its_step(original):
    new = fork(original, AT, ["arms.static.optimizer.weight_decay=0.1", "stop.steps=320"], device="cpu")
    wait_for_state(new, "finished")
    old, now = numbers(original), numbers(new)
    assert_same_numbers(before(old, AT), before(now, AT))
    assert now["train/step"].tolist() == list(range(320))
    assert now["eval/step"].tolist() == [*range(0, 320, 5), 320]
    weights = now["weights/step"]
    assert set(now["weights/weight_decay"][weights < AT][:, 0]) == {1.0}
    assert set(now["weights/weight_decay"][weights >= AT][:, 0]) == {0.1}
    old_arm = [i for i, (arm, _) in enumerate(original.cohorts[0].members) if arm == "dynamic"]
    same = now["train/train_loss"][:300, old_arm], old["train/train_loss"][:, old_arm]
    np.testing.assert_array_equal(*same)  # lambda of the other arm keeps the end it had, 300, in a budget of 320
    assert not np.array_equal(now["train/train_loss"][150:300, 0], old["train/train_loss"][150:, 0])
    assert new.spec().arm("dynamic").spec.optimizer.weight_decay.end == 300
    assert "stop.steps = 320" in new.spec().origin and "static: optimizer.weight_decay = 0.1" in new.spec().origin


def test_one_arm_becomes_several_and_each_keeps_its_past(original):
    changes = ["arms.low.optimizer.weight_decay=0.1", "arms.high.optimizer.weight_decay=3.0"]
    new = fork(original, AT, changes, device="cpu", arms=["dynamic"])
    assert new.cohorts[0].members == (("low", 0), ("low", 1), ("high", 0), ("high", 1))
    wait_for_state(new, "finished")
    old, now = before(numbers(original), AT), before(numbers(new), AT)
    dynamic = [2, 3]
    np.testing.assert_array_equal(now["eval/test_acc"], old["eval/test_acc"][:, dynamic * 2])
    was = {(kind, seed, step) for kind, arm, seed, step in milestones(original) if arm == "dynamic" and step < AT - 20}
    for arm in ("low", "high"):
        assert was <= {(kind, seed, step) for kind, name, seed, step in milestones(new) if name == arm}
    assert len({event[1] for event in milestones(new)}) == 2
    assert "dynamic only: low: optimizer.weight_decay = 0.1; high: optimizer.weight_decay = 3" in new.spec().origin


def test_a_fork_of_the_end_goes_on_with_a_larger_budget(original):
    with pytest.raises(BadInput, match=r"stop\.steps: 300 is reached at the checkpoint of step 300"):
        fork(original, device="cpu")
    new = fork(original, None, ["stop.steps=340"], device="cpu")
    wait_for_state(new, "finished")
    old, now = numbers(original), numbers(new)
    assert now["eval/step"].tolist() == [*range(0, 340, 5), 340]  # the closing row of the old end is measured again
    np.testing.assert_array_equal(now["eval/test_acc"][: len(old["eval/step"])], old["eval/test_acc"])


def test_a_fork_can_be_parked_resumed_and_forked_again(original):
    new = fork(original, AT, ["stop.steps=2000"], device="cpu")
    until(lambda: step_of(new) > AT, what="a step")
    kill(new, signal.SIGTERM)
    wait_for_state(new, "parked")
    parked = status(new).step
    assert parked in fork_points(new) and AT in fork_points(new)
    again = fork(new, AT, device="cpu", arms=["static"])
    assert again.spec().origin == f"fork of {new.name} at step {AT}, static only"
    request(again, "stop")
    assert open_folder(again.path).forked().name == new.name
    with pytest.raises(BadInput, match=r"is a fork of .*: new seeds have no past"):
        repeat(new, device="cpu")


def test_a_schedule_that_begins_to_wait_for_a_plateau_waits_from_the_fork_on(original):
    plateau = '{schedule = "phases", high = 2.0, low = 0.0, fall = 9, switch = "plateau", patience = 2}'
    new = fork(original, AT, [f"arms.static.optimizer.weight_decay={plateau}"], device="cpu", arms=["static"])
    wait_for_state(new, "finished")
    switched = [event.step for event in events(new, "phase")]
    assert switched and min(switched) > AT
    back = fork(new, AT, ["arms.static.optimizer.weight_decay=0.5"], device="cpu")
    wait_for_state(back, "finished")
    assert set(numbers(back)["weights/weight_decay"][AT // 5 :].ravel()) == {0.5}


def test_a_fork_that_lost_its_beginning_fails_and_keeps_its_past(original):
    new = fork(original, AT, ["stop.steps=100000"], device="cpu")
    until(lambda: step_of(new) > AT, what="a step")
    kill(new, signal.SIGKILL)
    wait_for_state(new, "lost")
    for file in new.cohorts[0].checkpoints():
        file.path.write_bytes(b"rubbish")
    kept = before(numbers(new), AT)
    resume(new, "cpu")
    wait_for_state(new, "failed")
    assert "a fork can't begin anew" in events(new, "failed")[0].data["error"]
    assert_same_numbers(kept, before(numbers(new), AT))


@pytest.mark.parametrize(
    "change, line",
    [
        ("task.p=13", "task.p: can't change in a fork: the checkpoint was trained on the task as it was"),
        ("model.d_model=32", "model.d_model: can't change in a fork: the checkpoint's weights are of the model"),
        ("model.init_scale=2", "model.init_scale: can't change"),
        ("loss.dtype=float64", "loss.dtype: can't change in a fork: what is minimised"),
        ("seeds=9", "seeds: the checkpoint holds the runs it holds"),
        ("stop.steps=100", "stop.steps: 100 is reached"),
        ("optimizer.lr=-1", "optimizer.lr: "),
        ("arms.new.optimizer.lr=1e-4", "arms.new: the arms are static, dynamic; a new one comes out of exactly one"),
    ],
)
def test_what_can_not_change_is_refused_in_one_line(original, change, line):
    there = set(original.path.parent.iterdir())
    with pytest.raises(BadInput) as refusal:
        fork(original, AT, [change], device="cpu")
    assert any(line in problem for problem in refusal.value.problems), refusal.value.problems
    assert set(original.path.parent.iterdir()) == there


def test_a_step_without_a_checkpoint_names_the_nearest(original):
    with pytest.raises(BadInput, match="no checkpoint at step 120; nearest: 100") as refusal:
        fork(original, 120, device="cpu")
    assert "50, 100, 200, 300" in refusal.value.hint
    with pytest.raises(BadInput, match="no arm 'statik'"):
        fork(original, AT, device="cpu", arms=["statik"])


def test_a_comparison_with_a_fork_says_what_is_shared(original):
    from grokterm.analysis import compare

    new = fork(original, AT, ["arms.static.optimizer.weight_decay=0.1"], device="cpu", arms=["static"])
    wait_for_state(new, "finished")
    said = compare([(original, "static"), (new, "static")]).warnings
    assert any(f"forked at step 100: what was before is shared with {original.name}" in line for line in said), said


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """Arms of one cohort of which one has a momentum, and two a learning rate that changes; 100 steps."""
    patch = pytest.MonkeyPatch()
    patch.setenv("GROKTERM_STATE", str(tmp_path_factory.mktemp("state")))
    patch.setenv("GROKTERM_SLOTS", "cpu=8")
    arms = {
        "plain": {},
        "heavy": {"optimizer": {"momentum": 0.9}},
        "warm": {"optimizer": {"lr_schedule": {"schedule": "warmup", "warmup": 9}}},
        "cut": {"intervene": {"change": {"at": 40, "lr": 0.01}}},
    }
    sgd = {"optimizer": {"kind": "sgd", "lr": 0.1, "weight_decay": 1e-3}, "stop": {"steps": 100}}
    parts = {key: value for key, value in document().items() if key != "optimizer"} | sgd
    folder = create(tmp_path_factory.mktemp("forks") / "runs", parse(parts | {"arms": arms, "seeds": 1}, "mixed"))
    assert len(folder.cohorts) == 1
    launch(folder, "cpu")
    wait_for_state(folder, "finished")
    patch.undo()
    return folder


@pytest.mark.parametrize(
    ("arms", "lines"),
    [
        (
            ["plain", "warm"],
            ["plain, warm can't go on in a cohort without heavy, because of which it keeps a momentum"],
        ),
        (["heavy"], ["heavy can't go on in a cohort without warm, cut, because of which it records its learning rate"]),
        (["plain"], ["without heavy", "without warm, cut"]),
    ],
)
def test_a_part_of_a_cohort_without_what_the_rest_has_is_refused_before_anything_is_made(mixed, arms, lines):
    there = set(mixed.path.parent.iterdir())
    with pytest.raises(BadInput) as refusal:
        fork(mixed, 50, ["clip=1"], device="cpu", arms=arms)
    assert len(refusal.value.problems) == len(lines)
    assert all(line in problem for line, problem in zip(lines, refusal.value.problems, strict=True))
    with pytest.raises(BadInput, match="cohort without heavy"):
        plan_fork(mixed, 50, ["arms.plain.streams.train_every=5"])  # parts them as well
    assert set(mixed.path.parent.iterdir()) == there


def test_a_link_that_keeps_nothing_may_come_and_go(mixed):
    new = fork(mixed, 50, ["clip=0.01", "l1=1e-5"], device="cpu", arms=["heavy", "warm"])
    wait_for_state(new, "finished", "failed")
    assert state(new) == "finished"
    changed, before_it = numbers(new)["train/train_loss"], numbers(mixed)["train/train_loss"][:, 1:3]
    np.testing.assert_array_equal(changed[:50], before_it[:50])
    np.testing.assert_allclose(changed[50], before_it[50], rtol=1e-5)  # of a narrower cohort: to rounding
    assert not np.allclose(changed[51:], before_it[51:], rtol=1e-5)


def test_a_rate_that_an_intervention_changes_is_recorded_for_all_that_go_on_with_it(mixed):
    """Also without the arm that has a schedule; `cut` changed its rate before the checkpoint."""
    new = fork(mixed, 50, device="cpu", arms=["heavy", "cut"])
    wait_for_state(new, "finished", "failed")
    assert state(new) == "finished"
    rates = numbers(new)["weights/lr"]
    np.testing.assert_array_equal(rates[:, 0], 0.1)
    np.testing.assert_array_equal(rates[:, 1], numbers(mixed)["weights/lr"][:, 3])
    assert rates[0, 1] == 0.1 and rates[-1, 1] == 0.01
