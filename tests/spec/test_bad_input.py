"""Every mistake is refused before anything exists, with the file, the field, what was given and what is allowed."""

import pytest

from grokterm.errors import BadInput
from grokterm.spec import load, parse


def problems(document, origin="mine.toml"):
    """The lines a document is refused with."""
    with pytest.raises(BadInput) as caught:
        parse(document, origin)
    assert caught.value.exit_code == 2
    return list(caught.value.problems)


def change(document, path, value):
    """Sets `value` at a dotted path."""
    *tables, key = path.split(".")
    for name in tables:
        document = document.setdefault(name, {})
    document[key] = value


LINEAR = {"schedule": "linear", "initial": 3.0, "final": 0.5}
ALL_FIELDS = "`grokterm presets fields` lists all"
SCHEDULES = "constant, linear, step, exponential, cosine, phases, mirror, mean"

ONE_LINE = {
    # A key that isn't there, with the nearest that is: in the section, or in the one it belongs to.
    "optimizer.lrr": (0.001, f"optimizer.lrr: unknown field (given 0.001); nearest: lr; {ALL_FIELDS}"),
    "model.p": (7, "model.p: unknown field (given 7); nearest: task.p"),
    "optimiser": ({}, f"optimiser: unknown section; nearest: optimizer; {ALL_FIELDS}"),
    # A value of the wrong type: nothing is guessed.
    "optimizer.lr": ("0.001", 'optimizer.lr: expected a number, above 0 (given "0.001")'),
    "task.p": (53.0, "task.p: expected an integer, 2 to 2000 (given 53.0)"),
    "model.layers": (True, "model.layers: expected an integer, 1 to 4 (given true)"),
    "model.bias": (1, "model.bias: expected true or false (given 1)"),
    "optimizer.eps": (True, "optimizer.eps: expected a number, 0 or more (given true)"),
    "optimizer.beta1": (float("nan"), "optimizer.beta1: expected a number, from 0 and below 1 (given nan)"),
    "stop.wall_hours": (float("inf"), "stop.wall_hours: expected a number, above 0 (given inf)"),
    "title": (["a"], 'title: expected text (given ["a"])'),
    "stop": (500, "stop: expected a table (given 500)"),
    # A value out of range.
    "task.train_fraction": (1, "task.train_fraction: expected a number, above 0 and below 1 (given 1)"),
    "model.dropout": (1, "model.dropout: expected a number, from 0 and below 1 (given 1)"),
    "model.init_scale": (0, "model.init_scale: expected a number, above 0 (given 0)"),
    "stop.steps": (0, "stop.steps: expected an integer, 1 to 10000000 (given 0)"),
    "streams.eval_every": (-1, "streams.eval_every: expected an integer, 0 or more (given -1)"),
    "milestones.grokked": (95, "milestones.grokked: expected a number, above 0 and up to 1 (given 95)"),
    "cohort_width": (0, "cohort_width: expected an integer, 1 or more (given 0)"),
    "task.operation": ("ad", 'task.operation: expected one of "add", "subtract", "multiply", "divide", '
                             '"quadratic", "cubic" (given "ad"); nearest: add'),
    "loss.dtype": ("flaot32", 'loss.dtype: expected one of "float16", "bfloat16", "float32", "float64" '
                              '(given "flaot32"); nearest: float32'),
    "model.kind": ("mpl", "model: expected a table whose kind is one of transformer, mlp, lstm, rnn, resnet, module "
                          '(given {d_model = 16, heads = 4, kind = "mpl"}); nearest: mlp'),
    # Schedules.
    "optimizer.weight_decay": (-1, "optimizer.weight_decay: expected a number, 0 or more (given -1)"),
    "optimizer.weight_decay.schedule": ("linaer", "optimizer.weight_decay: expected a number, or a table whose "
                                        f'schedule is one of {SCHEDULES} (given {{schedule = "linaer"}}); '
                                        'nearest: linear'),
    # Seeds.
    "seeds": ([1, 2, 1], "seeds: seed 1 is listed twice; expected a number of seeds (N means 0 to N - 1) or a list of "
                         "different seeds (given [1, 2, 1])"),
    # Arms and grid.
    "arms": ({}, "arms: expected one arm or more, each a table [arms.NAME] (given {})"),
    "arms.fast": (3, "arms.fast: expected a table of sections to override (given 3)"),
    "arms.fast.optimiser": ({}, "arms.fast.optimiser: unknown section (given {}); allowed: about, task, model, "
                                "optimizer, "
                                "loss, batches, stop, streams, milestones, intervene; nearest: optimizer"),
    "arms.fast.about": (3, "arms.fast.about: expected text (given 3)"),
    "grid": ([1], "grid: expected a table of lists (given [1])"),
    "grid.optimizer.lrr": ([1], "grid.optimizer.lrr: not a field of a run; nearest: optimizer.lr, "
                                f"optimizer.l1; {ALL_FIELDS}"),
    "grid.seeds": ([1, 2], "grid.seeds: not a field of a run"),
    "grid.optimizer.lr": ([], "grid.optimizer.lr: expected a list of one value or more (given [])"),
    "grid.task.p": ([5, 5], "grid.task.p: a value is listed twice (given [5, 5])"),
}  # fmt: skip


