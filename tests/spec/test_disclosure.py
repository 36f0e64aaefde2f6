"""What an experiment says of itself after values were changed: title, arms, expectation and cost stay true."""

from dataclasses import replace

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from grokterm.errors import BadInput
from grokterm.spec import check, draft_of, left_out, list_presets, load, open_draft, parse, revise
from grokterm.spec.disclosure import EXPECTED_BEFORE

QUICK = load("quickstart")
P, DECAY = "p=97", "arms.static.optimizer.weight_decay=2"


def words(experiment):
    """What it says of itself."""
    abouts = tuple(arm.about for arm in experiment.arms)
    return experiment.title, experiment.expect, experiment.cost, experiment.changed, abouts


@pytest.mark.parametrize("name", [info.name for info in list_presets()])
def test_a_preset_as_it_is_says_what_it_says(name):
    assert load(name).changed == () and load(name).cost
    assert words(load(name, ["seeds=4"])) == words(load(name)) or load(name).seeds != tuple(range(4))
    assert "changed" not in load(name).to_document()


def test_changed_values_are_in_the_title_and_the_rest_is_marked():
    changed = load("quickstart", [P, DECAY])
    assert changed.title == f"{QUICK.title}, with p = 97, arms.static.optimizer.weight_decay = 2"
    assert changed.expect == EXPECTED_BEFORE + QUICK.expect
    assert (changed.cost, changed.question, changed.source) == ("", QUICK.question, QUICK.source)
    assert changed.arm("static").about == "lambda = 1 throughout, with optimizer.weight_decay = 2"
    assert changed.arm("dynamic").about == QUICK.arm("dynamic").about


def test_the_same_value_is_no_change_and_other_seeds_only_cost_something_else():
    assert words(load("quickstart", ["p=53", "steps=900"])) == words(QUICK)
    seeds = load("quickstart", seeds=9)
    assert seeds == replace(QUICK, seeds=tuple(range(9)), cost="")
    assert words(load("quickstart", seeds=[7, 8, 9, 10])) == words(QUICK)


def test_words_of_ones_own_are_left_alone():
    own = load("quickstart", [P, "title=mine", "expect=nothing", "cost=a day"])
    assert (own.title, own.expect, own.cost) == ("mine", "nothing", "a day")
    further = revise(own, ["steps=500"])[0]
    assert (further.title, further.cost) == ("mine, with steps = 500", "")
    assert revise(further, ["steps=600"])[0].title == "mine, with steps = 500, with steps = 600"


def test_changing_again_rewrites_what_was_said():
    once = load("quickstart", [P, DECAY])
    assert words(revise(once, [])[0]) == words(revise(once, [P, DECAY])[0]) == words(once)
    twice = revise(once, ["arms.static.optimizer.weight_decay=0.5", "steps=500"])[0]
    assert twice.title == f"{QUICK.title}, with p = 97, arms.static.optimizer.weight_decay = 0.5, steps = 500"
    assert twice.arm("static").about == "lambda = 1 throughout, with optimizer.weight_decay = 0.5"
    assert twice.expect == once.expect


def test_a_table_an_arm_and_a_long_list_in_words():
    schedule = 'weight_decay={schedule = "linear", initial = 3.0, final = 0.5}'
    assert load("quickstart", [schedule]).changed == ("weight_decay = linear (initial 3, final 0.5)",)
    part = load("quickstart", ["arms.dynamic.optimizer.weight_decay.end=500"])
    assert part.changed == ("arms.dynamic.optimizer.weight_decay.end = 500",)
    draft = open_draft("quickstart").unset(("arms", "static-high")).add_arm("plain")
    assert check(draft).experiment.changed == ("arms.plain = the base as it is", "without arms.static-high")
    many = [f"optimizer.{name}" for name in ("lr=1e-4", "beta1=0.8", "beta2=0.9", "eps=1e-6", "clip=1", "l1=1e-5")]
    long = load("quickstart", [*many, P, "steps=5"])
    assert long.title.endswith(" and 2 more changes") and len(long.changed) == 8
    assert revise(long, [P])[0].title == long.title


def test_an_experiment_without_a_title_is_called_by_its_name(write):
    path = write("bare.toml", "extends = 'quickstart'\ntitle = ''\n")
    assert load(path, [P]).title == "bare, with p = 97"
    assert check(draft_of(load(path).to_document(), "bare").put(("task", "p"), 97)).experiment.title.endswith("p = 97")


