"""[task] kind = "modular"."""

import math
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from grokterm.spec.base import refuse
from grokterm.spec.shown import Numbers, Tokens
from grokterm.spec.tasks.encodings import Encoding, encoding, shown_as
from grokterm.spec.tasks.parted import PartedTask, split_seed, test_samples, train_fraction, train_samples

_ANY_NUMBER = ("add", "multiply")  # associative: no other order of the operands means anything else


class Modular(PartedTask):
    """Arithmetic modulo p: tokens [a, b, p], label (a o b) mod p, read at the last position.

    The data are all pairs (a, b) with 0 <= a, b < p. Division a / b is a * b^-1 and keeps the pairs whose b
    has an inverse modulo p (gcd(b, p) = 1): p (p-1) pairs for a prime p, p * phi(p) for any other.
    With `operands` = K they are all p^K tuples, and the label is their sum or product.
    Source of the task: Power et al. (arXiv 2201.02177).
    """

    size_field: ClassVar[str] = "p"

    kind: Literal["modular"] = Field("modular", description="The family of tasks.")
    operation: Literal["add", "subtract", "multiply", "divide", "quadratic", "cubic"] = Field(
        "add",
        description="What is computed modulo p. Division leaves out the pairs whose second operand has no inverse; "
        "quadratic is a^2 + ab + b^2, cubic is a^3 + ab: both need more data than a sum.",
    )
    p: int = Field(
        ge=2,
        le=2000,
        description="The modulus. The network has p + 1 tokens and p classes, and there are p^2 pairs (fewer for "
        "divide).",
    )
    operands: int = Field(
        2,
        ge=2,
        le=4,
        description="How many numbers are added or multiplied, K; the other operations take two. There are p^K "
        "samples, so the same share is p times as many with each operand more: compare at equal train_samples too.",
    )
    encoding: Encoding = encoding()
    train_fraction: float | None = train_fraction()
    train_samples: int | None = train_samples()
    test_samples: int | None = test_samples()
    split_seed: int | None = split_seed()

    @property
    def available(self) -> int:
        if self.operation != "divide":
            return self.p**self.operands
        return self.p * len(self.divisors)

    @property
    def divisors(self) -> tuple[int, ...]:
        """Numbers below p that have an inverse modulo p."""
        return tuple(b for b in range(self.p) if math.gcd(b, self.p) == 1)

    @property
    def noun(self) -> str:
        return "pairs" if self.operands == 2 else "samples"

    @property
    def shown(self) -> Tokens | Numbers:
        return shown_as(self.encoding, self.p, self.operands, self.p)

    @model_validator(mode="after")
    def _operation_takes_the_operands(self) -> "Modular":
        if self.operands > 2 and self.operation not in _ANY_NUMBER:
            sentence = f"{self.operation} takes 2; {' and '.join(_ANY_NUMBER)} take 2, 3 or 4"
            refuse([(("operands", "operation"), sentence)])
        return self
