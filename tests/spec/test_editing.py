"""A preset as something to edit: what is written is what runs, and what is saved means the same experiment."""

from dataclasses import replace

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from grokterm.errors import BadInput
from grokterm.spec import attach, check, draft_of, field_table, list_presets, load, open_draft, parse, rows
from grokterm.spec.documents import flatten
from grokterm.spec.editing import LIST, value_of
from grokterm.spec.field_rows import field_key
from grokterm.spec.kinds import of_kind, section_fields

LR, DECAY = ("optimizer", "lr"), ("optimizer", "weight_decay")


def row(draft, key, also=()):
    """The row of that name."""
    return next(found for found in rows(draft, also) if found.key == key)


def typed(draft, key, text):
    """The draft after `text` was typed into the row of that name."""
    found = row(draft, key)
    return draft.write(found.path, text, found.field)


@pytest.mark.parametrize("name", [info.name for info in list_presets()])
def test_a_draft_of_a_preset_describes_the_same_experiment(name):
    draft = open_draft(name)
    assert "extends" not in draft.document
    assert check(draft).experiment == load(name)
    assert draft.changes() == ()


def test_every_field_of_a_run_has_a_row_where_its_kind_is_chosen():
    draft = open_draft("quickstart")
    for kind in ("linear", "step", "exponential", "cosine", "phases", "mirror", "mean"):
        draft = typed(draft, "optimizer.weight_decay", kind)
        assert_listed(draft, (*SECTIONS, f"optimizer[adamw].weight_decay[{kind}]"))


SECTIONS = ("task[modular]", "model[transformer]", "optimizer[adamw]", "loss[cross_entropy]")


def assert_listed(draft, places):
    """Every field in these places, and those of sections without kinds, has a row; but one choice is none.

    Nor has a table that isn't there any.
    """
    tables = {f.path for f in field_table()}
    listed = {found.field.path for found in rows(draft) if found.field}
    inside = {f.path: f.path.rpartition(".")[0] for f in field_table()}
    wanted = [path for path, place in inside.items() if place in places or ("[" not in path and place not in tables)]
    missing = [path for path in wanted if path not in listed]
    assert all(path.endswith((".kind", ".schedule")) for path in missing), missing
    assert not [found.key for found in rows(draft) if found.sort == "stray"]


def test_what_is_typed_becomes_a_value():
    fields = {field.path: field for field in field_table()}
    assert value_of("1e3", fields["stop.steps"]) == 1000
    assert value_of("1e-3", fields["optimizer[adamw].lr"]) == 0.001
    assert value_of("5", fields["title"]) == "5"
    assert value_of("0, 1, 7", fields["seeds"]) == [0, 1, 7]
    assert value_of("8", fields["seeds"]) == 8
    assert value_of("true", fields["model[transformer].bias"]) is True
    assert value_of("plateau", fields["optimizer[adamw].weight_decay[phases].switch"]) == "plateau"
    axis = fields["seeds"]._replace(type=LIST)
    assert value_of("1e-3, 3e-3", axis) == [0.001, 0.003]
    assert value_of("3", axis) == [3]


def test_mistakes_stand_with_their_fields():
    draft = typed(typed(open_draft("quickstart"), "optimizer.lr", "fast"), "task.p", "1")
    draft = typed(draft, "arms.dynamic.optimizer.weight_decay.initial", "-1")
    under, others = attach(rows(draft), check(draft).problems)
    assert set(under) == {"optimizer.lr", "task.p", "arms.dynamic.optimizer.weight_decay.initial"}
    assert 'given "fast"' in under["optimizer.lr"][0]
    assert others == ()


def test_a_mistake_about_no_row_is_not_lost():
    draft = draft_of({"arms": 5}, "odd")
    under, others = attach(rows(draft), check(draft).problems)
    assert "stop.steps" in under and "arms" in under
    draft = draft_of({"arms": {"a b": {}}, "optimizer": 3, "wrong": {"x": 1}}, "odd")
    under, others = attach(rows(draft), check(draft).problems)
    shown = [*under, *others]
    assert any("wrong" in line for line in shown) and any("a b" in line for line in shown)
    assert len(check(draft).problems) == sum(map(len, under.values())) + len(others)