@pytest.mark.parametrize("path", ONE_LINE)
def test_one_mistake_is_one_line(small, path):
    value, line = ONE_LINE[path]
    if path == "optimizer.weight_decay.schedule":
        small["optimizer"]["weight_decay"] = {}
    change(small, path, value)
    assert problems(small) == [f"mine.toml: {line}"]


@pytest.mark.parametrize("seeds", [0, -3, [], [-1], [2**32], ["a"], "all", 2.0, True, [1.5], [True]])
def test_seeds_are_a_count_or_a_list_of_numbers(small, seeds):
    small["seeds"] = seeds
    (line,) = problems(small)
    assert line.startswith("mine.toml: seeds: ")


@pytest.mark.parametrize("name", ["", "a b", "[red]", "a/b", "\x1b[2J", "ü", "x" * 101])
def test_names_of_arms_are_plain(small, name):
    small["arms"] = {name: {}}
    (line,) = problems(small)
    assert "the name of an arm is" in line
    assert line.isprintable()


COMBINATIONS = {
    "heads": ({"model.heads": 3}, "model.heads: 3 heads don't divide d_model 16; choose a divisor or set d_head"),
    "no training sample": ({"task.train_fraction": 0.001},
                           "task.train_fraction: 0.001 of 121 pairs leaves no training sample"),
    "no test sample": ({"task.train_fraction": 1 - 1e-12},
                       "task.train_fraction: 0.999999999999 of 121 pairs leaves no test sample"),
    "warm-up and budget": ({"optimizer.weight_decay": LINEAR | {"warmup": 100}},
                           "optimizer.weight_decay.warmup: warmup 100 must be below the schedule's end "
                           "(stop.steps = 100)"),
    "warm-up and end": ({"optimizer.weight_decay": LINEAR | {"warmup": 60, "end": 50}},
                        "optimizer.weight_decay.warmup: warmup 60 must be below the schedule's end (end = 50)"),
    "in a control": ({"optimizer.weight_decay": {"schedule": "mean", "of": LINEAR | {"warmup": 200}}},
                     "optimizer.weight_decay.of.warmup: warmup 200 must be below the schedule's end "
                     "(stop.steps = 100)"),
    "floor": ({"optimizer.weight_decay": {"schedule": "step", "initial": 1.0, "drop": 0.1, "every": 1, "floor": 2.0}},
              "optimizer.weight_decay.floor: floor 2.0 is above initial 1.0"),
    "decay and learning rate": ({"optimizer.lr": 0.5, "optimizer.weight_decay": 2},
                                "optimizer.weight_decay: lr * lambda = 1 must stay below 1: each step multiplies the "
                                "weights by 1 - lr * lambda"),
    "stop without evaluations": ({"streams.eval_every": 0, "stop.grokked_plus": 10},
                                 "stop.grokked_plus: needs evaluations, and streams.eval_every is 0"),
    "set twice": ({"grid.optimizer.lr": [0.1], "arms.fast.optimizer.lr": 0.2},
                  "grid.optimizer.lr: arm fast sets it too; leave it to one of the two"),
    "too many arms": ({"grid.task.p": list(range(2, 203)), "grid.model.d_model": list(range(4, 204, 4)),
                       "arms.a.about": "",
                       "arms.b.about": ""}, "grid: 10050 combinations; at most 10000 are allowed"),
}  # fmt: skip


