"""When an intervention comes: at a step, or when the run itself has got somewhere."""

from typing import Annotated, Any, Literal

from pydantic import Field

from grokterm.spec.base import Section

UNKNOWN = -1
"""The first step of an intervention that waits for a milestone which hasn't come."""

Problem = tuple[tuple[str, ...], str]


def listed(value: Any) -> Any:
    """A list of a document as the tuple that a frozen section holds."""
    return tuple(value) if isinstance(value, list) else value


class When(Section):
    """The fields that all interventions share.

    Step s means: from update s on, which changes the weights that s updates have made. A milestone is seen at an
    evaluation; the update of that very step is under way then, so the first that can be different is the next.
    """

    at: Annotated[int, Field(ge=0)] | Literal["memorised", "grokked"] = Field(
        description='The first update that is different: a step; or "memorised" or "grokked": at the first evaluation '
        "at which this run's train or test accuracy reaches the threshold of [milestones] (grokked doesn't wait for "
        "the window). The update under way then is made as ever: found at step s, it is as at = s + 1.",
    )
    after: int = Field(0, ge=0, description="Steps to wait from then on.")

    @property
    def milestone(self) -> bool:
        """Whether the step is known only when the run gets there."""
        return isinstance(self.at, str)

    @property
    def first(self) -> int:
        """The first update that is different, as far as it is known beforehand; else UNKNOWN."""
        return UNKNOWN if isinstance(self.at, str) else self.at + self.after

    def check(self, spec: Any) -> list[Problem]:
        """What can't be in the run `spec`: pairs of fields, relative to this table or dotted from the top; a sentence.

        Fields of this table begin with a dot.
        """
        if not self.milestone:
            if self.first < spec.stop.steps:
                return []
            return [
                (
                    (".at", ".after", "stop.steps"),
                    f"step {self.first} never comes: the budget ends at {spec.stop.steps}",
                )
            ]
        if not spec.streams.eval_every:
            return [((".at", "streams.eval_every"), f'"{self.at}" needs evaluations, and streams.eval_every is 0')]
        return accuracy_needed((".at", "task.kind"), f'"{self.at}"', spec)


def accuracy_needed(fields: tuple[str, ...], what: str, spec: Any) -> list[Problem]:
    """A problem where the task has no classes, and so nothing that is right or wrong; none while they aren't known."""
    if not spec.task.known or spec.task.answers == "classes":
        return []
    return [(fields, f"{what} needs answers that are classes; {spec.task.kind} has {spec.task.answers}")]
