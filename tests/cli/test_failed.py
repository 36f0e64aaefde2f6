"""A run where a worker failed: what the others measured is not lost."""

import json

import pytest
from console.world import make

from grokterm.record import CohortWriter

ONE = "20261122-120000-quickstart-one2"


@pytest.fixture
def ran(answer, runs, monkeypatch):
    """ran(folder, *options) -> the answer of `grokterm run` that made this folder."""

    def run(folder, *options):
        monkeypatch.setattr("grokterm.cli.run.begin", lambda *_: folder)
        return answer("run", "quickstart", "--runs", runs, *options)

    return run


@pytest.fixture
def partly(runs):
    """Three workers, each with one arm; that of the second has failed."""
    folder = make(runs, ONE, seeds=1, overrides=("cohort_width=1",))
    writer = CohortWriter(folder.cohorts[1].path)
    writer.event("failed", step=310, error="RuntimeError: no more")
    writer.close(state="failed", step=310)
    return folder


def test_the_object_has_what_there_is_and_who_failed(ran, partly):
    code, out, err = ran(partly, "--json")
    answer = json.loads(out)
    assert code == 1 and "failed: RuntimeError: no more" in err and f"/runs logs {ONE}`" in err
    assert answer["state"] == "failed" and answer["experiment"] == ONE
    assert answer["failures"] == [
        {
            "cohort": 1,
            "state": "failed",
            "step": 310,
            "error": "RuntimeError: no more",
            "runs": [{"arm": "dynamic", "seed": 0}],
        }
    ]
    assert [row["arm"] for row in answer["rows"]] == ["static", "dynamic", "static-high"]
    assert {run["arm"] for run in answer["runs"]} == {"static", "dynamic", "static-high"}


def test_the_table_of_those_that_finished_is_printed(ran, partly):
    code, out, err = ran(partly)
    assert code == 1 and "static-high" in out and "t_grok" in out and "failed: RuntimeError: no more" in err


@pytest.mark.parametrize("state", ["failed", "lost"])
def test_where_nothing_was_measured_the_object_says_so(ran, runs, state):
    folder = make(runs, ONE, step=0, state=state)
    code, out, err = ran(folder, "--json")
    answer = json.loads(out)
    assert code == 1 and answer["state"] == state and len(err.splitlines()[-1:]) == 1
    assert ("without a word" in answer["failures"][0]["error"]) == (state == "lost")
    assert len(answer["failures"][0]["runs"]) == 12
    code, out, err = ran(folder)
    assert (code, out) == (1, "") and f"{ONE} {state}: " in err


def test_where_none_failed_there_are_no_failures(ran, runs):
    code, out, _ = ran(make(runs, ONE, seeds=2), "--json")
    assert code == 0 and json.loads(out)["failures"] == []