def test_a_number_is_constant_and_a_kind_keeps_what_it_can():
    draft = open_draft("quickstart")
    linear = typed(draft, "optimizer.weight_decay", "linear")
    assert linear.document["optimizer"]["weight_decay"] == {"schedule": "linear", "initial": 1.0}
    assert "optimizer.weight_decay.final" in dict(check(linear).problems)
    draft = typed(draft, "arms.dynamic.optimizer.weight_decay", "cosine")
    before = load("quickstart").arm("dynamic").spec.optimizer.weight_decay
    after = check(draft).experiment.arm("dynamic").spec.optimizer.weight_decay
    assert after.model_dump(exclude={"schedule"}) == before.model_dump(exclude={"schedule"})
    mean = typed(draft, "arms.dynamic.optimizer.weight_decay", "mean")
    control = check(mean).experiment.arm("dynamic").spec.optimizer.weight_decay
    assert control.of == after
    assert row(mean, "arms.dynamic.optimizer.weight_decay.of.end").text == "900"
    number = typed(mean, "arms.dynamic.optimizer.weight_decay", "0.7")
    assert check(number).experiment.arm("dynamic").spec.optimizer.weight_decay.value == 0.7


def test_choosing_constant_gives_the_number_back():
    field = next(f for f in field_table() if f.path == "optimizer[adamw].weight_decay")
    assert of_kind(field, "constant", {"schedule": "linear", "initial": 2.0, "final": 0.0}) == 2.0


def test_what_arms_say_stands_beside_the_base():
    found = row(open_draft("quickstart"), "optimizer.weight_decay")
    assert found.elsewhere == ((1, "linear"), (2, "3.0"))


def test_a_field_for_one_arm_alone():
    draft = open_draft("quickstart").vary("static", field_key("lr"))
    assert row(draft, "arms.static.optimizer.lr").text == "0.002"
    draft = typed(draft, "arms.static.optimizer.lr", "1e-3")
    experiment = check(draft).experiment
    assert [arm.spec.optimizer.lr for arm in experiment.arms] == [0.001, 0.002, 0.002]
    unset = draft.write(("arms", "static", *LR), "")
    assert unset.document == open_draft("quickstart").document  # not even an empty table is left
    shown = row(unset, "arms.static.optimizer.lr", [("arms", "static", *LR)])
    assert (shown.text, shown.default) == ("", "0.002")


def test_arms_are_added_copied_renamed_and_taken_away():
    draft = open_draft("quickstart").add_arm("plain")
    draft, copy = draft.copy_arm("dynamic")
    draft = draft.rename_arm("static", "control").unset(("arms", "static-high"))
    assert copy == "dynamic-2"
    experiment = check(draft).experiment
    assert [arm.name for arm in experiment.arms] == ["control", "dynamic", "plain", "dynamic-2"]
    assert experiment.arm("dynamic-2").spec == experiment.arm("dynamic").spec
    for name in ("plain", "two words", ""):
        with pytest.raises(BadInput):
            draft.add_arm(name)
    alone = draft_of({**draft.document, "arms": {"a": {}}}, "x").unset(("arms", "a"))
    assert "arms" not in alone.document


def test_a_field_that_arms_can_name():
    assert field_key("lr") == field_key("optimizer.lr") == "optimizer.lr"
    with pytest.raises(BadInput, match="nearest"):
        field_key("train_fractio")
    with pytest.raises(BadInput, match="unknown"):
        field_key("seeds")


def test_taking_a_field_back():
    draft = open_draft("quickstart")
    changed = typed(typed(draft, "stop.steps", "20"), "cohort_width", "3")
    assert changed.changed(("stop", "steps")) and changed.was(("stop", "steps")) == "900"
    assert changed.restore(("stop", "steps")).restore(("cohort_width",)).document == draft.document
    assert changed.changes() == (
        "stop.steps = 20 (900 in quickstart)",
        "cohort_width = 3 (not set in quickstart)",
    )


def test_a_grid_is_edited_axis_by_axis(small):
    small["grid"] = {"optimizer": {"lr": [1e-3, 3e-3]}}  # as TOML reads an unquoted key

    draft = typed(draft_of(flatten([small]), "g"), "grid.optimizer.lr", "1e-3, 2e-3, 3e-3")
    assert len(check(draft).experiment.arms) == 3


def test_many_arms_are_listed_by_the_page(small):
    small["arms"] = {f"a{n}": {"optimizer": {"lr": 1e-3}} for n in range(390)}
    draft = draft_of(small, "many")
    pages = [rows(draft, focus=("arms", name, "about")) for name in ("a0", "a199", "a389")]
    assert [[r.text for r in page if r.sort == "arm"][::99] for page in pages] == [
        ["a0", "a99"],
        ["a100", "a199"],
        ["a300"],
    ]
    ways = [[r.path[1] for r in page if r.sort == "more"] for page in pages]
    assert ways == [["a100"], ["a99", "a200"], ["a299"]]
    assert "arms 101 to 200 of 390" in next(r.default for r in pages[1] if r.sort == "more")
    assert len(row(draft, "optimizer.lr").elsewhere) == 390


