"""[batches]: how many samples an update sees, and in which order."""

from pydantic import Field

from grokterm.spec.base import PER_MEMBER, Section


class Batches(Section):
    """Full batch, unless a size is given. Every epoch shows each training sample once, in an order of its own."""

    size: int | None = Field(
        None,
        ge=1,
        json_schema_extra={"default_text": "absent: the whole training set"},
        description="Samples of one update. The last batch of an epoch has what is left. Smaller batches add noise to "
        "the gradient, and an epoch is that many more steps.",
    )
    seed: int | None = Field(
        None,
        ge=0,
        lt=2**32,
        json_schema_extra=PER_MEMBER | {"default_text": "the run's seed"},
        description="Draws the order of the samples. Set it to give every run the same order; of no effect on full "
        "batches.",
    )
