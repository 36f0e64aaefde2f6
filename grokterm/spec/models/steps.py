"""A sample read position by position: what recurrent networks have in common."""

from typing import Any

from pydantic import Field

from grokterm.spec.shown import Shown, Tokens


def embedding() -> Any:
    """The field `embedding`, of type int."""
    return Field(
        128,
        ge=1,
        le=8192,
        description="Width of the embedding of a token. Of no effect where the task shows numbers: then those of an "
        "operand are one position.",
    )


def step_of(shown: Shown, embedding: int) -> tuple[int, int, int]:
    """Weights of the table of embeddings, positions of a sample, and numbers that enter at each."""
    if isinstance(shown, Tokens):
        return shown.vocabulary * embedding, len(shown.sequence), embedding
    return 0, shown.operands, shown.width


def gates_of(gates: int, entering: int, hidden: int) -> int:
    """Weights of one direction of a layer: for each gate two matrices and two biases, as torch has them."""
    return gates * hidden * (entering + hidden + 2)
