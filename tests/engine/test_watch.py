"""What the worker tells of milestones while it trains, and how much it keeps for that."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from engine.cohorts import members

from grokterm.engine import watch
from grokterm.record import CohortFolder

EVERY = 5
RULE = {"milestones": {"grokked": 0.9, "window": 12}, "streams": {"eval_every": EVERY}}


@dataclass
class Told:
    """A writer that keeps what it is told."""

    events: list = field(default_factory=list)

    def event(self, kind, step, **data):
        self.events.append((kind, step, data))


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """watched(test accuracies [t, e], diverged_at [e]) -> events, and the rows that each look had before it."""

    def run(test, diverged_at):
        told, rows, find = Told(), [], watch.find_milestones
        monkeypatch.setattr(
            watch, "find_milestones", lambda steps, *rest: (rows.append(len(steps)), find(steps, *rest))[1]
        )
        cohort = members(test.shape[1], **RULE)
        keeper = watch.MilestoneWatch(cohort, told, CohortFolder(tmp_path), np.full(test.shape[1], -1))
        for place, accuracies in enumerate(test):
            step, now = place * EVERY, np.asarray(diverged_at)
            columns = {"train_acc": accuracies[None] * 0, "test_acc": accuracies[None]}
            keeper.observe(np.array([step]), columns, np.where(now <= step, now, -1))
        return told.events, rows

    return run


def test_a_member_that_was_above_the_threshold_when_it_diverged_keeps_no_rows(watched):
    """It never groks, and its frozen weights stay above for ever."""
    test = np.zeros((200, 2))
    test[2:, 0] = 1.0
    events, rows = watched(test, [20, -1])
    assert [(kind, step) for kind, step, _ in events] == [("grokked_touch", 10)]
    assert max(rows) <= 4


def test_the_rows_of_a_window_are_kept_until_it_is_over(watched):
    test = np.zeros((20, 1))
    test[4:] = 1.0
    events, rows = watched(test, [-1])
    who = {"arm": "arm", "seed": 0}
    assert events == [("grokked_touch", 20, who | {"until": 35}), ("grokked", 20, who)]
    assert rows == [1, 1, 1, 1, 1, 2, 3, 4, *[1] * 12]
