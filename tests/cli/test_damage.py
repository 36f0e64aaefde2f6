"""A record of which evaluations are lost, as the commands tell of it."""

import json

import pytest
from console.world import break_, make

NAME = "20261122-120000-quickstart-fin3"


@pytest.fixture
def damaged(runs):
    """A finished experiment without its evaluations."""
    folder = make(runs, NAME)
    folder.cohorts[0].paths.stream("eval").unlink()
    return runs


def test_show_says_what_is_lost(damaged, answer):
    code, said, _ = answer("show", "fin3", "--runs", damaged)
    assert code == 0 and "damaged: part of the record is lost: evaluations of 12 of 12 runs can't be read" in said
    assert said.count("incomplete") == 12 and "censored" not in said
    document = json.loads(answer("show", "fin3", "--runs", damaged, "--json")[1])
    assert document["damaged"].startswith("part of the record is lost")


def test_compare_says_that_it_can_not(damaged, answer):
    code, said, _ = answer("compare", "fin3", "--runs", damaged, "--no-chart")
    counts = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.startswith(("incomp", "cens"))}
    assert code == 0 and counts == {"incomplete": ["4", "4", "4"]}
    assert "dynamic can't be compared with static: the record of 4 of 4 runs of static" in said
    assert "has grokked in" not in said and "not reached" not in said and "not known" in said


def test_all_that_can_not_be_read_are_named(runs, answer):
    made = [make(runs, f"20261122-{hour}0000-quickstart-{name}") for hour, name in ((12, "one2"), (13, "two3"))]
    whole = make(runs, "20261122-140000-quickstart-who4")
    break_(made[0])
    made[1].cohorts[0].paths.members.write_text("{")
    for words in (("one2", "static", "who4", "two3"), ("who4", "one2", "two3"), ("one2:static", "two3:static")):
        code, said, told = answer("compare", *words, "--runs", runs)
        assert (code, said) == (1, "") and len(told.splitlines()) == 2, told
        assert "one2" in told and "two3" in told
    whole.cohorts[0].paths.status.write_text("{")  # found out only by reading everything
    made[1].cohorts[0].paths.members.unlink()
    code, _, told = answer("compare", "who4", "two3", "--runs", runs)
    assert code == 1 and "who4" in told and "two3" in told


def test_a_damaged_status_is_told_of_each(runs, answer):
    for name in ("one2", "two3"):
        folder = make(runs, f"20261122-120000-quickstart-{name}")
        folder.cohorts[0].paths.status.write_text("{")
    code, _, told = answer("compare", "one2", "two3", "--runs", runs)
    assert code == 1 and "one2" in told and "two3" in told
