"""Where a task and a network meet: what is shown of a sample, and how many numbers are answered.

b sample, k operand, t position
"""

import math
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Tokens:
    """Operands, as whole numbers: inputs [b, k] int64, each below `values`.

    A network that reads a sequence puts constant tokens between them ("+", "="); one that reads operands alone needs
    none.

    Attributes:
        values: how many values an operand can have.
        sequence: one entry for each position t: None where the next operand stands, else the number of a constant
            token. Constant tokens are numbered from `values` on.
        outputs: how many numbers the network answers, one logit for each class.
    """

    kind: ClassVar[str] = "tokens"

    values: int
    sequence: tuple[int | None, ...]
    outputs: int

    @property
    def operands(self) -> int:
        """Operands of a sample, k."""
        return sum(token is None for token in self.sequence)

    @property
    def vocabulary(self) -> int:
        """Tokens in all: the values, and the constants beyond them."""
        return max([self.values, *(token + 1 for token in self.sequence if token is not None)])


@dataclass(frozen=True)
class Numbers:
    """Plain numbers: inputs [b, features] float32.

    Attributes:
        features: numbers of a sample.
        outputs: how many numbers the network answers.
        operands: how many things the numbers speak of, k. The first `width` of them are of the first, and so on: a
            network that reads a sequence takes one at a time.
    """

    kind: ClassVar[str] = "numbers"

    features: int
    outputs: int
    operands: int = 1

    @property
    def width(self) -> int:
        """Numbers of each operand."""
        return self.features // self.operands


@dataclass(frozen=True)
class Square:
    """A square of numbers, row by row, and a few beside it: inputs [b, side^2 + beside] float32.

    Attributes:
        side: of the square.
        beside: numbers that come after it.
        outputs: how many numbers the network answers.
    """

    kind: ClassVar[str] = "square"

    side: int
    beside: int
    outputs: int

    @property
    def features(self) -> int:
        """Numbers of a sample."""
        return self.side * self.side + self.beside


@dataclass(frozen=True)
class Arrays:
    """Numbers in any other shape: inputs [b, *shape] float32. Only a network that knows the task can read them.

    Attributes:
        shape: of a sample.
        outputs: how many numbers the network answers.
    """

    kind: ClassVar[str] = "arrays"

    shape: tuple[int, ...]
    outputs: int

    @property
    def features(self) -> int:
        """Numbers of a sample."""
        return math.prod(self.shape)


Shown = Tokens | Numbers | Square | Arrays
