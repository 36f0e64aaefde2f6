"""Whatever a TOML file holds, it is an experiment or a BadInput with printable lines: never another exception."""

import contextlib
import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from grokterm.errors import BadInput, NotFound
from grokterm.spec import Experiment, field_table, load, parse

KEYS = [field.key for field in field_table()] + ["arms", "arms.a", "grid", "grid.task.p", "extends", "arms.a.optimizer"]
scalars = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["linear", "mean", "plateau", "modular", "quickstart", 10**400, datetime.date(2026, 1, 1)])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["schedule", "of", "kind", "initial", "", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
REQUIRED = {
    "task.p": 11,
    "task.train_fraction": 0.5,
    "model.d_model": 16,
    "model.heads": 4,
    "optimizer.lr": 0.003,
    "optimizer.weight_decay": 1.0,
    "stop.steps": 100,
}


def document_of(pairs):
    """A document with these values at these dotted paths, whatever stands in the way."""
    document = {}
    for path, value in pairs:
        *tables, key = path.split(".")
        here = document
        for name in tables:
            if not isinstance(here.get(name), dict):
                here[name] = {}
            here = here[name]
        here[key] = value
    return document


def check_lines(error):
    """Every problem is one line without control characters."""
    assert error.problems
    assert all(line.isprintable() for line in error.problems)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KEYS) | st.text(max_size=6), values), max_size=4))
def test_any_document(pairs):
    try:
        assert isinstance(parse(document_of([*REQUIRED.items(), *pairs]), "mine.toml"), Experiment)
    except BadInput as error:
        check_lines(error)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(KEYS) | st.text(max_size=12), max_size=2), st.text(max_size=12))
def test_any_override(keys, value):
    try:
        load("quickstart", [f"{key}={value}" for key in keys])
    except BadInput as error:
        check_lines(error)


@given(st.text(max_size=300))
def test_any_name_of_a_preset(name):
    with contextlib.suppress(NotFound, BadInput):
        load(name)
