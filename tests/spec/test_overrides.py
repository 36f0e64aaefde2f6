"""--set: what it reaches, what it is read as, and what it is refused for."""

import pytest

from grokterm.errors import BadInput
from grokterm.spec import load


def refused(*overrides, source="quickstart"):
    """The lines that overrides are refused with."""
    with pytest.raises(BadInput) as caught:
        load(source, overrides)
    return list(caught.value.problems)


def test_the_base_reaches_every_arm_that_does_not_say_otherwise(write):
    path = write("mine.toml", 'extends = "quickstart"\n[arms.static.optimizer]\nlr = 5e-4')
    experiment = load(path, ["optimizer.lr=1e-3", "stop.steps=500", "title=a new = title"])
    assert {arm.name: arm.spec.optimizer.lr for arm in experiment.arms} == {
        "static": 5e-4,
        "dynamic": 1e-3,
        "static-high": 1e-3,
    }
    assert {arm.spec.stop.steps for arm in experiment.arms} == {500}
    assert experiment.title == "a new = title"


def test_one_arm_is_reached_by_its_name(write):
    text = '[arms."a.b=1"]\n[arms.a]'
    path = write("mine.toml", 'extends = "quickstart"\n' + text)
    experiment = load(path, ["arms.a.b=1.optimizer.lr=0.1", "arms.dynamic.optimizer.weight_decay.initial=2"])
    assert experiment.arm("a.b=1").spec.optimizer.lr == 0.1
    assert experiment.arm("a").spec.optimizer.lr == 2e-3
    decay = experiment.arm("dynamic").spec.optimizer.weight_decay
    assert (decay.initial, decay.final) == (2.0, 0.5)
    assert load(path, ['arms."a.b=1".stop.steps=950']).arm("a.b=1").spec.stop.steps == 950


@pytest.mark.parametrize("short, path", [("lr=0.01", "optimizer.lr"), ("p=59", "task.p"), ("steps=950", "stop.steps")])
def test_a_last_name_is_enough_where_it_is_the_only_one(short, path):
    assert load("quickstart", [short]) == load("quickstart", [path + "=" + short.partition("=")[2]])


def test_values_are_toml_and_text_where_they_are_not():
    spec = load("quickstart", ["norm=pre", 'activation="gelu"', "bias=false", "split_seed=3", "lr=1e-3"]).arms[0].spec
    assert (spec.model.norm, spec.model.activation, spec.model.bias) == ("pre", "gelu", False)
    assert (spec.task.split_seed, spec.optimizer.lr) == (3, 1e-3)
    assert load("quickstart", ["title=1\nseeds = 9"]).title == "1\nseeds = 9"
    linear = 'arms.static.optimizer.weight_decay={schedule="linear", initial=1, final=0}'
    assert load("quickstart", [linear]).arms[0].spec.optimizer.weight_decay.schedule == "linear"


def test_seeds_grid_and_width():
    experiment = load("quickstart", ["seeds=[3, 5]", "grid.optimizer.lr=[1e-3, 2e-3]", "cohort_width=2"])
    assert experiment.seeds == (3, 5)
    assert [arm.name for arm in experiment.arms][:2] == ["static_lr=0.001", "static_lr=0.002"]
    assert experiment.cohort_width == 2


@pytest.mark.parametrize("key", ['grid."optimizer.lr"', "grid.'optimizer.lr'", 'grid."lr"', 'grid. "optimizer.lr" '])
def test_an_axis_of_a_grid_may_be_quoted_as_in_a_file(key):
    assert load("quickstart", [f"{key}=[1e-3, 2e-3]"]).arms == load("quickstart", ["grid.lr=[1e-3, 2e-3]"]).arms


def test_quotation_marks_that_quote_no_key_are_left_alone():
    assert load("quickstart", ['title="a" = "b"']).title == '"a" = "b"'
    assert "unknown section; nearest: optimizer" in refused('opti"mizer.lr=3')[0]


def test_what_lacks_in_a_table_is_said_of_who_wrote_the_table():
    (line,) = refused("intervene.change={at=20}")
    assert line.startswith("--set intervene.change.lr: nothing changes")


def test_the_last_of_two_wins():
    assert load("quickstart", ["lr=0.1", "optimizer.lr=0.2"]).arms[0].spec.optimizer.lr == 0.2


