"""The filter grammar: what matches, what is refused and how that is said, what a text could go on with."""

import math

import pytest
from console.world import NOW

from grokterm.analysis import ArmProgress, Summary
from grokterm.console.completing import complete, known_values
from grokterm.console.facts import OWN, find_key, key_names
from grokterm.console.filtering import parse
from grokterm.errors import BadInput
from grokterm.record import Marks, State

FIELDS = {
    "model": ("transformer",),
    "model.kind": ("transformer",),
    "task.p": (113,),
    "task.operation": ("add",),
    "optimizer.lr": (0.001, 0.003),
    "optimizer.weight_decay": (1.0, "linear"),
    "optimizer.weight_decay.final": (0.5,),
    "model.bias": (True,),
}


def summary(**changes) -> Summary:
    """A finished experiment, four hours old."""
    values = {
        "name": "20261122-100000-quickstart-fin3",
        "created": NOW - 4 * 3600,
        "title": "Static and dynamic decay",
        "state": State.FINISHED,
        "arms": {
            "static": ArmProgress(4, 4, 1, 0, math.nan),
            "dynamic": ArmProgress(4, 4, 4, 0, 350.0),
        },
        "seeds": (0, 1, 2, 3),
        "step": 900,
        "steps": 900,
        "progress": 1.0,
        "devices": ("cpu",),
        "hosts": ("box",),
        "marks": Marks(("slow", "todo"), True, False, 1, ("odd bump at 300",)),
        "preset": "quickstart",
    }
    return Summary(**{**values, **changes})


def holds(text: str, **changes) -> bool:
    return parse(text).matches(summary(**changes), lambda: FIELDS, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "fin3", "DYNAMIC static", "finished", "slow", '"and dynamic"', "-failed", "not failed",
        "state=finished", "state!=failed", "state=fin*", "-state=failed", "not -state=finished", "-zebra",
        "name=quickstart-fin3", "name~FIN", "name!~que", "title~dynamic", 'title~"and dynamic"', "preset=quickstart",
        "arm=dynamic", "arm!=other", "tag=todo", "-tag=done", "note~bump", "star=yes", "archived=no", "archived=any",
        "age>3h", "age<1d", "age>=1h30m", "progress=100", "progress>50%", "step>=900", "step=0.9k", "seeds=4",
        "t_grok<400", "-t_grok>400", "grokked=5", "grokked>=5", "device=cpu", "host=box",
        "p=113", "task.p>100", "lr=1e-3", "lr>0.002", "lr>=0.003", "-lr>0.003", "model~trans", "operation=add",
        "weight_decay=1", "weight_decay=linear", "optimizer.weight_decay~lin", "bias=true",
        "optimizer.weight_decay.final<1",
        "p=113 lr=3e-3 fin3",
    ],
)  # fmt: skip
def test_it_matches(text):
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "zzz", "-fin3", "state=failed", "state!=finished", "arm=other", "-arm=dynamic", "tag=done", "note~zebra",
        "star=no", "archived=yes", "age<3h", "progress<100", "rate>0", "t_grok>400", "grokked>5", "p=97", "lr>0.003",
        "lr<0.001", "operation~sub", "weight_decay>1", "bias=false", "d_mlp=512", "fin3 p=97",
    ],
)  # fmt: skip
def test_it_does_not_match(text):
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("lrr=3", ("lrr: no such key", "nearest: lr")),
        ("kind=adamw", ("in several sections", "optimizer.kind")),
        ("state=runing", ("state=runing", "nearest: running")),
        ("operation=ad", ("nearest: add",)),
        ("age>2", ("a length of time", "3h")),
        ("age<tomorrow", ("a length of time",)),
        ("progress>half", ("a percentage",)),
        ("seeds=many", ("a number",)),
        ("seeds~4", ("is a number", "use =")),
        ("name>3", ("is words", "~ (contains)")),
        ("lr>fast", ("expected a number",)),
        ("d_model=abc", ("expected a number",)),
        ("star=ye", ("star=yes or no",)),
        ("star>yes", ("star=yes or no",)),
        ("state=", ("a value is missing", "running")),
        ("zebra=1", ("zebra: no such key",)),
    ],
)
def test_a_mistake_is_one_line_that_says_what_would_be_right(text, parts):
    with pytest.raises(BadInput) as refused:
        parse(text)
    assert "\n" not in refused.value.message
    for part in parts:
        assert part in refused.value.message


@pytest.mark.parametrize("text", ['"', 'a"b', "-", "--", "not", "=", "=3", '"open', "\x1b[2J", "漢字", "[red]", "\\"])
def test_anything_can_be_typed(text):
    parse(text).matches(summary(), lambda: FIELDS, NOW)


def test_specs_are_read_only_where_the_rest_holds():
    def never():
        raise AssertionError("read")

    assert not parse("state=failed lr=1e-3").matches(summary(), never, NOW)
    assert parse("fin3").matches(summary(), never, NOW)


def test_a_broken_experiment_can_be_filtered():
    broken = {"state": None, "problem": "half", "arms": {}, "seeds": ()}
    assert holds("state=broken", **broken) and not holds("t_grok>0", **broken)


def test_every_key_can_be_asked_for_and_has_help():
    for name in key_names():
        assert find_key(name).help
    assert {"lr", "p", "optimizer.weight_decay", "model"} <= set(key_names()) and set(OWN) <= set(key_names())


@pytest.mark.parametrize(
    ("text", "ghost"),
    [
        ("sta", "state="), ("state=f", "state=finished"), ("x -sta", "x -state="), ("not tag=to", "not tag=todo"),
        ("weight_d", "weight_decay"), ("optimizer.we", "optimizer.weight_decay"), ("operation=s", "operation=subtract"),
        ("star=", "star=yes"), ("zebra", ""), ("zebra=", ""), ("", ""), ("state=finished", ""), ('"st', ""),
    ],
)  # fmt: skip
def test_a_text_is_completed(text, ghost):
    assert complete(text, lambda key: known_values(key, [summary()])).ghost == ghost


def test_the_possibilities_are_listed():
    def values(key):
        return known_values(key, [summary(), summary(preset="other")])

    assert complete("st", values).options[:3] == ("state", "star", "step")
    assert complete("preset=", values).words == "preset: quickstart  other"
    assert complete("seeds>", values).words == "seeds: how many"
    assert complete("t_gr", values).words.startswith("t_grok: median steps")
    assert "- in front of a term means not" in complete("", values).words
