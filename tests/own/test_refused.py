"""Code that can't be trained is refused before anything is created: one line, with file and line where there is one."""

import subprocess
import sys

import psutil
import pytest
from own.lab import MODELS, TASKS, files, make_lab
from worker.lab import until

FORWARD = "        return self.out(drop("
TAKES = "def forward(self, inputs, drop)"
HIDDEN = "        self.hidden = nn.Linear(shown.operands * width, 2 * width)"
RIGHT = "        self.train = pairs[train], answers[train]"


def refused(answer, monkeypatch, preset, *sets) -> str:
    """The line that `run` refuses a preset with; nothing was created anywhere near."""
    monkeypatch.chdir(preset.parent)
    before = files(preset.parent.parent)
    code, out, err = answer("run", preset, *(word for text in sets for word in ("--set", text)))
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    assert files(preset.parent.parent) == before
    return err


@pytest.mark.parametrize(
    "sets, parts",
    [
        (["task.module=my_lab.nothing:Cube"], ["no module 'my_lab.nothing' in ", "/lab, and none is installed"]),
        (["task.module=my_lab.tasks:Cubes"], ["my_lab.tasks (", "/tasks.py) has no 'Cubes'; it has: Cube, line"]),
        (["model.module=my_lab.models:nn"], ["my_lab.models:nn is no class and no function"]),
        (
            ["model.module=Tiny"],
            ["model.module: 'Tiny' is no package.module:Name, and no entry point", "grokterm.models"],
        ),
        (["model.options={widht=3}"], ["model.module: my_lab.models:Tiny: TypeError", "widht"]),
        (["task.options={n=0}"], ["task.module: my_lab.tasks:Cube: train has inputs [0, 2]"]),
        (["model.module=my_lab.models:Flat"], ["models.py, line ", "AttributeError", "features"]),
        (["task.module=my_lab.tasks:pictures", 'model={kind="mlp"}'], ["mlp reads ", "shows arrays"]),
        (
            ["task.module=my_lab.tasks:line", "model.module=my_lab.models:Flat"],
            ["cross_entropy needs answers that are classes"],
        ),
        (["model.module=my_lab.models:Looped", "task.folders=[]"], ["task.folders"]),
        (["model.module=my_lab.models:Reading", "model.dropout=0.1"], ["model.dropout", "drops nothing", "drop(x)"]),
        (["task.module=types:Cube"], ["types is ", "give ", "/types.py another name"]),
        (["task.options={n=[1, {}]}"], ["task.module: my_lab.tasks:Cube: ", "tasks.py, line ", "TypeError"]),
    ],
    ids=lambda value: value[0][:40],
)
def test_a_name_or_a_value_that_is_wrong(answer, monkeypatch, lab, sets, parts):
    (lab.parent / "types.py").write_text(TASKS)
    err = refused(answer, monkeypatch, lab, *sets)
    assert all(part in err for part in parts), err


@pytest.mark.parametrize(
    "good, bad, parts",
    [
        ("import torch", "import torch\nimport nothere", ["tasks.py, line 3: ModuleNotFoundError", "'nothere'"]),
        ("class Cube:", "class Cube", ["tasks.py, line 5: SyntaxError"]),
        (RIGHT, RIGHT + "[0]", ["train has inputs [29, 2] and answers []"]),
        (RIGHT, "        raise KeyError(n)", ["tasks.py, line 13: KeyError: 7"]),
        (RIGHT, "        exit(3)", ["tasks.py, line 13: SystemExit: 3"]),
        (RIGHT, "        self.train = pairs[train]", ["train is int64 [29, 2]; a pair (inputs, answers)"]),
        (RIGHT, "        self.train = pairs[train], answers", ["inputs [29, 2] and answers [49]"]),
        (RIGHT, "        self.train = pairs[train] - 1, answers[train]", ["train inputs hold -1"]),
        (RIGHT, "        self.train = pairs[train] / 0.0, answers[train]", ["train inputs hold nan or infinity"]),
        (RIGHT, "        self.train = pairs[train] / 2.0, answers[train]", ["train has float", "where test has int64"]),
        (RIGHT, "        self.train = 'ab'", ["train is a str"]),
        (RIGHT, "        self.train = pairs[train][:, :0], answers[train]", ["inputs [29, 0]", "one number or more"]),
        (RIGHT, RIGHT + "; self.classes = 3", ["`classes` is 3", "7 or more would be right"]),
        ("order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(seed))",
         "order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(__import__('time').time_ns()))",
         ["other samples with the same seed"]),
        ("share * len", "(share + seed / 10) * len", ["with seed 1 train_size is 34, and with seed 0 it is 29"]),
        ("torch.arange(n))", "torch.arange(n + seed))[: n * n]", ["values", "with seed 1", "attribute `values`"]),
    ],
)  # fmt: skip
def test_a_task_that_is_wrong(answer, monkeypatch, tmp_path, good, bad, parts):
    assert good in TASKS
    preset = make_lab(tmp_path / "lab", tasks=TASKS.replace(good, bad))
    err = refused(answer, monkeypatch, preset)
    assert "task.module" in err and all(part in err for part in parts), err


