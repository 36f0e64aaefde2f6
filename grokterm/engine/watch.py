"""Finds milestones while a cohort trains, and decides when everything has grokked."""

from collections.abc import Mapping, Sequence

import numpy as np

from grokterm.record import CohortFolder, CohortWriter
from grokterm.spec import Member, RunSpec, find_milestones

_KINDS = {"t_mem": "memorised", "t_touch": "grokked_touch", "t_grok": "grokked"}


class MilestoneWatch:
    """Keeps the evaluations of one cohort and tells the record what they reached, each milestone once.

    A worker that goes on from a checkpoint begins with the evaluations and milestones that the record holds.

    Args:
        members: the cohort, in the order of the columns.
        writer: where events go.
        past: the same record, already cut back to the checkpoint.
        diverged_at: [e] the update at which a member froze before now, or -1.
    """

    def __init__(
        self, members: Sequence[Member], writer: CohortWriter, past: CohortFolder, diverged_at: np.ndarray
    ) -> None:
        self._members = members
        self._writer = writer
        self._told = {
            _mark(event.kind, event.step, **event.data)
            for event in past.effective_events()
            if event.kind in (*_KINDS.values(), "diverged", "phase", "intervened")
        }
        self._found = dict.fromkeys(_KINDS, np.full(len(members), np.nan))
        self._rows = (np.empty(0, np.int64), np.empty((0, len(members))), np.empty((0, len(members))))
        before = past.read("eval")
        if len(before):
            self.observe(before.steps, before.columns, diverged_at)

    def observe(self, steps: np.ndarray, columns: Mapping[str, np.ndarray], diverged_at: np.ndarray) -> None:
        """Take new rows of the eval stream and record what they complete.

        Args:
            steps: [t]. columns: train_acc and test_acc, [t, e]; a task without them has no milestones.
            diverged_at: [e] the update at which a member froze, or -1: rows from there on say nothing.
        """
        if "test_acc" not in columns:
            return
        new = (steps, columns["train_acc"], columns["test_acc"])
        self._rows = tuple(np.concatenate(pair) for pair in zip(self._rows, new, strict=True))
        rule = self._members[0].spec.milestones
        now = find_milestones(*self._rows, rule, diverged_at)
        for milestone, kind in _KINDS.items():
            known = self._found[milestone]
            self._found[milestone] = np.where(np.isnan(known), getattr(now, milestone), known)
            for index in np.flatnonzero(np.isfinite(self._found[milestone])):
                step = int(self._found[milestone][index])
                more = {"until": _window_ends(step, self._members[index].spec)} if milestone == "t_touch" else {}
                self._tell(kind, int(index), step, **more)
        self._forget(rule.grokked, np.asarray(diverged_at) >= 0)

    def _forget(self, threshold: float, frozen: np.ndarray) -> None:
        """Drop the rows that can't matter any more: all before the present stay above the threshold of any member.

        Args:
            threshold: of the test accuracy.
            frozen: [e] members that diverged: what they score is no milestone any more.
        """
        test = self._rows[2][:, np.isnan(self._found["t_grok"]) & ~frozen]
        below = np.flatnonzero(~(test >= threshold).any(axis=1)) if test.size else np.arange(len(test))
        first = int(below[-1]) + 1 if below.size else 0
        self._rows = tuple(part[first:] for part in self._rows)

    def frozen(
        self, diverged_at: np.ndarray, switched_at: np.ndarray, intervened: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """Record members whose numbers stopped being finite, schedules whose plateau has come, and interventions.

        Args:
            diverged_at: [e] the update at which a member froze, or -1.
            switched_at: [e] the step at which a schedule that waited for a plateau began to move, or -1.
            intervened: by kind, [e] the first update that was different, or -1.
        """
        for kind, steps in (("diverged", diverged_at), ("phase", switched_at)):
            for index in np.flatnonzero(steps >= 0):
                self._tell(kind, int(index), int(steps[index]))
        for what, steps in (intervened or {}).items():
            for index in np.flatnonzero(steps >= 0):
                self._tell("intervened", int(index), int(steps[index]), what=what)

    def all_grokked_at(self, alive: np.ndarray) -> int | None:
        """The step by which every living member has grokked for good; None while one has not, or none lives."""
        times = self._found["t_grok"][alive]
        return int(times.max()) if len(times) and np.isfinite(times).all() else None

    def _tell(self, kind: str, index: int, step: int, **more: str | int) -> None:
        member = self._members[index]
        data = {"arm": member.arm, "seed": member.seed} | more
        if _mark(kind, step, **data) not in self._told:
            self._told.add(_mark(kind, step, **data))
            self._writer.event(kind, step=step, **data)


def _window_ends(step: int, spec: RunSpec) -> int:
    """The step of the evaluation by which a run that touched the threshold at `step` has grokked, if it stays there."""
    every = spec.streams.eval_every
    return -(-(step + spec.milestones.window) // every) * every


def _mark(kind: str, step: int | None, **data: object) -> tuple:
    """What is told once. A fork may have the same intervention again, at another step."""
    own = (data.get("what"), step) if kind == "intervened" else ()
    return (kind, data.get("arm"), data.get("seed"), *own)
