"""A resolved document as values by path: what a search sees is what the experiment has."""

import tomli

from grokterm.spec import Schedule, flat_values, list_presets, load


def test_every_value_of_every_preset_is_there():
    for info in list_presets():
        if info.problem:
            continue
        experiment = load(info.path)
        values = flat_values(tomli.loads(experiment.to_toml()))
        assert values["title"] == (experiment.title,)
        assert values["task"] == (experiment.arms[0].spec.task.kind,)
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
