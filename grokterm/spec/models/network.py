"""What every kind of [model] has, and tells the rest of the program."""

import math
from typing import Any, ClassVar, Literal

from pydantic import Field

from grokterm.spec.base import PER_MEMBER, Section
from grokterm.spec.shown import Shown

Precision = Literal["float32", "float64"]


def precision() -> Any:
    """The field `dtype`, of type `Precision`."""
    return Field(
        "float32",
        description="Precision of weights, activations and optimizer. float64 takes two to four times as long on a "
        "CPU, more on most GPUs.",
    )


def dropout_rate(where: str) -> Any:
    """The field `dropout`, a number; `where` says after what."""
    return Field(
        0.0,
        ge=0,
        lt=1,
        json_schema_extra=PER_MEMBER,
        description=f"Share of numbers that a training step sets to 0, {where}; the others grow by 1 / (1 - dropout). "
        "The train stream has the loss of the thinned network; evaluations use all of it.",
    )


def initial_scale() -> Any:
    """The field `init_scale`, a number."""
    return Field(
        1.0,
        gt=0,
        json_schema_extra=PER_MEMBER,
        description="Factor on all initial weights of a member, so that scales can be compared inside one cohort. 1 "
        "leaves the rule of the network as it is.",
    )


def layer_norm(name: str, shape: tuple[int, ...], bias: bool = True) -> dict[str, tuple[int, ...]]:
    """The tensors of a LayerNorm: gains, and biases where it has them."""
    return {f"{name}.weight": shape} | ({f"{name}.bias": shape} if bias else {})


class ModelSection(Section):
    """The base of all networks. `grokterm.engine.models` builds them.

    Each kind has the fields `init_scale` and `dtype` as its last. Multiplications and what is kept are rough counts, by
    which `grokterm.spec.work` compares cohorts.

    Attributes:
        reads: the kinds of `Shown` that the network can take.
        embeddings: last parts of the names of the tables that its input is looked up in, where it has them.
    """

    reads: ClassVar[frozenset[str]] = frozenset()
    embeddings: ClassVar[tuple[str, ...]] = ()

    kind: str

    @property
    def unclear(self) -> tuple[str, ...]:
        """ "embeddings" or "unembeddings", where it isn't known which of its tensors they are."""
        return ()

    @property
    def known(self) -> bool:
        """Whether anything can be said of its size; a module of the user's own must have been looked at."""
        return True

    @property
    def cautions(self) -> tuple[str, ...]:
        """What is worth a second look before a run starts; one line each."""
        return ()

    def tensors(self, shown: Shown) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor of weights, by the name under which it is recorded, in the network's order."""
        raise NotImplementedError

    def embedding_tensors(self, shown: Shown) -> tuple[str, ...]:
        """Those of its tensors that are embeddings."""
        return tuple(name for name in self.tensors(shown) if name.rpartition(".")[2] in self.embeddings)

    def parameters(self, shown: Shown) -> int:
        """Weights of one network."""
        return sum(math.prod(shape) for shape in self.tensors(shown).values())

    def multiplications(self, shown: Shown) -> float:
        """Multiply-adds of one sample, forward."""
        raise NotImplementedError

    def kept(self, shown: Shown) -> int:
        """Numbers that one sample holds on to until the backward pass, outputs left out."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """Rows of a typical matrix of weights."""
        raise NotImplementedError
