"""A mistyped name is answered by the nearest, never by a long list."""

import re

import pytest
from console.world import make

ONE = "20261122-120000-quickstart-one2"
PRESET_COMMANDS = (("run",), ("estimate",), ("presets", "show"), ("presets", "check"), ("presets", "save", "mine"))


def short(said: tuple[int, str, str], code: int) -> str:
    """What stands on standard error: one line, which fits into three lines of a terminal; the runs folder aside."""
    found, out, err = said
    err = re.sub(r"--runs \S+ ", "", err)
    assert (found, out) == (code, ""), err
    assert len(err.splitlines()) == 1 and len(err) <= 240, err
    return err


@pytest.mark.parametrize("words", PRESET_COMMANDS, ids=" ".join)
def test_a_preset(answer, words):
    said = short(answer(*words, "quikstart"), 3)
    assert "no preset is called 'quikstart'; nearest: quickstart; " in said and "`grokterm presets` lists all" in said


@pytest.mark.parametrize(
    "change, nearest",
    [
        ("optimizer.lrr=1", "nearest: lr;"),
        ("optimizr.lr=1", "nearest: optimizer;"),
        ("weight_dcay=1", "nearest: optimizer.weight_decay;"),
        ("model.leyers=1", "nearest: layers;"),
        ("grid.optimizer.lrate=[1]", "nearest: optimizer.lr"),
        ("zebra.stripes=1", "`grokterm presets fields` lists all"),
    ],
)
def test_a_field(answer, tmp_path, change, nearest):
    assert nearest in short(answer("run", "quickstart", "--runs", tmp_path / "none", "--set", change), 2)
    assert not (tmp_path / "none").exists()


def test_an_arm_of_many(answer, tmp_path):
    grid = ",".join(f"{number}e-4" for number in range(1, 60))
    folder = make(tmp_path, ONE, arms=60, state="created")
    said = short(answer("fork", ONE, "--arm", "arm-with-a-long-nam-3", "--runs", tmp_path), 2)
    assert "nearest: arm-with-a-long-name-3" in said
    many = ("run", "quickstart", "--runs", folder.path / "x", "--set", f"grid.optimizer.lr=[{grid}]", "--set", "lr=1")
    assert "has no effect, the grid sets it" in short(answer(*many), 2)


@pytest.mark.parametrize("text", ["modl=mlp", "zebra=1", "state=runing", "state=zebra"])
def test_a_key_and_a_value_of_a_filter(answer, tmp_path, text):
    said = short(answer("ls", "--filter", text, "--runs", tmp_path), 2)
    assert f"--filter {text.partition('=')[0]}" in said
    assert "nearest: " in said or "such as state" in said or "one of " in said


def test_an_experiment_and_an_arm(answer, tmp_path):
    make(tmp_path, ONE, seeds=2)
    assert f"nearest: {ONE}" in short(answer("show", "quickstar-one3", "--runs", tmp_path), 3)
    assert "nearest: dynamic" in short(answer("compare", f"{ONE}:dynamc", "--runs", tmp_path), 3)
    assert "nearest: test_acc" in short(answer("plot", ONE, "--panel", "test_ac", "--runs", tmp_path), 3)
