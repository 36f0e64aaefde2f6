"""The resolved document is a preset that means the same experiment."""

import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from grokterm.spec import parse
from grokterm.spec.experiment import spec_to_document

numbers = st.floats(1e-12, 0.09)
levels = st.floats(0, 10)
ramp = st.fixed_dictionaries(
    {"schedule": st.sampled_from(["linear", "cosine"]), "initial": levels, "final": levels},
    optional={"warmup": st.integers(0, 9), "end": st.integers(10, 99)},
)
plain = levels | ramp
schedules = (
    plain
    | st.fixed_dictionaries({"schedule": st.sampled_from(["mirror", "mean"]), "of": plain})
    | st.fixed_dictionaries(
        {
            "schedule": st.just("phases"),
            "high": levels,
            "low": levels,
            "fall": st.integers(1, 9),
            "switch": st.integers(0, 50) | st.just("plateau"),
        }
    )
)


def optional(**fields):
    """A table with any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


rates = (
    st.fixed_dictionaries({"schedule": st.just("warmup"), "warmup": st.integers(1, 99)})
    | st.fixed_dictionaries(
        {"schedule": st.sampled_from(["linear", "cosine"])},
        optional={"warmup": st.integers(0, 9), "final": st.floats(0, 1), "end": st.integers(10, 99)},
    )
    | st.fixed_dictionaries(
        {"schedule": st.just("step"), "every": st.integers(1, 9)}, optional={"gamma": st.floats(0.1, 1)}
    )
)
# The kind is said: in an arm, alpha alone on a base with a window is refused.
filters = st.fixed_dictionaries(
    {"kind": st.just("ema")}, optional={"alpha": st.floats(0, 0.99), "lamb": levels}
) | st.fixed_dictionaries({"kind": st.just("ma")}, optional={"window": st.integers(1, 9)})
links = {
    "decay_scope": st.sampled_from(["all", "no_embeddings", "embeddings"]),
    "lr_schedule": rates,
    "l1": numbers,
    "perpendicular": st.sampled_from(["off", "equation", "rescaled"]),
    "egalitarian": st.booleans(),
    "grokfast": filters,
}
others = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["adam", "sgd", "rmsprop", "nadam", "adagrad", "lion", "muon"]),
        "lr": numbers,
        "weight_decay": schedules,
    },
    optional=links | {"clip": numbers},
)
losses = optional(
    kind=st.sampled_from(["cross_entropy", "stablemax", "taylor_softmax", "mse"]),
    dtype=st.sampled_from(["float16", "bfloat16", "float32", "float64"]),
    logit_scale=numbers,
)
adamw = {"lr": numbers, "beta1": st.floats(0, 0.999), "eps": numbers, "weight_decay": schedules}
# An arm on a base of another kind has to say all that its own kind requires.
whole = st.fixed_dictionaries(
    {"kind": st.just("adamw"), "lr": numbers, "weight_decay": schedules},
    optional={"beta1": st.floats(0, 0.999)} | links,
)
sections = {
    "task": optional(
        operation=st.sampled_from(["add", "subtract", "multiply", "divide"]),
        p=st.integers(5, 60),
        train_fraction=st.floats(0.2, 0.8),
        split_seed=st.integers(0, 2**32 - 1),
    ),
    "model": optional(
        d_model=st.sampled_from([4, 8, 12]),
        layers=st.integers(1, 4),
        bias=st.booleans(),
        positions=st.sampled_from(["learned", "sinusoidal", "none"]),
        dropout=st.floats(0, 0.9),
        init=st.sampled_from(["normal", "torch"]),
        init_scale=numbers,
    ),
    "loss": losses,
    "stop": optional(steps=st.integers(10, 500), grokked_plus=st.integers(0, 9), wall_hours=st.floats(0.1, 99)),
    "streams": optional(checkpoint_every=st.integers(0, 50), train_every=st.integers(0, 9)),
    "milestones": optional(window=st.integers(0, 99)),
}
bases = optional(optimizer=optional(**adamw, **links) | others, **sections)
overs = optional(optimizer=whole | others, **sections)
texts = st.text(st.characters(codec="utf-8"), max_size=20)
names = st.from_regex(r"[A-Za-z0-9._=\-]{1,12}", fullmatch=True)
documents = st.fixed_dictionaries(
    {"base": bases, "seeds": st.integers(1, 9) | st.lists(st.integers(0, 2**32 - 1), min_size=1, unique=True)},
    optional={
        "arms": st.dictionaries(names, st.tuples(texts, overs), min_size=1, max_size=4),
        "grid": optional(**{"milestones.grokked": st.lists(st.floats(0.1, 1), min_size=1, max_size=3, unique=True)}),
        "title": texts,
        "name": texts,
        "question": texts,
        "cohort_width": st.integers(1, 9),
    },
)
REQUIRED = {
    "task": {"p": 11, "train_fraction": 0.5},
    "model": {"d_model": 16, "heads": 4},
    "optimizer": {"lr": 0.003, "weight_decay": 1.0},
    "stop": {"steps": 100},
}


@settings(max_examples=200, deadline=None)
@given(documents)
def test_parsing_the_resolved_document_gives_the_same_experiment(drawn):
    base = drawn.pop("base")
    document = drawn | {name: REQUIRED.get(name, {}) | base.get(name, {}) for name in {*REQUIRED, *base}}
    if "arms" in document:
        document["arms"] = {name: {"about": about} | over for name, (about, over) in document["arms"].items()}
    experiment = parse(document, "any/where.toml")
    text = experiment.to_toml()
    again = parse(tomli.loads(text), "runs/somewhere/experiment.toml")
    assert again == experiment
    assert again.to_toml() == text
    assert hash(again) == hash(experiment)


def test_the_resolved_document_leaves_nothing_to_defaults(small):
    small["arms"] = {"a": {"about": "first"}, "b": {"optimizer": {"weight_decay": 3.0}}}
    document = tomli.loads(parse(small, "mine.toml").to_toml())
    assert document["seeds"] == [0, 1]
    assert document["name"] == "mine"
    assert document["model"]["d_head"] == 4 and document["streams"]["eval_every"] == 10
    assert document["arms"] == {
        "a": {"about": "first", "optimizer": {"weight_decay": 1.0}},
        "b": {"optimizer": {"weight_decay": 3.0}},
    }


def test_a_value_that_one_arm_lacks_is_not_shared(small):
    """An arm has no way to take a value of the base back, so `split_seed` must stay with the arm that has it."""
    small["arms"] = {"fixed": {"task": {"split_seed": 0}}, "free": {}}
    document = tomli.loads(parse(small, "mine.toml").to_toml())
    assert "split_seed" not in document["task"]
    assert document["arms"] == {"fixed": {"task": {"split_seed": 0}}, "free": {}}


def test_a_run_as_a_document(small):
    spec = parse(small, "mine.toml").arms[0].spec
    document = spec_to_document(spec)
    assert document["optimizer"]["weight_decay"] == 1.0
    assert "split_seed" not in document["task"]
    assert parse(document | {"seeds": 1}, "x.toml").arms[0].spec == spec
