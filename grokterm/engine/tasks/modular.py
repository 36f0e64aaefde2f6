"""Arithmetic modulo p over all pairs of operands.

b sample (a pair of operands), p modulus
"""

import numpy as np
import torch

from grokterm.engine.seeds import Purpose, generator
from grokterm.engine.tasks.split import Split
from grokterm.spec import Member


def modular_pairs(operation: str, p: int) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of operands and its answer, in the order of (a, b).

    Division is multiplication by the inverse of b modulo p, so only pairs whose divisor is a unit (gcd(b, p) = 1) are
    part of the task: p (p - 1) pairs for a prime p, p phi(p) for a composite one. A pair without exactly one answer is
    never shown. Both 0 / b = 0 and composite p are fine. The other operations use all p^2 pairs.

    Args:
        operation: `add`, `subtract`, `multiply` or `divide`: the answer is (a . b) mod p.
        p: modulus, 2 or more; prime or not.

    Returns:
        pairs [n, 2] and answers [n], both int64.
    """
    divisors = [b for b in range(p) if operation != "divide" or np.gcd(b, p) == 1]
    a, b = (x.reshape(-1) for x in np.meshgrid(np.arange(p), np.array(divisors), indexing="ij"))
    if operation == "add":
        answers = (a + b) % p
    elif operation == "subtract":
        answers = (a - b) % p
    elif operation == "multiply":
        answers = (a * b) % p
    elif operation == "divide":
        inverses = np.array([pow(d, -1, p) for d in divisors])
        answers = (a * np.tile(inverses, p)) % p
    else:
        raise ValueError(f"operation is {operation!r}; there are add, subtract, multiply and divide")
    return np.stack([a, b], axis=1).astype(np.int64), answers.astype(np.int64)


def modular(member: Member) -> Split:
    """The pairs that a member trains on, and the others."""
    task = member.spec.task
    return split_pairs(task.operation, task.p, task.train_size, generator(member.split_seed, Purpose.SPLIT))


def split_pairs(operation: str, p: int, train_size: int, draws: torch.Generator) -> Split:
    """Shuffle all pairs, train on the first `train_size` and test on the rest.

    Both parts are then put back into the order of (a, b): the batch is the whole part, so order means nothing to the
    mathematics, and neighbours in memory that share an operand make look-ups cheaper.

    Args:
        operation, p: see `modular_pairs`.
        train_size: pairs to train on; the spec takes floor(train_fraction * number of pairs).
        draws: decides the permutation; on the CPU, so that a split is the same on every device.
    """
    pairs, answers = modular_pairs(operation, p)
    order = torch.randperm(len(pairs), generator=draws)
    train, test = order[:train_size].sort().values, order[train_size:].sort().values
    pairs, answers = torch.from_numpy(pairs), torch.from_numpy(answers)
    return Split(pairs[train], answers[train], pairs[test], answers[test])
