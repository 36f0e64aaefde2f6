"""Composition of permutations of five things. Power et al., arXiv 2201.02177.

b sample (a pair of permutations), g permutation, i one of the five
"""

from itertools import permutations

import torch

from grokterm.engine.seeds import Purpose, generator
from grokterm.engine.tasks.encodings import encode
from grokterm.engine.tasks.split import Progress, Split, shared_out
from grokterm.spec import Member


def build_s5(member: Member, progress: Progress) -> Split:
    """The pairs that a member trains on, and (some of) the others."""
    task, seed = member.spec.task, member.split_seed
    table = compositions()
    tensors = []
    for part in shared_out(task.available, task.train_size, task.test_size, generator(seed, Purpose.SPLIT)):
        pairs = torch.stack([part // len(table), part % len(table)], 1)
        tensors += [encode(pairs, task.encoding, len(table), seed), table[pairs[:, 0], pairs[:, 1]]]
    return Split(*tensors)


def compositions() -> torch.Tensor:
    """The number of s after t at [s, t], (s t)(i) = s(t(i)); [g, g] int64.

    Permutations are numbered in the lexicographic order of their values (s(0), ..., s(4)).
    """
    elements = torch.tensor(list(permutations(range(5))))  # [g, i]
    digits = 5 ** torch.arange(4, -1, -1)
    numbers = torch.empty(5**5, dtype=torch.int64)
    numbers[(elements * digits).sum(1)] = torch.arange(len(elements))
    composed = elements[:, elements]  # [s, t, i]: the values of s at those of t
    return numbers[(composed * digits).sum(2)]
