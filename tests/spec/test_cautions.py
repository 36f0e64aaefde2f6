"""What may be in an experiment and still deserves a word."""

import pytest

from grokterm.spec import cautions, parse

DOCUMENT = {
    "seeds": 1,
    "task": {"operation": "add", "p": 5, "train_fraction": 0.5},
    "model": {"d_model": 8, "heads": 2, "d_mlp": 16},
    "optimizer": {"lr": 1e-3, "weight_decay": 1.0},
    "stop": {"steps": 1000},
}
PHASES = {"schedule": "phases", "high": 1.0, "low": 0.1, "fall": 100, "switch": 500}


def said(decay=1.0, **changes):
    """The cautions of a one-armed experiment."""
    optimizer = DOCUMENT["optimizer"] | {"weight_decay": decay}
    return " ".join(cautions(parse(DOCUMENT | {"optimizer": optimizer} | changes, "made-up")))


def test_a_sound_experiment_has_none():
    assert said() == said(PHASES) == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [({"patience": 5}, "patience is"), ({"patience": 5, "min_delta": 0.1}, "patience and min_delta are")],
)
def test_what_belongs_to_a_plateau_has_no_effect_where_the_switch_is_a_step(given, words):
    assert f"{words} without effect" in said(PHASES | given)
    assert f"{words} without effect" in said({"schedule": "mean", "of": PHASES | given})
    assert "without effect" not in said(PHASES | given | {"switch": "plateau"})


def test_a_window_of_gradients_that_is_never_full():
    optimizer = {"lr": 1e-3, "weight_decay": 1.0, "grokfast": {"kind": "ma", "window": 1001}}
    found = said(optimizer=optimizer)
    assert found == "arms.run: grokfast adds nothing: its window of 1001 gradients isn't full within 1000 steps"
    assert said(optimizer=optimizer | {"grokfast": {"kind": "ma", "window": 1000}}) == ""
    assert said(optimizer=optimizer | {"grokfast": {"kind": "ema"}}) == ""


def test_defaults_written_out_are_no_reason_to_speak():
    """A stored experiment has every field in it."""
    assert said(PHASES | {"patience": 20, "min_delta": 0.01}) == ""


def test_streams_that_are_off_cost_something():
    assert "integral of the weight decay will not be known" in said(streams={"weights_every": 0})
    assert "nothing will count" in said(streams={"eval_every": 0})


def test_a_schedule_that_never_moves_is_its_own_control():
    assert "stays at 1: 1000 steps end before" in said(PHASES | {"switch": 1000})


def test_arms_that_are_the_same_are_named():
    experiment = parse(DOCUMENT | {"arms": {"a": {}, "b": {}}}, "made-up")
    assert cautions(experiment) == ("arms a, b are the same in every field",)