@pytest.mark.parametrize("case", COMBINATIONS)
def test_values_that_clash(small, case):
    changes, line = COMBINATIONS[case]
    for path, value in changes.items():
        change(small, path, value)
    assert problems(small) == [f"mine.toml: {line}"]


def test_a_grid_may_not_give_two_arms_one_name(small):
    change(small, "grid.optimizer.weight_decay", [LINEAR, LINEAR | {"final": 1.0}, "linear-2"])
    assert problems(small)[0] == "mine.toml: grid: two arms would be called weight_decay=linear-2"


def test_a_prime_has_p_minus_1_divisors_and_a_small_task_can_run_out_of_them(small):
    small["task"] = {"p": 2, "operation": "divide", "train_fraction": 0.3}
    assert problems(small) == ["mine.toml: task.train_fraction: 0.3 of 2 pairs leaves no training sample"]


def test_everything_that_is_missing_is_listed():
    lines = problems({})
    fields = "task.p task.train_fraction model.d_model model.heads optimizer.lr optimizer.weight_decay stop.steps"
    assert [line.split(": ")[1] for line in lines] == fields.split()
    assert lines[0] == "mine.toml: task.p: missing; expected an integer, 2 to 2000"


def test_all_mistakes_together_each_once_and_where_it_was_made(small):
    small["optimizer"]["lrr"] = 1
    small["task"]["p"] = -5
    small["arms"] = {
        "a": {"optimizer": {"weight_decay": LINEAR | {"final": "x"}}},
        "b": {"model": {"heads": 3}},
        "c": {"stop": {"stepz": 3}},
    }
    lines = problems(small)
    assert [line.split(": ")[1] for line in lines] == [
        "task.p",
        "optimizer.lrr",
        "arms.a.optimizer.weight_decay.final",
        "arms.b.model.heads",
        "arms.c.stop.stepz",
    ]


def test_a_clash_names_the_arm_that_made_it(small):
    small["arms"] = {"fine": {}, "wide": {"model": {"d_model": 18}}}
    (line,) = problems(small)
    assert line == "mine.toml: arms.wide.model.d_model: 4 heads don't divide d_model 18; choose a divisor or set d_head"


def test_what_one_arm_lacks_is_its_own_and_what_all_lack_is_the_bases(small):
    del small["task"]["p"]
    small["arms"] = {"a": {}, "b": {"optimizer": {"weight_decay": {"schedule": "linear", "initial": 1.0}}}}
    assert [line.split(": ")[1] for line in problems(small)] == ["task.p", "arms.b.optimizer.weight_decay.final"]
    small["arms"]["b"] = {"task": {"p": 7}}
    assert [line.split(": ")[1] for line in problems(small)] == ["task.p"]


def test_a_mistake_in_the_base_is_found_even_where_every_arm_hides_it(small):
    small["optimizer"]["lr"] = "fast"
    small["arms"] = {"a": {"optimizer": {"lr": 0.1}}}
    assert problems(small) == ['mine.toml: optimizer.lr: expected a number, above 0 (given "fast")']


