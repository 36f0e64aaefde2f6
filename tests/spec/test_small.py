"""The small form of a preset: what it changes, what it keeps, and what is refused."""

import pytest
import tomli

from grokterm.errors import BadInput
from grokterm.spec import load, my_folder, open_draft, parse

WHOLE = """
document = "Somebody"
title = "whole"
cost = "ten hours"
seeds = 30
task = { p = 113, train_fraction = 0.5 }
model = { d_model = 128, heads = 4 }
optimizer = { lr = 1e-3, weight_decay = 1.0 }
stop.steps = 3000

[arms.one]
[arms.two]
optimizer.beta1 = 0.5
[arms.three]
optimizer.weight_decay = { schedule = "linear", initial = 1.0, final = 0.0, end = 3000 }

[grid]
"optimizer.beta2" = [0.9, 0.98]
"""
SMALL = """
[small]
title = "small"
only = ["one", "three"]
seeds = 2
task.p = 11
stop.steps = 200
grid."optimizer.beta2" = [0.98]
arms.three.optimizer.weight_decay.end = 150
"""


def write(name, text):
    path = my_folder() / f"{name}.toml"
    path.write_text(text)
    return path


def refusal(text, **kwargs):
    with pytest.raises(BadInput) as refused:
        load(write("wrong", text), small=True, **kwargs)
    return refused.value.problems


def test_its_title_says_what_it_is_where_it_has_none_of_its_own():
    small = SMALL.replace('title = "small"', "")
    assert load(write("mine", WHOLE + small), small=True).title == "Small form of: whole"


def test_it_lies_over_the_whole_and_nothing_of_it_is_left_in_the_record():
    whole, small = (load(write("mine", WHOLE + SMALL), small=small) for small in (False, True))
    assert (whole.name, len(whole.members), whole.arms[0].spec.task.p) == ("mine", 30 * 3 * 2, 113)
    assert (small.name, small.title, small.document, small.cost) == ("mine-small", "small", "Somebody", "")
    assert [arm.name for arm in small.arms] == ["one_beta2=0.98", "three_beta2=0.98"]
    assert small.seeds == (0, 1)
    specs = [arm.spec for arm in small.arms]
    assert {(spec.task.p, spec.task.train_fraction, spec.stop.steps) for spec in specs} == {(11, 0.5, 200)}
    assert (specs[1].optimizer.weight_decay.initial, specs[1].optimizer.weight_decay.end) == (1.0, 150)
    assert "[small]" not in small.to_toml()
    assert parse(tomli.loads(small.to_toml()), "experiment.toml") == small


def test_overrides_and_seeds_lie_over_it():
    path = write("mine", WHOLE + SMALL)
    small = load(path, ["stop.steps=250", "arms.three.optimizer.lr=0.5"], seeds=[7], small=True)
    assert small.seeds == (7,)
    assert [(arm.spec.stop.steps, arm.spec.optimizer.lr) for arm in small.arms] == [(250, 1e-3), (250, 0.5)]
    with pytest.raises(BadInput, match=r"small\.stop\.steps: can't be overridden"):
        load(path, ["small.stop.steps=3"])


def test_a_preset_that_extends_one_has_its_small_form_and_may_change_it():
    write("mine", WHOLE + SMALL)
    child = write("child", "extends = 'mine'\nstop.steps = 9000\n[small]\nseeds = 3\n")
    small = load(child, small=True)
    assert (small.name, small.seeds, small.arms[0].spec.stop.steps) == ("child-small", (0, 1, 2), 200)
    assert load(child).arms[0].spec.stop.steps == 9000


def test_the_form_is_opened_on_it_resolved():
    draft = open_draft(write("mine", WHOLE + SMALL), small=True)
    assert (draft.title, draft.document["stop"]["steps"]) == ("mine-small", 200)
    assert "small" not in draft.document
    whole = open_draft("mine")
    kept = write("kept", whole.put(("seeds",), 4).to_toml())
    assert load(kept, small=True).seeds == (0, 1)  # a preset that is saved keeps its small form


@pytest.mark.parametrize(
    ("small", "line"),
    [
        ("", "has no small form"),
        ("small = 3", "small: expected a table"),
        ("[small]\nname = 'x'", "small.name: the small form has that of the preset"),
        ("[small]\nonly = []", "small.only: expected a list of arms"),
        ("[small]\nonly = ['tow']", 'small.only: unknown arm (given "tow"); allowed: one, two, three; nearest: two'),
        ("[small]\narms.tow.stop.steps = 1", "small.arms.tow: unknown arm"),
        ("[small]\nstop.stepps = 1", "small.stop.stepps: unknown field"),
        ("[small]\nsteps = 1", "small.steps: unknown key"),
        ("[small]\nseeds = 0", "small.seeds: a number of seeds"),
        ("[small]\narms.two.optimizer.lr = -1.0", "small.arms.two.optimizer.lr:"),
    ],
)
def test_each_mistake_is_one_line_that_says_where(small, line):
    lines = refusal(f"{small}\n{WHOLE}" if small.startswith("small =") else f"{WHOLE}\n{small}")
    assert len(lines) == 1 and line in lines[0] and "wrong.toml" in lines[0]


def test_what_is_no_table_is_reported_without_asking_for_the_small_form():
    with pytest.raises(BadInput, match="small: expected a table"):
        load(write("wrong", "small = 3\n" + WHOLE))
