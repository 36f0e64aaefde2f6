"""Going on from a checkpoint: an unchanged fork gives the bits of the original, a changed one differs only later."""

import pytest
from worker.lab import assert_same_numbers, events, numbers, state, wait_for_state

from grokterm.jobs import fork, fork_points
from grokterm.record import open_folder

AT = 100  # a checkpoint of the 1-2-5 row
ALL = {"train_every": 1, "eval_every": 5, "weights_every": 5, "sparsity_every": 50}


@pytest.fixture(scope="module")
def original(tmp_path_factory, request):
    """One finished experiment of 300 steps, two arms and two seeds; shared, since forks don't change it."""
    from worker.lab import document

    from grokterm.jobs import launch
    from grokterm.record import create
    from grokterm.spec import parse

    patch = pytest.MonkeyPatch()
    patch.setenv("GROKTERM_STATE", str(tmp_path_factory.mktemp("state")))
    patch.setenv("GROKTERM_SLOTS", "cpu=8")
    easy = document(task={"p": 7, "train_fraction": 0.9}, milestones={"memorised": 0.3, "grokked": 0.01, "window": 20})
    folder = create(tmp_path_factory.mktemp("forks") / "runs", parse(easy, "tiny"))
    launch(folder, "cpu")
    wait_for_state(folder, "finished")
    patch.undo()
    return folder


def milestones(folder, arm=None):
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
