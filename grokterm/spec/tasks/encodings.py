"""How a task with operands shows them: the field `encoding`, and what follows from it.

Every value that an operand can have is one of `values` things, numbered from 0.
"""

from typing import Any, Literal

from pydantic import Field

from grokterm.spec.shown import Numbers, Tokens

Encoding = Literal["tokens", "operators", "bare", "binary", "codes", "scalars", "fractions"]

CODE_BITS = 14
"""Bits of a random code (Prieto et al.): far more than numbers of up to 2000 need, so that codes differ in many."""


def encoding() -> Any:
    """The field `encoding`, of type `Encoding`."""
    return Field(
        "tokens",
        description="How operands are shown. As tokens, a table row each (an MLP without embedding looks one-hot rows "
        'up): tokens is "a b =", operators is "a + b =", bare is "a b", read at the last operand. As plain numbers: '
        f"binary digits; codes of {CODE_BITS} random bits, drawn by split_seed; scalars, one number each as it is; "
        "fractions, the same divided by how many values there are. The fewer numbers, the harder to learn.",
    )


def shown_as(encoding: Encoding, values: int, operands: int, outputs: int) -> Tokens | Numbers:
    """What a network sees of a sample.

    Args:
        encoding: as of the field.
        values: how many values an operand can have.
        operands: of a sample.
        outputs: how many numbers are answered.
    """
    places: tuple[None, ...] = (None,) * operands
    if encoding == "bare":
        return Tokens(values, places, outputs)
    if encoding == "tokens":
        return Tokens(values, (*places, values), outputs)
    if encoding == "operators":
        signs = tuple(token for place in places for token in (place, values))
        return Tokens(values, (*signs[:-1], values + 1), outputs)
    widths = {"binary": max(1, (values - 1).bit_length()), "codes": CODE_BITS, "scalars": 1, "fractions": 1}
    return Numbers(operands * widths[encoding], outputs, operands)