def test_what_the_form_keeps_as_a_preset_says_the_same():
    draft = open_draft("quickstart").put(("task", "p"), 97).put(("optimizer", "lr"), 1e-3)
    saved = parse(tomli.loads(draft.to_toml()), "quickstart.toml")
    assert words(saved) == words(check(draft).experiment) == words(load("quickstart", [P, "lr=1e-3"]))
    assert "cost" not in tomli.loads(draft.to_toml())


changes = st.lists(
    st.sampled_from(["p=97", "p=53", "lr=1e-3", "steps=300", DECAY, "optimizer.kind=lion", "clip=1", "seeds=3"]),
    max_size=5,
)


@settings(max_examples=80, deadline=None)
@given(changes)
def test_words_alone_change_and_the_same_changes_again_change_nothing(sets):
    experiment = load("quickstart", sets)
    draft = open_draft("quickstart").with_overrides(sets)
    assert check(draft).experiment == experiment
    again = revise(experiment, [])[0]
    assert again == experiment
    assert parse(tomli.loads(experiment.to_toml()), "quickstart.toml") == experiment
    assert [arm.spec for arm in experiment.arms] == [arm.spec for arm in parse(draft.document, "quickstart.toml").arms]


# --- another kind


def test_another_kind_keeps_what_both_have_and_says_what_it_has_not():
    sets = ["optimizer.beta2=0.9", "clip=1", "optimizer.kind=sgd", "optimizer.momentum=0.9"]
    made = load("quickstart", sets)
    optimizer = made.arm("static").spec.optimizer
    assert (optimizer.kind, optimizer.lr, optimizer.clip, optimizer.momentum) == ("sgd", 2e-3, 1.0, 0.9)
    assert made.arm("static-high").spec.optimizer.weight_decay.value == 3.0
    assert left_out("quickstart", sets) == ("optimizer: sgd has no beta2 of that meaning: not kept",)
    assert left_out("quickstart", sets[1:2]) == left_out("quickstart", ["optimizer.kind=sgd"]) == ()
    with pytest.raises(BadInput, match=r"optimizer\.beta1"):
        load("quickstart", ["optimizer.kind=sgd", "optimizer.beta1=0.9"])


def test_a_name_that_means_something_else_is_not_kept():
    sets = ["optimizer.kind=sgd", "optimizer.momentum=0.5", "optimizer.kind=muon"]
    assert load("quickstart", sets).arms[0].spec.optimizer.momentum == 0.95
    assert left_out("quickstart", sets) == ("optimizer: muon has no momentum of that meaning: not kept",)
    sets = ["optimizer.beta1=0.5", "optimizer.kind=adam"]
    assert load("quickstart", sets).arms[0].spec.optimizer.beta1 == 0.5


def test_one_arm_of_another_kind_starts_from_what_it_would_have_been():
    made = load("quickstart", ["arms.dynamic.optimizer.kind=lion", "lr=1e-3"])
    lion, before = made.arm("dynamic").spec.optimizer, QUICK.arm("dynamic").spec.optimizer
    assert (lion.kind, lion.lr, lion.weight_decay) == ("lion", 1e-3, before.weight_decay)
    assert made.arm("static").spec.optimizer.kind == "adamw"


def test_a_kind_that_is_said_twice_is_that_kind():
    sets = [DECAY, "optimizer.kind=lion", "optimizer.kind=lion", "lr=1e-3"]
    assert load("quickstart", sets) == load("quickstart", [DECAY, "optimizer.kind=lion", "lr=1e-3"])


def test_a_schedule_of_another_kind_keeps_its_ends():
    sets = ["arms.dynamic.optimizer.weight_decay.schedule=cosine", "arms.static.optimizer.weight_decay.schedule=mean"]
    made, linear = load("quickstart", sets), QUICK.arm("dynamic").spec.optimizer.weight_decay
    cosine = made.arm("dynamic").spec.optimizer.weight_decay
    assert cosine.schedule == "cosine"
    assert cosine.model_dump(exclude={"schedule"}) == linear.model_dump(exclude={"schedule"})
    assert made.arm("static").spec.optimizer.weight_decay.of.value == 1.0
    exponential = ["arms.dynamic.optimizer.weight_decay={schedule='exponential', initial=3.0, half_life=50.0}"]
    assert load("quickstart", exponential).arm("dynamic").spec.optimizer.weight_decay.half_life == 50


def test_a_kind_that_does_not_exist_is_refused_as_before():
    with pytest.raises(BadInput, match="nearest: adam"):
        load("quickstart", ["optimizer.kind=adamv"])