def test_a_section_of_several_kinds():
    """A second optimizer has fields of its own; choosing it keeps the common ones."""
    names = [f.path.rpartition(".")[2] for f in section_fields("optimizer", {"kind": "sgd"})]
    assert "beta1" not in names and "momentum" in names
    kind = section_fields("task", {})[0]
    assert kind.choices == ("modular", "s5", "parity", "digits", "m-height", "module")
    adamw = {"lr": 0.1, "beta1": 0.5}
    assert of_kind(section_fields("optimizer", {})[0], "sgd", adamw) == {"kind": "sgd", "lr": 0.1}


def test_a_preset_that_one_document_cannot_say_is_resolved(write):
    linear = "schedule = 'linear'\ninitial = 2.0\nfinal = 0.0\n"
    step = "schedule = 'step'\ninitial = 1.0\ndrop = 0.1\nevery = 9\n"
    arm = "[arms.x.optimizer.weight_decay]\n"
    write("a.toml", f"extends = 'quickstart'\n{arm}{step}[optimizer.weight_decay]\n{linear}warmup = 7\n")
    path = write("b.toml", f"extends = './a.toml'\n{arm}{linear}")
    assert load(path).arm("x").spec.optimizer.weight_decay.warmup == 0  # the step in between has taken it away
    assert check(open_draft(path)).experiment == load(path)


edits = st.lists(
    st.sampled_from(
        [
            *(("optimizer.lr", text) for text in ("1e-3", "3e-4")),
            *(("optimizer.weight_decay", text) for text in ("0.5", "mean", "1")),
            *(("task.operation", text) for text in ("subtract", "divide")),
            *(("seeds", text) for text in ("2", "3, 5, 9")),
            *(("arms.dynamic.optimizer.weight_decay", text) for text in ("cosine", "2", "mirror", "")),
            *(("arms.static.about", text) for text in ('say "x" \\ \n end', "")),
            ("stop.steps", "1500"),
            ("title", "  [bold] \x1b[2J é"),
            ("model.init_std", "0.1"),
            ("streams.checkpoint_every", "7"),
            ("name", "Mine"),
            *(("+arm", name) for name in ("a", "b.c=1")),
            *(("copy", name) for name in ("static", "dynamic")),
            *(("rename", name) for name in ("static", "dynamic")),
            *(("drop", name) for name in ("static-high", "dynamic")),
            ("vary", "static"),
        ]
    ),
    max_size=6,
)


def edited(draft, steps):
    """The draft after edits that make sense where they come."""
    for what, text in steps:
        if what == "+arm" and text not in draft.arms:
            draft = draft.add_arm(text)
        elif what == "copy" and text in draft.arms:
            draft = draft.copy_arm(text)[0]
        elif what == "rename" and text in draft.arms and f"{text}-x" not in draft.arms:
            draft = draft.rename_arm(text, f"{text}-x")
        elif what == "drop":
            draft = draft.unset(("arms", text))
        elif what == "vary" and text in draft.arms:
            draft = draft.vary(text, "optimizer.lr")
        elif any(found.key == what for found in rows(draft)):
            draft = typed(draft, what, text)
    return draft


@settings(max_examples=150, deadline=None)
@given(edits)
def test_what_is_saved_is_the_same_experiment(steps):
    draft = edited(open_draft("quickstart"), steps)
    found = check(draft).experiment
    document = tomli.loads(draft.to_toml())
    if found is None:  # mistakes are kept as they are
        assert check(draft_of(document, "quickstart")).problems == check(draft).problems
        return
    assert replace(parse(document, "quickstart.toml"), name=found.name) == found


@settings(max_examples=30, deadline=None)
@given(edits)
def test_a_draft_of_a_resolved_experiment_is_that_experiment(steps):
    found = check(edited(open_draft("quickstart"), steps)).experiment
    if found is not None:
        again = draft_of(found.to_document(), found.name)
        assert check(again).experiment == found
        assert all(r.key in {x.key for x in rows(again)} for r in rows(again))


