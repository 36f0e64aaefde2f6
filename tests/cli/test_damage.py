"""A record of which evaluations are lost, as the commands tell of it."""

import json

import pytest
from console.world import make

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
