"""A resolved document as values by path: what a search sees is what the experiment has."""

import tomli

from grokterm.spec import Schedule, all_paths, flat_fields, flat_values, list_presets, load


def test_every_value_of_every_preset_is_there():
    for info in list_presets():
        if info.problem:
            continue
        experiment = load(info.path)
        values = flat_values(tomli.loads(experiment.to_toml()))
        assert values["title"] == (experiment.title,)
        assert set(values["task"]) == {arm.spec.task.kind for arm in experiment.arms}
        for arm in experiment.arms:
            assert arm.spec.optimizer.lr in values["optimizer.lr"]
            decay = arm.spec.optimizer.weight_decay
            found = values["optimizer.weight_decay"]
            assert (decay.schedule if not hasattr(decay, "value") else decay.value) in found
            assert isinstance(decay, Schedule)


def test_an_arm_overrides_and_a_schedule_is_replaced_whole():
    document = {
        "seeds": [0, 1],
        "optimizer": {"kind": "adamw", "lr": 0.1, "weight_decay": {"schedule": "linear", "final": 0.5}},
        "arms": {"a": {}, "b": {"about": "other", "optimizer": {"lr": 0.2, "weight_decay": 3.0}}},
    }
    values = flat_values(document)
    assert values["optimizer.lr"] == (0.1, 0.2) and values["seeds"] == (0, 1)
    assert values["optimizer.weight_decay"] == ("linear", 3.0) and values["optimizer.weight_decay.final"] == (0.5,)
    assert values["optimizer"] == ("adamw",) and values["about"] == ("other",)


def test_a_document_of_another_shape_is_no_error():
    assert flat_values({}) == {} and flat_values({"task": 3, "x": [[1], {"y": None}]}) == {"task": (3,), "x": (1,)}


def test_the_fields_of_an_arm_are_what_a_person_would_write():
    arms = {arm.name: flat_fields(arm.spec) for arm in load("quickstart").arms}
    assert arms["static"]["optimizer.weight_decay"] == 1.0 and arms["dynamic"]["optimizer.weight_decay"] == "linear"
    assert arms["dynamic"]["optimizer.weight_decay.initial"] == 3.0
    assert not any(path.endswith((".schedule", ".value")) for fields in arms.values() for path in fields)


def test_what_only_one_arm_has_stands_below_its_field():
    static = {"a.x": 1, "a.y": 2, "b.z": 3}
    dynamic = {"a.x": "linear", "a.x.from": 1, "a.y": 2, "b.z": 3}
    assert all_paths([static, dynamic]) == ["a.x", "a.x.from", "a.y", "b.z"]