@pytest.mark.parametrize(
    "good, bad, parts",
    [
        ("import torch", "import torch\n1 / 0", ["models.py, line 3: ZeroDivisionError"]),
        (HIDDEN, "        self.hidden = nn.Linear(shown.operand * width, 2)", ["models.py, line 10: AttributeError"]),
        (HIDDEN, HIDDEN.replace("shown.operands * width", "width"), ["models.py, line 15: RuntimeError", "shapes"]),
        ("self.out(drop(", "(drop(", ["forward gives [8, 16] for [8, 2]", "[8, 7] is right"]),
        ("self.out(drop(", "1e39 * self.out(drop(", ["forward gives nan or infinity"]),
        ("self.out(drop(", "len(drop(", ["forward gives a int; a tensor [8, 7] would be right"]),
        ("self.out(drop(", "self.out(nn.functional.dropout(", ["forward gives other numbers when called again"]),
        (HIDDEN, HIDDEN + "; self.fall = nn.Dropout(0.1)", ["fall (Dropout) draws", "drop(x) and set model.dropout"]),
        (HIDDEN, HIDDEN + "; self.norm = nn.BatchNorm1d(8)", ["norm (BatchNorm1d)", "nn.LayerNorm would be right"]),
        (FORWARD, "        self.scale += 1\n" + FORWARD, ["forward changes the buffer scale"]),
        ("torch.tensor(1.5)", "torch.rand(3)", ["the buffer scale differs by seed"]),
        (HIDDEN, HIDDEN + "; self.loose = torch.ones(3)", ["loose is a plain tensor", "register_buffer"]),
        (HIDDEN, HIDDEN + "; self.hidden.bias.requires_grad_(False)", ["hidden.bias has requires_grad = False"]),
        (HIDDEN, "        self.hidden = nn.LazyLinear(2 * width)", ["hidden.weight has no shape"]),
        (HIDDEN, HIDDEN + "; self.hidden.bias.data.fill_(__import__('time').time_ns() % 10**6)",
         ["hidden.bias has other initial weights with the same seed"]),
        ("return self.out(drop(self.scale * self.hidden(self.embed(inputs).flatten(1)).relu()))",
         "return torch.ones(len(inputs), 7)", ["don't depend on its weights"]),
        ("class Tiny(nn.Module):", "def Tiny(shown):\n    return 3\n\n\nclass Other(nn.Module):",
         ["gives int; a torch.nn.Module would be right"]),
        ("        super().__init__()\n        self.embed = nn.Embedding(shown.values, width)\n" + HIDDEN,
         "        super().__init__()\n        return", ["it has no parameters"]),
    ],
)  # fmt: skip
def test_a_model_that_is_wrong(answer, monkeypatch, tmp_path, good, bad, parts):
    assert good in MODELS
    preset = make_lab(
        tmp_path / "lab", models=MODELS.replace(good, bad, 1).replace("class Looped(Tiny)", "class Looped")
    )
    err = refused(answer, monkeypatch, preset)
    assert "model.module: my_lab.models:Tiny" in err and all(part in err for part in parts), err


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("os._exit(7)", "it ended with 7 and without a word"),
        ("sys.stderr.write('ran out of chalk'), sys.stderr.flush(), os._exit(1)", "ran out of chalk"),
    ],
)
def test_code_that_ends_its_process_is_one_line_that_names_it(tmp_path, runs, answer, code, said):
    preset = make_lab(tmp_path / "deadly", tasks=f"import os, sys\n{code}\n{TASKS}")
    status, _, err = answer("run", preset, "--runs", runs)
    assert status == 1 and not list(runs.iterdir())
    (line,) = [line for line in err.splitlines() if "died" in line]
    assert "my_lab.tasks:Cube, my_lab.models:Tiny of lab" in line and line.endswith(said)


