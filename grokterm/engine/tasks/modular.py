"""Arithmetic modulo p over all tuples of operands. Power et al., arXiv 2201.02177.

b sample (a tuple of operands), k operand, p modulus
"""

from collections.abc import Callable

import torch

from grokterm.engine.seeds import Purpose, generator
from grokterm.engine.tasks.encodings import encode
from grokterm.engine.tasks.split import Progress, Split, shared_out
from grokterm.spec import Member
from grokterm.spec.tasks import Modular

Operation = Callable[[torch.Tensor, int], torch.Tensor]


def build_modular(member: Member, progress: Progress) -> Split:
    """The samples that a member trains on, and (some of) the others. Only those are made that are held."""
    task, seed = member.spec.task, member.split_seed
    parts = shared_out(task.available, task.train_size, task.test_size, generator(seed, Purpose.SPLIT))
    samples = (samples_at(task, part) for part in parts)
    return Split(
        *(
            tensor
            for operands, answers in samples
            for tensor in (encode(operands, task.encoding, task.p, seed), answers)
        )
    )


def samples_at(task: Modular, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Samples by their place among all: operands [b, k] and answers [b], int64.

    They are in the order of (a, b, ...). Division is multiplication by the inverse of b modulo p, so only pairs whose
    divisor is a unit (gcd(b, p) = 1) are part of the task: p (p - 1) pairs for a prime p, p phi(p) for a composite one.
    A pair without exactly one answer is never shown. Both 0 / b = 0 and composite p are fine.

    Args:
        task: the section.
        places: [b] int64, each below `task.available`.
    """
    if task.operation == "divide":
        divisors = torch.tensor(task.divisors)
        a, b = places // len(divisors), divisors[places % len(divisors)]
        inverses = torch.zeros(task.p, dtype=torch.int64)
        inverses[divisors] = torch.tensor([pow(divisor, -1, task.p) for divisor in task.divisors])
        return torch.stack([a, b], 1), a * inverses[b] % task.p
    powers = task.p ** torch.arange(task.operands - 1, -1, -1)
    operands = places.unsqueeze(1) // powers % task.p
    return operands, _OPERATIONS[task.operation](operands, task.p)


def _product(operands: torch.Tensor, p: int) -> torch.Tensor:
    result = operands[:, 0]
    for operand in operands.unbind(1)[1:]:
        result = result * operand % p
    return result


def _quadratic(operands: torch.Tensor, p: int) -> torch.Tensor:
    a, b = operands.unbind(1)
    return (a * a + a * b + b * b) % p


def _cubic(operands: torch.Tensor, p: int) -> torch.Tensor:
    a, b = operands.unbind(1)
    return (a**3 + a * b) % p


_OPERATIONS: dict[str, Operation] = {
    "add": lambda operands, p: operands.sum(1) % p,
    "subtract": lambda operands, p: (operands[:, 0] - operands[:, 1]) % p,
    "multiply": _product,
    "quadratic": _quadratic,
    "cubic": _cubic,
}
