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


def step_of(shown: Shown, embedding: int) -> tuple[int, int]:
    """Positions of a sample, and numbers that enter at each."""
    return (len(shown.sequence), embedding) if isinstance(shown, Tokens) else (shown.operands, shown.width)


def recurrent_tensors(
    shown: Shown, embedding: int, layers: int, hidden: int, gates: int, directions: int
) -> dict[str, tuple[int, ...]]:
    """What `ModelSection.tensors` gives: a table, the output, and for each direction of a layer what torch has."""
    found: dict[str, tuple[int, ...]] = {"W_E": (shown.vocabulary, embedding)} if isinstance(shown, Tokens) else {}
    found |= {"W_U": (directions * hidden, shown.outputs), "b_U": (shown.outputs,)}
    _, entering = step_of(shown, embedding)
    rows = gates * hidden
    for number in range(layers):
        layer = f"layers.{number}." if layers > 1 else ""
        width = directions * hidden if number else entering
        for ending in ("", "_back")[:directions]:
            shapes = {"W_ih": (rows, width), "W_hh": (rows, hidden), "b_ih": (rows,), "b_hh": (rows,)}
            found |= {f"{layer}{name}{ending}": shape for name, shape in shapes.items()}
    return found
