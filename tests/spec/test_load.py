"""What a document becomes: defaults, arms, grids, seeds, inheritance."""

import pytest
import tomli

from grokterm.errors import BadInput, NotFound
from grokterm.spec import load, parse, schedule_values


def specs(document):
    """The runs of a document by arm."""
    return {arm.name: arm.spec for arm in parse(document, "mine.toml").arms}


def test_defaults_are_filled_in(small):
    experiment = parse(small, "presets/My Lab.toml")
    assert experiment.name == "my-lab"
    assert experiment.seeds == (0, 1)
    assert [arm.name for arm in experiment.arms] == ["run"]
    spec = experiment.arms[0].spec
    assert (spec.model.d_head, spec.model.d_mlp, spec.model.init_std) == (4, 64, 0.2)
    assert (spec.optimizer.beta1, spec.optimizer.beta2, spec.optimizer.eps) == (0.9, 0.98, 1e-8)
    assert (spec.task.operation, spec.loss.dtype, spec.milestones.window) == ("add", "float32", 50)
    assert spec.streams.checkpoint_every is None


def test_an_arm_overrides_any_field_and_derived_defaults_follow(small):
    small["arms"] = {"a": {}, "b": {"model": {"d_model": 64}, "stop": {"steps": 7}, "task": {"split_seed": 0}}}
    arms = specs(small)
    assert arms["a"].model.d_head == 4
    assert (arms["b"].model.d_head, arms["b"].model.init_std, arms["b"].stop.steps) == (16, 0.1, 7)
    assert (arms["a"].task.split_seed, arms["b"].task.split_seed) == (None, 0)
    assert arms["b"].optimizer == arms["a"].optimizer


def test_a_changed_schedule_replaces_the_table_and_the_same_one_is_merged(small):
    small["optimizer"]["weight_decay"] = {"schedule": "linear", "initial": 3.0, "final": 0.5, "warmup": 20}
    small["arms"] = {
        "lower": {"optimizer": {"weight_decay": {"final": 0.1}}},
        "cosine": {"optimizer": {"weight_decay": {"schedule": "cosine", "initial": 2.0, "final": 0.0}}},
        "number": {"optimizer": {"weight_decay": 1.5}},
    }
    decays = {name: spec.optimizer.weight_decay for name, spec in specs(small).items()}
    assert (decays["lower"].initial, decays["lower"].final, decays["lower"].warmup) == (3.0, 0.1, 20)
    assert decays["cosine"].warmup == 0
    assert decays["number"].value == 1.5


def test_naming_the_default_kind_only_overrides(small):
    small["arms"] = {"a": {"model": {"kind": "transformer", "layers": 2}}}
    assert specs(small)["a"].model.d_model == 16


def test_what_the_base_lacks_may_come_from_every_arm(small):
    del small["task"]["p"]
    small["arms"] = {"five": {"task": {"p": 5}}, "seven": {"task": {"p": 7}}}
    assert [spec.task.p for spec in specs(small).values()] == [5, 7]


def test_a_grid_multiplies_the_arms(small):
    small["grid"] = {"optimizer.lr": [1e-3, 3e-3], "task": {"p": [5, 7]}}  # quoted and dotted keys mean the same
    arms = specs(small)
    assert list(arms) == ["lr=0.001_p=5", "lr=0.001_p=7", "lr=0.003_p=5", "lr=0.003_p=7"]
    assert (arms["lr=0.003_p=5"].optimizer.lr, arms["lr=0.003_p=5"].task.p) == (0.003, 5)
    small["arms"] = {"static": {}, "high": {"optimizer": {"weight_decay": 3.0}}}
    arms = specs(small)
    assert len(arms) == 8
    assert arms["high_lr=0.001_p=7"].optimizer.weight_decay.value == 3.0


def test_a_grid_of_schedules_has_names_of_its_own(small):
    linear = {"schedule": "linear", "initial": 3.0, "final": 0.0}
    small["grid"] = {"optimizer.weight_decay": [1.0, linear, linear | {"final": 0.5}]}
    assert list(specs(small)) == ["weight_decay=1.0", "weight_decay=linear", "weight_decay=linear-2"]


def test_seeds_as_a_list_and_from_the_command_line(small, write):
    small["seeds"] = [7, 3, 11]
    assert parse(small, "x.toml").seeds == (7, 3, 11)
    assert load("quickstart", seeds=2).seeds == (0, 1)
    assert load("quickstart", seeds=[5, 4]).seeds == (5, 4)


def test_members_are_arm_after_arm(small):
    small["arms"] = {"a": {}, "b": {"task": {"split_seed": 9}}}
    members = parse(small, "x.toml").members
    assert [(m.arm, m.seed, m.split_seed) for m in members] == [("a", 0, 0), ("a", 1, 1), ("b", 0, 9), ("b", 1, 9)]


def test_a_file_is_found_by_path_and_named_after_its_stem(write):
    path = write("Sweep [1].toml", "extends = 'quickstart'\nseeds = 1")
    experiment = load(path)
    assert experiment.name == "sweep-1"
    assert experiment.seeds == (0,)
    assert experiment.arms == load("quickstart").arms


def test_extends_a_file_beside_it_however_deep(write):
    write("base.toml", 'extends = "quickstart"\n[stop]\nsteps = 500\n[arms.static.optimizer]\nweight_decay = 0.5')
    write("deep/leaf.toml", 'extends = "../base.toml"\ntitle = "leaf"\n[arms.static.optimizer]\nlr = 1e-4')
    experiment = load("deep/leaf.toml")
    static = experiment.arm("static").spec
    assert (static.stop.steps, static.optimizer.weight_decay.value, static.optimizer.lr) == (500, 0.5, 1e-4)
    assert (experiment.name, experiment.title) == ("leaf", "leaf")
    assert "extends" not in tomli.loads(experiment.to_toml())


def test_a_circle_of_extends_is_refused(write):
    write("a.toml", 'extends = "b"')
    write("b.toml", 'extends = "./a.toml"')
    with pytest.raises(BadInput, match="extends"):
        load("./a.toml")
    with pytest.raises(BadInput, match=r"c\.toml: extends: .*nearest: quickstart"):
        load(write("c.toml", 'extends = "quickstrat"'))


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(NotFound) as caught:
        load("static-v-dynamic")
    assert "nearest: static-vs-dynamic" in caught.value.message
    assert caught.value.hint.startswith("`grokterm presets` lists all ")
    with pytest.raises(NotFound, match=r"nearest: lou-fig1-encodings, lou-fig1-replication, lou-fig10-mlp$"):
        load("lou-fig1")
    with pytest.raises(NotFound, match=r"^no preset is called 'zzz'$") as unlike:
        load("zzz")
    assert unlike.value.hint.endswith("a path needs a slash or .toml at its end")
    with pytest.raises(NotFound, match="no such file"):
        load("nowhere/at-all.toml")


def test_the_mean_control_uses_the_arms_own_budget(small):
    of = {"schedule": "linear", "initial": 1.0, "final": 0.0}
    small["optimizer"]["weight_decay"] = {"schedule": "mean", "of": of}
    small["arms"] = {"short": {"stop": {"steps": 10}}, "long": {}}
    sums = {n: schedule_values(s.optimizer.weight_decay, s.stop.steps).sum() for n, s in specs(small).items()}
    assert sums == pytest.approx({"short": 5.5, "long": 50.5})
