"""What a screen knows of one experiment, when its streams are incomplete, damaged, or can't be read for a moment."""

import json

import pytest
from console.world import grow, make

from grokterm.console.detail import Focus
from grokterm.console.gathering import gather_curves
from grokterm.errors import GroktermError
from grokterm.record import CohortWriter, StreamReader, open_folder

RUNNING = "20261122-135500-quickstart-run2"


def test_an_arm_without_a_train_stream_has_the_curves_of_its_evaluations_beside_one_that_has_it(runs):
    folder = make(runs, RUNNING, overrides=("arms.dynamic.streams.train_every=0",))
    assert len(folder.cohorts) == 2
    _without(folder, "dynamic", "train")
    curves = Focus(open_folder(folder.path)).read().curves
    gathered = gather_curves([(folder, arm.name) for arm in folder.spec().arms], ["train_loss"])
    for found in (curves, gathered):
        assert {curve.arm: len(curve.steps) for curve in found.columns["train_loss"]} == {
            "static": 901,
            "static-high": 901,
            "dynamic": 91,
        }
        assert len(found.band("train_loss", "dynamic").steps) == 91


def _without(folder, arm: str, stream: str) -> None:
    """Take a stream away from the cohort of an arm."""
    (cohort,) = [one for one in folder.cohorts if one.members[0][0] == arm]
    status = json.loads(cohort.paths.status.read_text())
    del status["committed"][stream]
    cohort.paths.status.write_text(json.dumps(status))
    cohort.paths.stream(stream).unlink()


def test_after_a_stream_that_could_not_be_read_nothing_is_missing(runs, monkeypatch):
    folder = make(runs, RUNNING, step=400, state="running")
    focus, poll = Focus(folder), StreamReader.poll
    assert len(focus.read().curves.columns["train_loss"][0].steps) == 401
    grow(folder, 400, 600)

    def failing(self, columns=None):
        if self.path.name == "eval.arrows":
            raise GroktermError("can't be read")
        return poll(self, columns)

    with monkeypatch.context() as patch:
        patch.setattr(StreamReader, "poll", failing)
        assert focus.read().summary.problem == "can't be read"
    detail = focus.read()
    assert detail.summary.problem is None
    assert (
        len(detail.curves.columns["train_loss"][0].steps)
        == len(detail.curves.bands["train_loss", "static"].steps)
        == 601
    )


def test_milestones_that_could_not_be_found_are_found_later(runs, monkeypatch):
    folder = make(runs, RUNNING, step=200, state="running")
    focus = Focus(folder)
    assert [arm.grokked for arm in focus.read().arms] == [0, 0, 0]
    grow(folder, 200, 600)

    def failing(*_):
        raise GroktermError("can't be read")

    with monkeypatch.context() as patch:
        patch.setattr("grokterm.console.detail.run_results", failing)
        assert focus.read().summary.problem == "can't be read"
    assert [arm.grokked for arm in focus.read().arms] == [0, 4, 4]


def test_what_was_taken_back_has_no_band(runs):
    folder = make(runs, RUNNING, step=400, state="running")
    focus = Focus(folder)
    assert focus.read().curves.bands
    again = CohortWriter(folder.cohorts[0].path)
    again.load_checkpoint()  # there is none, so training begins again
    again.commit(state="running")
    curves = focus.read().curves
    assert not any(curves.columns.values()) and curves.bands == {}


@pytest.mark.parametrize("stream", ["train", "eval", "weights"])
def test_a_stream_that_is_not_of_these_runs_is_a_damaged_record(runs, stream):
    folder = make(runs, RUNNING, step=400, state="running")
    other = make(runs, "20261122-140000-quickstart-two2", step=400, seeds=2, state="running")
    narrow, wide = (one.cohorts[0].paths.stream(stream) for one in (other, folder))
    wide.write_bytes(narrow.read_bytes())
    status = json.loads(folder.cohorts[0].paths.status.read_text())
    status["committed"][stream] = wide.stat().st_size
    folder.cohorts[0].paths.status.write_text(json.dumps(status))
    problem = Focus(open_folder(folder.path)).read().summary.problem
    assert "6 values in a row, not 12" in problem and f"{stream}.arrows" in problem


def test_what_is_lost_of_a_record_is_said_where_its_arms_are(runs):
    from grokterm.console.look import DARK, ink
    from grokterm.console.screens.preview import preview_text

    folder = make(runs, RUNNING)
    assert Focus(folder).read().damaged == ""
    folder.cohorts[0].paths.stream("eval").unlink()
    detail = Focus(open_folder(folder.path)).read()
    assert detail.damaged.startswith("part of the record is lost: evaluations of 12 of 12 runs can't be read")
    assert "workers had told of 9 that they did" in detail.damaged
    shown = " ".join(preview_text(detail, "", 80, 12, ink(DARK)).plain.split())
    assert "part of the record is lost: evaluations of 12 of 12 runs can't be read" in shown
