"""Bad input as a new user gives it: a line with what is wrong, where, and what would be right; nothing created."""

import json
import os
import subprocess
import sys

import pytest

GOOD = """
title = "a small one"
[task]
kind = "modular"
operation = "add"
p = 11
train_fraction = 0.6
[model]
kind = "transformer"
d_model = 16
heads = 2
d_mlp = 32
[optimizer]
kind = "adamw"
lr = 3e-3
weight_decay = 1.0
[stop]
steps = 20
[arms.static]
[arms.dynamic.optimizer]
weight_decay = { schedule = "linear", initial = 3.0, final = 0.0 }
"""


def grokterm(*words, cwd, **variables):
    """Run the command as a user would, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "grokterm", *words],
        cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, env={**os.environ, **variables},
    )  # fmt: skip


def refused(done, code: int, *parts: str) -> None:
    """Nothing on standard output, no traceback, the right exit code, and every part of the message."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr, done.stderr


@pytest.mark.parametrize(
    "good, bad, parts",
    [
        ("lr = 3e-3", "lrr = 3e-3", ["mine.toml", "optimizer.lrr", "nearest: lr"]),
        ("p = 11", "p = -11", ["task.p", "-11"]),
        ("train_fraction = 0.6", "train_fraction = 1.0", ["task.train_fraction", "1.0"]),
        ("lr = 3e-3", 'lr = "fast"', ["optimizer.lr", "fast"]),
        ('operation = "add"', 'operation = "sum"', ["task.operation", "sum", "add"]),
        ("heads = 2", "heads = 3", ["heads", "16"]),
        ("final = 0.0", "final = -1", ["arms.dynamic", "final", "-1"]),
        ("[stop]", "[stop", ["mine.toml", "line"]),
    ],
)
def test_a_bad_preset_is_refused_and_nothing_is_created(tmp_path, good, bad, parts):
    (tmp_path / "mine.toml").write_text(GOOD.replace(good, bad, 1))
    refused(grokterm("run", "./mine.toml", cwd=tmp_path), 2, *parts)
    assert not (tmp_path / "runs").exists()


def test_several_mistakes_are_reported_together(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD.replace("p = 11", "p = -11").replace("lr = 3e-3", "lrr = 3e-3"))
    refused(grokterm("run", "mine.toml", cwd=tmp_path), 2, "task.p", "optimizer.lrr")


@pytest.mark.parametrize(
    "words, code, parts",
    [
        (["run", "quikstart"], 3, ["quikstart", "quickstart"]),
        (["run", "quickstart", "--set", "optimizer.lr=fast"], 2, ["optimizer.lr", "fast"]),
        (["run", "quickstart", "--set", "optimizer.lrr=1"], 2, ["optimizer.lrr", "lr"]),
        (["run", "quickstart", "--set", "arms.statik.optimizer.lr=0.1"], 2, ["statik", "static"]),
        (["run", "quickstart", "--device", "cuda:9", "--set", "stop.steps=5"], 3, ["cuda:9", "cpu"]),
        (["run", "quickstart", "--seeds", "0"], 2, ["seeds"]),
        (["show", "@last"], 3, ["no experiment"]),
        (["compare", "nothing-here"], 3, ["nothing-here"]),
        (["ls", "--runs", "afile"], 2, ["afile"]),
        (["run", "quickstart", "--runs", "afile"], 2, ["afile"]),
        (["presets", "check", "nowhere.toml"], 3, ["nowhere.toml"]),
    ],
)
def test_bad_words_are_refused(tmp_path, words, code, parts):
    (tmp_path / "afile").write_text("not a folder")
    refused(grokterm(*words, cwd=tmp_path), code, *parts)
    assert not (tmp_path / "runs").exists()


def test_a_name_that_matches_two_lists_them(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD)
    for _ in range(2):
        done = grokterm("run", "mine.toml", "--detach", "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        name = json.loads(done.stdout)["experiment"]
    refused(grokterm("show", "mine", cwd=tmp_path), 2, name)


def test_an_arm_that_does_not_exist_is_named(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD)
    assert grokterm("run", "mine.toml", "--detach", cwd=tmp_path).returncode == 0
    refused(grokterm("compare", "@last:dinamic", "@last:static", cwd=tmp_path), 3, "dinamic", "dynamic")


def test_brackets_and_escape_codes_in_a_name_are_data(tmp_path):
    hostile = "[bold red]sweep[lr=1e-3]\\u001b[2J\\u0007"
    (tmp_path / "mine.toml").write_text(GOOD.replace('"a small one"', f'"{hostile}"'))
    assert grokterm("run", "mine.toml", "--detach", cwd=tmp_path).returncode == 0
    assert grokterm("note", "@last", "\x1b]0;owned\x07 [b]", cwd=tmp_path).returncode == 0
    for words in (["ls"], ["show", "@last"], ["note", "@last"]):
        done = grokterm(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    assert "[bold red]" in grokterm("show", "@last", cwd=tmp_path).stdout


def test_the_console_needs_a_terminal(tmp_path):
    refused(grokterm(cwd=tmp_path), 1, "needs a terminal")
