"""The same experiment again: which seeds, what it says of itself, what it refuses."""

import pytest
from worker.lab import document

from grokterm import jobs
from grokterm.errors import BadInput
from grokterm.jobs import repeat
from grokterm.record import State, create, open_folder
from grokterm.spec import load, parse


@pytest.fixture
def launched(monkeypatch):
    """The folders that would have been launched: what a worker does with them is tested elsewhere."""
    import sys

    folders = []
    monkeypatch.setattr(sys.modules["grokterm.jobs.repeat"], "launch", lambda folder, device: folders.append(folder))
    return folders


@pytest.fixture
def folder(runs):
    return create(runs, parse(document(seeds=3), "tiny"))


def test_a_repeat_has_the_same_spec_and_the_seeds_that_follow(folder, launched):
    new = repeat(folder)
    assert launched == [new] and new.path.parent == folder.path.parent
    spec, old = new.spec(), folder.spec()
    assert spec.seeds == (3, 4, 5)
    assert [(arm.name, arm.spec) for arm in spec.arms] == [(arm.name, arm.spec) for arm in old.arms]
    assert spec.origin == f"repeat of {folder.name} with new seeds"
    assert new.state() is State.CREATED and new.forked() is None


def test_seeds_that_somebody_chose_are_named_and_the_repeat_belongs_to_the_family(folder, launched):
    same = repeat(folder, (1, 7), ("optimizer.lr=1e-4",))
    assert same.spec().origin == f"repeat of {folder.name} with seeds 1, 7: optimizer.lr=1e-4"
    assert repeat(folder, 1).spec().seeds == (8,)
    many = repeat(folder, tuple(range(20, 40))).spec().origin
    assert many.endswith(" with seeds 20, 21, 22, 23, 24, 25, 26, 27, … (20 in all)")


def test_every_repeat_of_a_family_has_seeds_of_its_own(folder, launched):
    first = repeat(folder)
    assert repeat(folder, 2).spec().seeds == (6, 7)
    assert repeat(first).spec().seeds == (8, 9, 10)  # a repeat of a repeat
    create(folder.path.parent, parse(document(seeds=[90]), "tiny"))  # of the same name, and no repeat
    assert repeat(folder, 1).spec().seeds == (11,)


def test_seeds_and_fields_can_be_said(folder, launched):
    new = repeat(folder, [7, 5], ["optimizer.lr=1e-4", "arms.dynamic.optimizer.weight_decay=2"]).spec()
    assert new.seeds == (7, 5)
    assert new.arm("static").spec.optimizer.lr == 1e-4 and new.arm("dynamic").spec.optimizer.weight_decay.value == 2
    assert new.origin.endswith("with seeds 7, 5: optimizer.lr=1e-4, arms.dynamic.optimizer.weight_decay=2")


@pytest.mark.parametrize(
    "seeds, changes, line",
    [
        (0, (), "given 0 seeds"),
        ([1, 1], (), "seed 1 is listed twice"),
        (None, ("optimizer.lrr=1",), "optimizer.lrr"),
        (None, ("arms.nobody.optimizer.lr=1",), "arms.nobody"),
    ],
)
def test_mistakes_are_one_line_and_make_nothing(folder, launched, seeds, changes, line):
    with pytest.raises(BadInput, match=line):
        repeat(folder, seeds, changes)
    assert launched == [] and list(folder.path.parent.iterdir()) == [folder.path]


def test_a_spec_that_is_run_again_by_hand_is_nobodys_repeat(folder, launched):
    new = repeat(folder)
    assert load(new.paths.spec).origin == ""
    assert open_folder(new.path).spec().origin != ""


def test_the_public_names_are_there():
    assert all(hasattr(jobs, name) for name in jobs.__all__)
