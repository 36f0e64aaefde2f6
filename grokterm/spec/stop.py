"""[stop] and [streams]: how long to run, and what to write down on the way."""

from pydantic import Field

from grokterm.spec.base import Section


class Stop(Section):
    """When a run ends. The first rule that applies to the whole cohort ends it; the budget always does."""

    steps: int = Field(
        ge=1,
        le=10_000_000,
        description="Budget in updates. A run that hasn't grokked by then is censored there, and T of the schedules "
        "is this.",
    )
    grokked_plus: int | None = Field(
        None,
        ge=0,
        json_schema_extra={"default_text": "absent: use the whole budget"},
        description="Stop this many steps after the last member of the cohort has grokked for good.",
    )
    wall_hours: float | None = Field(
        None,
        gt=0,
        json_schema_extra={"default_text": "absent: no limit"},
        description="Stop after this many hours of running, pauses not counted. Where it strikes depends on the "
        "machine.",
    )


def _cadence(default: int | None, what: str) -> int:
    return Field(default, ge=0, description=f"Steps from one {what} to the next; 0 is off.")


class Streams(Section):
    """How often each table of numbers gets a row."""

    train_every: int = _cadence(1, "row of train loss and accuracy")
    eval_every: int = _cadence(10, "evaluation on the test set, from which the milestones are read,")
    weights_every: int = _cadence(10, "row of weight norms, gradient and update norm, lambda and its integral")
    sparsity_every: int = _cadence(
        100, "row of the sparsity of W_E, W_U and W_Q, or of all matrices where the network has no queries"
    )
    numerics_every: int = _cadence(
        0,
        "row of the shares of training samples for which the loss has run out of digits (its sum of exponentials is 1, "
        "or it is 0; for log2_mse: the output is clamped)",
    )
    checkpoint_every: int | None = Field(
        None,
        ge=0,
        json_schema_extra={"default_text": "absent: at 1, 2, 5, 10, 20, 50, ..."},
        description="Steps from one kept checkpoint to the next; 0 keeps only the latest, absent spaces them as 1-2-5.",
    )
