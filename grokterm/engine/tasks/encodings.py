"""Operands as a network sees them; `grokterm.spec.tasks.encodings` says which ways there are.

b sample, k operand, v value of an operand, w number
"""

import torch

from grokterm.engine.seeds import Purpose, generator
from grokterm.spec.tasks.encodings import CODE_BITS, Encoding


def encode(operands: torch.Tensor, encoding: Encoding, values: int, seed: int) -> torch.Tensor:
    """Operands [b, k] as they are where they are tokens, otherwise as numbers [b, k w] float32.

    Args:
        operands: int64, each below `values`.
        encoding: as of the section.
        values: how many values an operand can have.
        seed: draws codes.
    """
    table = _table(encoding, values, seed)
    return operands if table is None else table[operands].flatten(1)


def _table(encoding: Encoding, values: int, seed: int) -> torch.Tensor | None:
    """The numbers that stand for each value, [v, w] float32; None for tokens."""
    numbers = torch.arange(values)
    if encoding == "binary":
        return _binary_digits(numbers, max(1, (values - 1).bit_length()))
    if encoding == "codes":
        # No two values have the same code.
        codes = torch.randperm(1 << CODE_BITS, generator=generator(seed, Purpose.CODES))[:values]
        return _binary_digits(codes, CODE_BITS)
    if encoding == "scalars":
        return numbers.to(torch.float32).unsqueeze(1)
    if encoding == "fractions":
        return (numbers.to(torch.float64) / values).to(torch.float32).unsqueeze(1)
    return None


def _binary_digits(numbers: torch.Tensor, digits: int) -> torch.Tensor:
    """[v, digits] float32, the highest first."""
    return (numbers.unsqueeze(1) >> torch.arange(digits - 1, -1, -1) & 1).to(torch.float32)
