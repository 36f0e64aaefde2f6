"""[task] kind = "modular"."""

import math
from typing import Literal

from pydantic import Field, model_validator

from grokterm.spec.base import PER_MEMBER, refuse
from grokterm.spec.shown import Tokens
from grokterm.spec.tasks.task import TaskSection


class Modular(TaskSection):
    """Arithmetic modulo p: tokens [a, b, p], label (a o b) mod p, read at the last position.

    The data are all pairs (a, b) with 0 <= a, b < p. Division a / b is a * b^-1 and keeps the pairs whose b
    has an inverse modulo p (gcd(b, p) = 1): p (p-1) pairs for a prime p, p * phi(p) for any other.
    Source of the task: Power et al. (arXiv 2201.02177).
    """

    kind: Literal["modular"] = Field("modular", description="The family of tasks.")
    operation: Literal["add", "subtract", "multiply", "divide"] = Field(
        "add",
        description="What is computed modulo p. Division leaves out the pairs whose second operand has no inverse.",
    )
    p: int = Field(
        ge=2,
        le=2000,
        description="The modulus. The network has p + 1 tokens and p classes, and there are p^2 pairs (fewer for "
        "divide).",
    )
    train_fraction: float = Field(
        gt=0,
        lt=1,
        description="Share of all pairs that is trained on, rounded down; the others are the test set. Less data "
        "makes grokking later, and below a critical share it never comes.",
    )
    split_seed: int | None = Field(
        None,
        ge=0,
        lt=2**32,
        json_schema_extra=PER_MEMBER | {"default_text": "the run's seed"},
        description="Draws which pairs are trained on. Set it to give every run the same split; absent, the split "
        "varies with the seed as the initial weights do.",
    )

    @property
    def pairs(self) -> int:
        """Number of samples, train and test together."""
        if self.operation != "divide":
            return self.p * self.p
        return self.p * sum(math.gcd(b, self.p) == 1 for b in range(self.p))

    @property
    def train_size(self) -> int:
        """floor(train_fraction * pairs), safe against 0.29 * 100 = 28.999999999999996."""
        return math.floor(self.train_fraction * self.pairs + 1e-9)

    @property
    def test_size(self) -> int:
        return self.pairs - self.train_size

    @property
    def shown(self) -> Tokens:
        return Tokens(values=self.p, sequence=(None, None, self.p), outputs=self.p)

    @model_validator(mode="after")
    def _both_sets_have_samples(self) -> "Modular":
        if self.train_size == 0:
            refuse(
                [
                    (
                        ("train_fraction", "p"),
                        f"{self.train_fraction} of {self.pairs} pairs leaves no training sample",
                    )
                ]
            )
        if self.train_size == self.pairs:
            refuse(
                [
                    (
                        ("train_fraction", "p"),
                        f"{self.train_fraction} of {self.pairs} pairs leaves no test sample",
                    )
                ]
            )
        return self
