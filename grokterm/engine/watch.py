"""Finds milestones while a cohort trains, and decides when everything has grokked."""

from collections.abc import Mapping, Sequence

import numpy as np

from grokterm.record import CohortFolder, CohortWriter
from grokterm.spec import Member, find_milestones

_KINDS = {"t_mem": "memorised", "t_touch": "grokked_touch", "t_grok": "grokked"}


class MilestoneWatch:
    """Keeps the evaluations of one cohort and tells the record what they reached, each milestone once.

    A worker that goes on from a checkpoint begins with the evaluations and milestones that the record holds.

    Args:
        members: the cohort, in the order of the columns.
        writer: where events go.
        past: the same record, already cut back to the checkpoint.
    """

    def __init__(self, members: Sequence[Member], writer: CohortWriter, past: CohortFolder) -> None:
        self._members = members
        self._writer = writer
        self._told = {
            (event.kind, event.data.get("arm"), event.data.get("seed"))
            for event in past.effective_events()
            if event.kind in (*_KINDS.values(), "diverged", "phase")
        }
        self.t_grok = np.full(len(members), np.nan)
        self._steps: list[np.ndarray] = []
        self._train: list[np.ndarray] = []
        self._test: list[np.ndarray] = []
        before = past.read("eval")
        if len(before):
            self.observe(before.steps, before.columns)

    def observe(self, steps: np.ndarray, columns: Mapping[str, np.ndarray]) -> None:
        """Take new rows of the eval stream (steps [T], train_acc and test_acc [T, e]) and record what they complete."""
        self._steps.append(steps)
        self._train.append(columns["train_acc"])
        self._test.append(columns["test_acc"])
        rule = self._members[0].spec.milestones
        # one array each, so that joining them is not done again for rows that were joined before
        self._steps, self._train, self._test = ([np.concatenate(x)] for x in (self._steps, self._train, self._test))
        found = find_milestones(self._steps[0], self._train[0], self._test[0], rule)
        self.t_grok = found.t_grok
        for attribute, kind in _KINDS.items():
            for index, step in enumerate(getattr(found, attribute)):
                if np.isfinite(step):
                    self._tell(kind, index, int(step))

    def frozen(self, diverged_at: np.ndarray, switched_at: np.ndarray) -> None:
        """Record members whose numbers stopped being finite, and schedules whose plateau has come.

        Args:
            diverged_at: [e] the update at which a member froze, or -1.
            switched_at: [e] the step at which a schedule that waited for a plateau began to move, or -1.
        """
        for kind, steps in (("diverged", diverged_at), ("phase", switched_at)):
            for index in np.flatnonzero(steps >= 0):
                self._tell(kind, int(index), int(steps[index]))

    def all_grokked_at(self, alive: np.ndarray) -> int | None:
        """The step by which every living member has grokked for good; None while one has not, or none lives."""
        times = self.t_grok[alive]
        return int(times.max()) if len(times) and np.isfinite(times).all() else None

    def _tell(self, kind: str, index: int, step: int) -> None:
        member = self._members[index]
        if (kind, member.arm, member.seed) not in self._told:
            self._told.add((kind, member.arm, member.seed))
            self._writer.event(kind, step=step, arm=member.arm, seed=member.seed)
