"""The one table of fields, and what is worth a second look."""

import pytest

from grokterm.spec import cautions, field_table, load


def field(path):
    """The one field with this path."""
    (found,) = [field for field in field_table() if field.path == path]
    return found


def test_every_field_has_a_sentence_and_a_path_of_its_own():
    table = field_table()
    assert all(field.description.strip().endswith(".") and field.type and field.default for field in table)
    assert len({field.path for field in table}) == len(table)


def test_what_a_field_says():
    lr = field("optimizer[adamw].lr")
    assert (lr.type, lr.default, lr.choices, lr.per_member) == ("a number, above 0", "required", (), True)
    assert field("task[modular].p").type == "an integer, 2 to 2000"
    assert field("model[transformer].d_head").default == "d_model / heads"
    assert field("task[modular].operation").choices == ("add", "subtract", "multiply", "divide", "quadratic", "cubic")
    assert field("model[transformer].bias")[1:3] == ("true or false", "true")
    assert field("stop.grokked_plus").default == "absent: use the whole budget"
    assert not field("task[modular].p").per_member


def test_fields_inside_a_schedule_name_their_schedule():
    warmup = field("optimizer[adamw].weight_decay[linear].warmup")
    assert warmup.key == "optimizer.weight_decay.warmup"
    assert warmup.per_member
    assert field("optimizer[adamw].weight_decay").choices[:2] == ("constant", "linear")


@pytest.mark.parametrize(
    "override, line",
    [
        ("stop.steps=150", "arms.dynamic: the weight decay stays at 3: 150 steps end before the schedule moves"),
        ("stop.steps=600", "arms.dynamic: the weight decay doesn't reach 0.5: it would at step 900 of 600"),
        (
            'lr_schedule={schedule="cosine", end=1000}',
            "arms.static: the learning rate doesn't reach its final value: it would at step 1000 of 900",
        ),
        ("eval_every=0", "arms.static: streams.eval_every is 0: nothing will count as memorised or grokked"),
        ("window=900", "arms.static: milestones.window 900 can't be observed whole within 900 steps"),
        ("arms.static.optimizer.weight_decay=3", "arms static, static-high are the same in every field"),
    ],
)
def test_cautions(override, line):
    assert line in cautions(load("quickstart", [override]))