def test_a_mistake_in_the_grid_is_reported_there_and_once(small):
    small["grid"] = {"optimizer.lr": [0.1, "x"]}
    small["arms"] = {"a": {}, "b": {}}
    assert problems(small) == ['mine.toml: grid.optimizer.lr: expected a number, above 0 (given "x")']


def test_a_schedule_without_its_name_says_what_there_is(small):
    small["optimizer"]["weight_decay"] = {"initial": 3.0}
    (line,) = problems(small)
    assert "a table whose schedule is one of constant, linear" in line
    assert "{initial = 3.0}" in line


def test_a_plateau_has_no_mirror_image(small):
    waiting = {"schedule": "phases", "high": 1.0, "low": 0.1, "fall": 2, "switch": "plateau"}
    small["optimizer"]["weight_decay"] = {"schedule": "mirror", "of": waiting}
    (line,) = problems(small)
    assert line.startswith("mine.toml: optimizer.weight_decay.of.switch: ")


def test_the_file_that_has_the_mistake_is_named(write):
    write("base.toml", 'extends = "quickstart"\n[optimizer]\nlr = -1')
    path = write("top.toml", 'extends = "base"\n[stop]\nsteps = 0')
    with pytest.raises(BadInput) as caught:
        load(path)
    assert list(caught.value.problems) == [
        "base.toml: optimizer.lr: expected a number, above 0 (given -1)",
        "top.toml: stop.steps: expected an integer, 1 to 10000000 (given 0)",
    ]


@pytest.mark.parametrize(
    "text, where",
    [
        ("[task\np = 1", "line 1, column 6"),
        ("p = 1\np = 2", "line 2, column 6"),
        ("[task]\np = ", "line 2, column 5"),
        ('title = "a\n', "line 1, column 11"),
    ],
)
def test_a_syntax_error_has_its_line_and_column(write, text, where):
    path = write("bad.toml", text)
    with pytest.raises(BadInput, match=rf"bad\.toml: {where}: "):
        load(path)


def test_files_that_are_no_text(write, tmp_path):
    (tmp_path / "raw.toml").write_bytes(b"title = '\xff'")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "deep.toml").write_text("x = " + "[" * 5000)
    (tmp_path / "digits.toml").write_text("x = " + "1" * 5000)
    for name in ("raw.toml", "folder.toml", "deep.toml", "digits.toml"):
        with pytest.raises(BadInput, match=rf"^{name}: "):
            load(name)


def test_what_a_file_contains_cannot_command_the_terminal(small):
    small["optimizer"]["\x1b[31mlr\x07"] = "\x1b[2J"
    small["\x9b2J"] = "\u202e"
    small["task"]["operation"] = "[bold]\x1b]0;x\x07"
    for line in problems(small, "a\x1b[2Jb.toml"):
        assert line.isprintable()


def test_long_values_are_cut(small):
    small["task"]["p"] = "x" * 10_000
    (line,) = problems(small)
    assert len(line) < 200


def test_text_fields_are_data(small):
    hostile = "[bold red]\x1b[2J\x07 ü"
    small |= {"title": hostile, "question": hostile, "name": "../../\x1b[2J[x]"}
    experiment = parse(small, "mine.toml")
    assert experiment.title == hostile
    assert experiment.name == "2j-x"


def test_a_field_of_another_kind_is_not_called_the_nearest():
    with pytest.raises(BadInput) as refused:
        load("quickstart", ["optimizer.momentum=0.3"])
    (line,) = refused.value.problems
    assert "optimizer.momentum: this kind has no momentum (given 0.3), another has; `grokterm" in line


def test_a_scope_without_embeddings_is_refused_before_a_worker_sees_it():
    sets = ['model={kind="mlp"}', 'optimizer.decay_scope="no_embeddings"']
    with pytest.raises(BadInput, match="needs embeddings, and this network has none") as refused:
        load("quickstart", sets)
    assert len(refused.value.problems) == 1
    assert load("quickstart", [*sets, "model.embedding=4"]).arms
