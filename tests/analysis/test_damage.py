"""Records of which evaluations are lost: nobody says of a run that it hasn't grokked where nobody can know."""

import json
import math

import pytest

from grokterm.analysis import arms_of, compare, damage, run_results
from grokterm.record import CohortWriter

LATE, SOON = [700, 725, 750, 775, 800], [275, 300, 325, 350, None]


def cut(folder, name: str = "eval", share: float = 0.0) -> None:
    stream = folder.cohorts[0].paths.stream(name)
    data = stream.read_bytes()
    stream.write_bytes(data[: int(len(data) * share)])


def lose(folder, first: int, last: int) -> None:
    """The worker says that it gave up evaluations."""
    writer = CohortWriter(folder.cohorts[0].path)
    writer.event("lost_rows", step=last, stream="eval", rows=2, first=first, last=last)
    writer.close(state="finished")


def test_a_run_whose_evaluations_are_lost_is_incomplete_and_not_censored(record):
    folder = record({"static": LATE})
    cut(folder)
    results = run_results(folder)
    for result in results:
        assert (result.outcome, result.watched_to, result.known_to, result.last_step) == ("incomplete", 0, 0, 900)
        assert math.isnan(result.test_loss) and math.isnan(result.t_grok)
    assert [result.told for result in results] == LATE
    said = damage(results)
    assert "evaluations of 5 of 5 runs can't be read" in said and "workers had told of 5 that they did" in said


def test_nothing_is_said_of_arms_that_are_incomplete(record):
    folder = record({"a": LATE, "b": SOON}, arms={"a": {}, "b": {"optimizer": {"lr": 2e-3}}})
    assert not compare(arms_of(folder)).rows[0].n_incomplete and not damage(run_results(folder))
    cut(folder)
    cut(folder, "weights")
    found = compare(arms_of(folder))
    assert [(row.n_grokked, row.n_censored, row.n_incomplete) for row in found.rows] == [(0, 0, 5), (0, 0, 5)]
    assert found.verdict == (
        "b can't be compared with a: the record of 5 of 5 runs of a and 5 of 5 runs of b is incomplete",
    )
    assert math.isnan(found.pairs[0].p_larger) and math.isnan(found.rows[0].integral_at_end)
    assert found.warnings[0].startswith("a and b: part of the record is lost: evaluations of 10 of 10 runs")
    assert "censored" not in " ".join(found.warnings) and "has grokked in" not in " ".join(found.verdict)
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert document["rows"][0]["n_incomplete"] == 5 and document["runs"][0]["outcome"] == "incomplete"
    assert document["pairs"][0]["strength"] == "untested"
    (alone,) = compare([(folder, "a")]).verdict
    assert alone == "nothing can be said of a: the record of 5 of 5 runs of a is incomplete"


def test_what_grokked_before_the_loss_has(record):
    """The worker gave up evaluations from 500 on: nothing after the last before them counts for the others."""
    folder = record({"a": [300, 700, None]})
    lose(folder, 500, 525)
    one, other, never = run_results(folder)
    assert (one.outcome, one.t_grok, one.known_to) == ("grokked", 300, 475)
    assert (other.outcome, other.t_grok) == ("grokked", 700)  # seen to last, if perhaps not for the first time
    assert (never.outcome, never.watched_to, never.seen_to) == ("incomplete", 475, 475)
    assert never.test_loss == 0.9  # the last evaluation is there


def test_a_run_that_is_known_to_have_diverged_before_the_loss_is_not_incomplete(record, fate):
    folder = record({"a": [fate(diverge=300), fate(diverge=700)]})
    lose(folder, 500, 525)
    before, after = run_results(folder)
    assert (before.outcome, before.watched_to) == ("diverged", 900)
    assert (after.outcome, after.watched_to) == ("incomplete", 475)


def test_a_run_that_goes_on_is_running_however_much_is_lost(record):
    """On a network file system bytes may be late; they aren't lost."""
    folder = record({"a": [None, None]}, until=500, state="running")
    cut(folder)
    found = compare(arms_of(folder))
    assert [run.outcome for run in found.runs] == ["running", "running"]
    assert "500 steps" not in found.verdict[0]


def test_a_run_without_a_status_is_incomplete(record):
    folder = record({"a": [300, 400]})
    folder.cohorts[0].paths.status.unlink()
    assert [run.outcome for run in run_results(type(folder)(folder.path))] == ["incomplete", "incomplete"]


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_medians_are_not_called_unreached(record, share):
    from grokterm.analysis.words import median_words

    folder = record({"a": [None] * 5})
    cut(folder, share=share)
    (row,) = compare(arms_of(folder)).rows
    assert median_words(row.t_grok, row.n_incomplete > 0) == "not known"
