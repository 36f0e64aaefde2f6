"""An experiment out of another one: arms, seeds and fields."""

import pytest

from grokterm.errors import BadInput
from grokterm.spec import changed_fields, field_table, load, parse, revise

DOCUMENT = {
    "name": "first",
    "seeds": 2,
    "origin": "fork of another",
    "task": {"p": 7, "train_fraction": 0.5},
    "model": {"d_model": 8, "heads": 2},
    "optimizer": {"lr": 1e-3, "weight_decay": 1.0},
    "stop": {"steps": 100},
    "arms": {
        "static": {"about": "one"},
        "dynamic": {"optimizer": {"weight_decay": {"schedule": "linear", "initial": 2.0, "final": 0.0}}},
    },
}


@pytest.fixture
def first():
    return parse(DOCUMENT, "first.toml")


def test_nothing_asked_changes_nothing_but_the_origin(first):
    same, came_from = revise(first)
    assert same.arms == first.arms and same.seeds == first.seeds and same.name == "first"
    assert same.origin == "" and first.origin == "fork of another"
    assert came_from == {"static": "static", "dynamic": "dynamic"}


def test_seeds_fields_and_origin_are_laid_over(first):
    new, _ = revise(first, ["lr=1e-4", "arms.static.optimizer.weight_decay=3"], seeds=[8], origin="a repeat")
    assert new.seeds == (8,) and new.origin == "a repeat"
    assert {arm.spec.optimizer.lr for arm in new.arms} == {1e-4}
    assert new.arm("static").spec.optimizer.weight_decay.value == 3
    assert parse({**DOCUMENT, **new.to_document()}, "x.toml").origin == "a repeat"


def test_one_arm_may_become_several(first):
    new, came_from = revise(
        first, ["arms.low.optimizer.weight_decay=0.1", "arms.lower.stop.steps=50"], arms=["dynamic"]
    )
    assert came_from == {"low": "dynamic", "lower": "dynamic"} and [arm.name for arm in new.arms] == ["low", "lower"]
    assert new.arm("low").spec.optimizer.weight_decay.value == 0.1 and new.arm("low").about.startswith(
        "out of dynamic, with "
    )
    assert new.arm("lower").spec.optimizer.weight_decay == first.arm("dynamic").spec.optimizer.weight_decay


def test_a_choice_of_arms(first):
    new, came_from = revise(first, arms=["dynamic"])
    assert [arm.name for arm in new.arms] == ["dynamic"] and came_from == {"dynamic": "dynamic"}
    only, _ = revise(new, ["arms.high.optimizer.weight_decay=3"])  # there is one arm: no need to choose it
    assert [arm.name for arm in only.arms] == ["high"]


@pytest.mark.parametrize(
    "changes, arms, line",
    [
        (["arms.low.optimizer.lr=1"], [], "arms.low: the arms are static, dynamic; a new one"),
        ([], ["statik"], "no arm 'statik'; there is: static, dynamic"),
        (["optimizer.lr=-1"], [], "optimizer.lr"),
        (["arms.static.optimizer.lrr=1"], [], "lrr"),
    ],
)
def test_mistakes_are_one_line(first, changes, arms, line):
    with pytest.raises(BadInput, match=line):
        revise(first, changes, arms=arms)


def test_changed_fields_name_a_schedule_as_one(first):
    static, dynamic = (arm.spec for arm in first.arms)
    assert changed_fields(static, static) == {}
    ((name, (old, new)),) = changed_fields(static, dynamic).items()
    assert name == "optimizer.weight_decay" and old == 1.0 and new["schedule"] == "linear"


def test_the_origin_is_nothing_that_a_person_fills_in(first, tmp_path):
    assert "origin" not in {field.key for field in field_table()}
    path = tmp_path / "first.toml"
    path.write_text(first.to_toml())
    assert "fork of another" in path.read_text() and load(path).origin == ""
