"""Tasks with a known set of samples, of which a part is trained on and (some of) the others are the test set."""

import math
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from grokterm.spec.base import PER_MEMBER, refuse
from grokterm.spec.tasks.task import TaskSection

HELD = 1 << 22
"""Samples that a run may hold, 4 million: every pair for p up to 2000."""

_NEITHER = object()


class PartedTask(TaskSection):
    """The base of these tasks. A kind has the fields `train_fraction` and `split_seed`, and may have the other two.

    Attributes:
        available: how many samples there are.
        noun: what they are called in errors.
        size_field: the field that `available` depends on most.
    """

    noun: ClassVar[str] = "samples"
    size_field: ClassVar[str]

    @property
    def available(self) -> int:
        raise NotImplementedError

    @property
    def train_size(self) -> int:
        """train_samples, or floor(train_fraction * available), safe against 0.29 * 100 = 28.999999999999996."""
        samples = getattr(self, "train_samples", None)
        return samples if samples is not None else math.floor(self.train_fraction * self.available + 1e-9)

    @property
    def test_size(self) -> int:
        limit, others = getattr(self, "test_samples", None), self.available - self.train_size
        return others if limit is None else min(limit, others)

    @model_validator(mode="before")
    @classmethod
    def _notice_that_neither_is_there(cls, data: Any) -> Any:
        # Said of the field, not of the section: then it is found beside other mistakes, and a layer above can mend it.
        if isinstance(data, dict) and not {"train_fraction", "train_samples"} & data.keys():
            return data | {"train_fraction": _NEITHER}
        return data

    @field_validator("train_fraction", mode="before", check_fields=False)
    @classmethod
    def _one_of_the_two(cls, value: Any) -> Any:
        if value is _NEITHER:
            raise PydanticCustomError("missing", "missing")
        return value

    @model_validator(mode="after")
    def _both_sets_have_samples(self) -> "PartedTask":
        samples = getattr(self, "train_samples", None)
        if samples is not None and self.train_fraction is not None:
            sentence = f"{samples} beside train_fraction = {self.train_fraction}: exactly one of the two would be right"
            refuse([(("train_samples", "train_fraction"), sentence)])
        field = "train_samples" if samples is not None else "train_fraction"
        share = f"{getattr(self, field)} of {self.available} {self.noun}"
        if self.train_size == 0:
            refuse([((field, self.size_field), f"{share} leaves no training sample")])
        if self.train_size >= self.available:
            refuse([((field, self.size_field), f"{share} leaves no test sample")])
        if self.train_size + self.test_size > HELD:
            sentence = f"{self.train_size + self.test_size} samples are more than a run may hold, {HELD}"
            limits = [name for name in ("train_samples", "test_samples") if name in type(self).model_fields]
            advice = f"; {' and '.join(limits)} can limit them" if limits else ""
            refuse([((self.size_field, *limits), sentence + advice)])
        return self


def train_fraction() -> Any:
    """The field `train_fraction`, a number; None where `train_samples` takes its place."""
    return Field(
        None,
        gt=0,
        lt=1,
        json_schema_extra={"default_text": "required"},
        description="Share of all samples that is trained on, rounded down; the others are the test set. Less data "
        "makes grokking later, and below a critical share it never comes.",
    )


def train_samples() -> Any:
    """The field `train_samples`, an integer or None."""
    return Field(
        None,
        ge=1,
        json_schema_extra={"default_text": "absent: a share"},
        description="How many samples are trained on, in place of train_fraction (exactly one of the two): so tasks of "
        "different sizes can be compared at equal training sets. A larger number keeps the samples of a smaller one.",
    )


def test_samples() -> Any:
    """The field `test_samples`, an integer or None."""
    return Field(
        None,
        ge=1,
        json_schema_extra={"default_text": "absent: all others"},
        description="At most how many of the other samples are the test set, drawn at random. A limit saves time and "
        "memory; the accuracy is then known to about 1 / sqrt of it.",
    )


def split_seed() -> Any:
    """The field `split_seed`, an integer or None."""
    return Field(
        None,
        ge=0,
        lt=2**32,
        json_schema_extra=PER_MEMBER | {"default_text": "the run's seed"},
        description="Draws which samples are trained on. Set it to give every run the same split; absent, the split "
        "varies with the seed as the initial weights do.",
    )
