"""A regression from start to end, as a user sees it: a task without an accuracy."""

import json

import pytest
from cli.command import grokterm

HEIGHTS = """
title = "heights"
seeds = 2
[task]
kind = "m-height"
n = [9]
k = [4]
groups = [[9, 4, 2]]
train_per_group = 32
validation_per_group = 16
data_seed = 1
[model]
kind = "resnet"
channels = 2
blocks = 1
[optimizer]
lr = 3e-3
weight_decay = 0.0
[loss]
kind = "log2_mse"
head = "softplus"
[batches]
size = 16
[stop]
steps = 20
[arms.low]
[arms.high]
optimizer.weight_decay = 0.1
"""


@pytest.fixture(scope="module")
def tell(tmp_path_factory):
    """tell(*words) -> what the command says (standard output and error), in a folder with one regression."""
    path = tmp_path_factory.mktemp("numbers")
    (path / "heights.toml").write_text(HEIGHTS)
    (path / "state").mkdir()

    def command(*words):
        done = grokterm(*words, cwd=path, GROKTERM_STATE=str(path / "state"))
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr

    command.ran = command("run", "heights.toml", "--device", "cpu")
    return command


def test_a_regression_trains_and_is_told_by_its_losses(tell):
    table, progress = tell.ran
    assert "test loss" in progress and "grokked" not in progress and "%" not in progress
    assert "high can't be told apart from low by final test loss" in table and "t_grok" not in table


def test_what_is_shown_of_it_has_no_accuracy_and_no_milestone(tell):
    shown, _ = tell("show", "@last")
    assert "train loss   test loss" in shown and "ended" in shown
    listed, _ = tell("ls")
    assert "(0/2)" not in listed
    compared, _ = tell("compare", "@last")
    assert "there are no milestones; final losses are compared instead" in compared
    assert "\n test loss" in compared and "guesses: 1 → " in compared
    assert "no accuracy: the answers of this task are numbers" in tell("plot", "@last", "--panel", "accuracy")[0]
    _, watched = tell("watch", "@last")
    assert "test loss" in watched and "grokked" not in watched


def test_as_json_and_exported_it_has_losses_alone(tell):
    found = json.loads(tell("show", "@last", "--json")[0])
    assert all(run["test_acc"] is None and 0 < run["test_loss"] < 20 for run in found["runs"])
    compared = json.loads(tell("compare", "@last", "--json")[0])
    assert [run["outcome"] for run in compared["runs"]] == ["ended"] * 4
    assert not any(row["scored"] for row in compared["rows"])
