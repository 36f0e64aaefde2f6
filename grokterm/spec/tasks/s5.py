"""[task] kind = "s5"."""

import math
from typing import ClassVar, Literal

from pydantic import Field

from grokterm.spec.shown import Numbers, Tokens
from grokterm.spec.tasks.encodings import Encoding, encoding, shown_as
from grokterm.spec.tasks.parted import PartedTask, split_seed, test_samples, train_fraction, train_samples

ELEMENTS = math.factorial(5)


class S5(PartedTask):
    """Composition of permutations of five things: operands s and t, label s after t, (s t)(i) = s(t(i)).

    The 120 permutations are numbered in the lexicographic order of (s(0), ..., s(4)), so 0 changes nothing. There are
    14,400 pairs, and the order of a pair matters.
    Source of the task: Power et al. (arXiv 2201.02177).
    """

    noun: ClassVar[str] = "pairs"
    size_field: ClassVar[str] = "train_fraction"

    kind: Literal["s5"] = Field("s5", description="The family of tasks.")
    encoding: Encoding = encoding()
    train_fraction: float | None = train_fraction()
    train_samples: int | None = train_samples()
    test_samples: int | None = test_samples()
    split_seed: int | None = split_seed()

    @property
    def available(self) -> int:
        return ELEMENTS**2

    @property
    def shown(self) -> Tokens | Numbers:
        return shown_as(self.encoding, ELEMENTS, 2, ELEMENTS)