ENDLESS = "while True: pass"
HELD = "import re; re.match('(a*)*b', 'a' * 40)"  # in C, and it doesn't let go of the interpreter
SLOW_DATA = ("making its data took more than 1 s; it is at", "make less data")
SLOW_TRY = ("a try on a few samples took more than 1 s; it is at", "look for a loop without an end")


@pytest.mark.parametrize("code", [ENDLESS, HELD], ids=["python", "c"])
@pytest.mark.parametrize("where, parts", [("tasks", SLOW_DATA), ("models", SLOW_TRY)])
def test_code_that_never_ends_is_given_up(tmp_path, runs, answer, monkeypatch, code, where, parts):
    for name, seconds in (("DATA", 1), ("TRIAL", 1), ("QUIET", 0.3)):
        monkeypatch.setattr(f"grokterm.jobs.describe.{name}_SECONDS", seconds)
    if where == "models":
        monkeypatch.setattr("grokterm.jobs.describe.DATA_SECONDS", 60)
        preset = make_lab(tmp_path / "endless", models=MODELS.replace(FORWARD, f"        {code}\n{FORWARD}", 1))
        line = 1 + MODELS[: MODELS.index(FORWARD)].count("\n")
    else:
        preset = make_lab(tmp_path / "endless", tasks=TASKS.replace(RIGHT, f"        {code}\n{RIGHT}"))
        line = 1 + TASKS[: TASKS.index(RIGHT)].count("\n")
    name = {"tasks": "my_lab.tasks:Cube", "models": "my_lab.models:Tiny"}[where]
    status, _, err = answer("run", preset, "--runs", runs)
    assert status == 1 and all(part in err for part in parts) and not list(runs.iterdir()), err
    assert f"{where}.py, line {line}; " in err and f"{name} of lab: " in err
    assert f"looking at {name} …\n" in err


@pytest.mark.parametrize("code", [ENDLESS, HELD], ids=["python", "c"])
def test_a_try_ends_with_the_command_that_was_killed(tmp_path, code):
    """As it is for a user: nothing is forked from a process that has loaded torch."""
    mark = tmp_path / "pid"
    begun = f"import os; open({str(mark)!r}, 'w').write(str(os.getpid()))"
    preset = make_lab(tmp_path / "endless", tasks=f"{begun}\n{code}\n{TASKS}")
    command = subprocess.Popen([sys.executable, "-m", "grokterm", "presets", "check", preset], stderr=subprocess.PIPE)
    until(lambda: mark.exists() and mark.read_text(), what="the code to run")
    trying = psutil.Process(int(mark.read_text()))
    assert trying.is_running() and trying.ppid() == command.pid
    while (line := command.stderr.readline().decode()) != "looking at my_lab.tasks:Cube …\n":
        assert line.startswith("looking at my_lab.tasks:Cube, my_lab.models:Tiny of lab …")  # while torch is loaded
    command.kill()
    command.wait()
    until(lambda: not psutil.pid_exists(trying.pid) or trying.status() == psutil.STATUS_ZOMBIE, 10, what="its end")


def test_a_seed_between_the_others_is_looked_at(answer, monkeypatch, tmp_path):
    tasks = TASKS.replace("share * len", "(share + (seed == 5) / 10) * len")
    err = refused(answer, monkeypatch, make_lab(tmp_path / "lab", tasks=tasks), "seeds=[0, 5, 2]")
    assert "task.module" in err and "with seed 5 train_size is 34, and with seed 0 it is 29" in err


@pytest.mark.parametrize(
    "most, sets",
    [(8, []), (20, ["batches.size=20", "task.options.share=0.5"])],
    ids=["all samples", "the test part"],
)
def test_a_network_that_fails_for_more_samples_than_a_few(answer, monkeypatch, tmp_path, most, sets):
    models = MODELS.replace(FORWARD, f"        assert len(inputs) <= {most}, 'too many'\n{FORWARD}", 1)
    err = refused(answer, monkeypatch, make_lab(tmp_path / "lab", models=models), *sets)
    assert "model.module: my_lab.models:Tiny: " in err and "models.py, line 15: AssertionError: too many" in err


def test_a_network_that_answers_a_few_samples_alone(answer, monkeypatch, tmp_path):
    models = MODELS.replace(".relu()))\n", ".relu()))[:20]\n", 1)
    assert models != MODELS
    err = refused(answer, monkeypatch, make_lab(tmp_path / "lab", models=models))
    assert "forward gives [20, 7] for 29 samples; [29, 7] would be right" in err