def test_overrides_in_a_draft_mean_what_they_mean_on_the_command_line():
    sets = ["stop.steps=500", "arms.dynamic.optimizer.weight_decay.end=500", "lr=1e-3", "title=x y"]
    draft = open_draft("static-vs-dynamic-30").with_overrides(sets, 2)
    assert check(draft).experiment == load("static-vs-dynamic-30", sets, 2)
    with pytest.raises(BadInput, match="nothere"):
        draft.with_overrides(["arms.nothere.optimizer.lr=1"])


@pytest.mark.parametrize("kind", ["adamw", "adam", "sgd", "rmsprop", "nadam", "adagrad", "lion", "muon"])
def test_another_optimizer_is_chosen_with_everything_that_can_be_combined_with_it(kind):
    draft = typed(open_draft("quickstart"), "optimizer.kind", kind)
    draft = typed(typed(draft, "optimizer.grokfast", "ma"), "optimizer.lr_schedule", "cosine")
    optimizer = f"optimizer[{kind}]"
    places = (optimizer, f"{optimizer}.grokfast[ma]", f"{optimizer}.lr_schedule[cosine]", "loss[cross_entropy]")
    assert_listed(draft, places)
    spec = check(draft).experiment.arms[0].spec.optimizer
    assert (spec.kind, spec.lr, spec.weight_decay.value) == (kind, 0.002, 1.0)
    assert (spec.grokfast.kind, spec.lr_schedule.schedule) == ("ma", "cosine")


@pytest.mark.parametrize("kind", ["cross_entropy", "stablemax", "taylor_softmax", "mse", "log2_mse"])
def test_another_loss_is_chosen(kind):
    draft = typed(typed(open_draft("quickstart"), "loss.dtype", "float64"), "loss.kind", kind)
    assert_listed(draft, ("optimizer[adamw]", f"loss[{kind}]"))
    assert (draft.document["loss"]["kind"], draft.document["loss"]["dtype"]) == (kind, "float64")
    problems = check(draft).problems
    assert not problems if kind != "log2_mse" else problems[0][0] == "loss.kind"


def test_a_filter_of_another_kind_keeps_what_it_can_and_may_go_again():
    draft = typed(open_draft("quickstart"), "optimizer.grokfast", "ema")
    draft = typed(typed(draft, "optimizer.grokfast.lamb", "7"), "optimizer.grokfast.alpha", "0.9")
    draft = typed(draft, "optimizer.grokfast", "ma")
    assert draft.document["optimizer"]["grokfast"] == {"kind": "ma", "lamb": 7}
    assert row(draft, "optimizer.grokfast").kind_says.startswith("The mean of the last gradients")
    gone = typed(draft, "optimizer.grokfast", "")
    assert "grokfast" not in gone.document["optimizer"]
    assert row(gone, "optimizer.grokfast").default == "absent: off"


def test_a_filter_that_does_not_say_its_kind_stays_when_its_last_number_goes():
    draft = open_draft("quickstart").with_overrides(["optimizer.grokfast.lamb=5"])
    assert (row(draft, "optimizer.grokfast").text, row(draft, "optimizer.grokfast.lamb").text) == ("ema", "5")
    draft = typed(draft, "optimizer.grokfast.lamb", "")
    assert row(draft, "optimizer.grokfast.lamb").default == "2.0"
    assert check(draft).experiment.arms[0].spec.optimizer.grokfast.lamb == 2.0


def test_stairs_ask_for_their_steps_and_take_no_share_for_them():
    draft = typed(open_draft("quickstart"), "optimizer.lr_schedule", "cosine")
    draft = typed(typed(draft, "optimizer.lr_schedule.final", "0.1"), "optimizer.lr_schedule", "step")
    assert draft.document["optimizer"]["lr_schedule"] == {"schedule": "step"}
    under, _ = attach(rows(draft), check(draft).problems)
    assert list(under) == ["optimizer.lr_schedule.every"]


def test_an_arm_has_an_optimizer_of_its_own():
    assert field_key("optimizer.kind") == "optimizer.kind" and field_key("momentum") == "optimizer.momentum"
    with pytest.raises(BadInput):
        field_key("stop.kind")  # there is but one
    key = ("arms", "static", "optimizer", "kind")
    draft = open_draft("quickstart").vary("static", "optimizer.kind")
    draft = draft.write(key, "muon", row(draft, ".".join(key), [key]).field)
    experiment = check(draft).experiment
    assert [arm.spec.optimizer.kind for arm in experiment.arms] == ["muon", "adamw", "adamw"]
    assert experiment.arms[0].spec.optimizer.lr == 0.002
    again = draft_of(experiment.to_document(), "again")
    assert check(again).experiment == experiment and not [r for r in rows(again) if r.sort == "stray"]