ALL_FIELDS = "`grokterm presets fields` lists all"
UNKNOWN = f"optimizer.lrr: unknown field (given 1); nearest: lr; {ALL_FIELDS}"
LINES = {
    "optimizer.lrr=1": f"--set {UNKNOWN}",
    "optimizer.lr=fast": '--set optimizer.lr: expected a number, above 0 (given "fast")',
    "optimizer.lr": "--set optimizer.lr: expected key=value, such as optimizer.lr=3e-3",
    "=3": "--set : expected key=value, such as optimizer.lr=3e-3",
    "optimizer..lr=3": "--set optimizer..lr: expected key=value, such as optimizer.lr=3e-3",
    "lrr=1": f"--set lrr: unknown field; nearest: optimizer.lr; {ALL_FIELDS}",
    "kind=mlp": "--set kind: is in several sections; write one of task.kind, model.kind, optimizer.kind, loss.kind",
    "zzz=1": f"--set zzz: unknown field; expected section.field, such as optimizer.lr; {ALL_FIELDS}",
    "seeds=0": "--set seeds: a number of seeds is 1 to 10000; expected a number of seeds (N means 0 to N - 1) or a "
               "list of different seeds (given 0)",
    "arms.dynamc.stop.steps=3": "--set arms.dynamc.stop.steps: expected arms.NAME.section.field with the name of an "
                                "arm; arms: static, dynamic, static-high; nearest: dynamic",
    "arms.new={}": "--set arms.new: expected arms.NAME.section.field with the name of an arm; "
                   "arms: static, dynamic, static-high",
    "arms.dynamic={}": "--set arms.dynamic: --set changes one value of an arm, such as arms.dynamic.optimizer.lr=3e-3",
    "arms={}": "--set arms: --set changes one value of an arm, such as arms.static.optimizer.lr=3e-3",
    "arms.dynamic.stop.steps=x": '--set arms.dynamic.stop.steps: expected an integer, 1 to 10000000 (given "x")',
    "extends=x": "--set extends: can't be overridden: name the preset you mean",
    "grid.optimizer.lr=3": "--set grid.optimizer.lr: expected a list of one value or more (given 3)",
}  # fmt: skip


@pytest.mark.parametrize("text", LINES)
def test_what_is_refused(text):
    assert refused(text) == [LINES[text]]


def test_an_override_that_every_arm_overrides_again_is_refused(write):
    path = write("mine.toml", "extends = 'quickstart'\n[arms.static]\noptimizer.weight_decay = 1.0")
    assert refused("optimizer.weight_decay=2", source=path) == [
        "--set optimizer.weight_decay: has no effect, every arm sets it; set arms.NAME.optimizer.weight_decay "
        "(arms: static, dynamic, static-high)"
    ]
    path = write("grid.toml", "extends = 'quickstart'\n[grid]\nlr = [1e-3, 2e-3]")
    assert refused("lr=0.1", source=path) == [
        "--set optimizer.lr: has no effect, the grid sets it; set grid.optimizer.lr to a list"
    ]


def test_an_override_that_says_what_is_so_already_is_fine(write):
    path = write("mine.toml", "extends = 'quickstart'\n[arms.static]\noptimizer.weight_decay = 1.0")
    assert load(path, ["optimizer.weight_decay=1.0"]).arms == load("quickstart").arms


def test_a_shorter_run_is_the_beginning_of_the_longer_one():
    assert load("quickstart", ["steps=50"]).arms[1].spec.stop.steps == 50


def test_mistakes_on_the_command_line_and_in_the_file_come_together(write):
    path = write("mine.toml", 'extends = "quickstart"\n[task]\np = 1')
    assert refused("optimizer.lrr=1", "nonsense", "lr=0", source=path) == [
        "--set nonsense: expected key=value, such as optimizer.lr=3e-3",
        "mine.toml: task.p: expected an integer, 2 to 2000 (given 1)",
        "--set optimizer.lr: expected a number, above 0 (given 0)",
        f"--set {UNKNOWN}",
    ]


def test_seeds_from_the_command_line_are_checked_too():
    with pytest.raises(BadInput, match=r"^--seeds: a number of seeds is 1 to 10000; "):
        load("quickstart", seeds=0)
