"""Sparse parity. Barak et al., arXiv 2207.08799.

b sample, n bit
"""

import torch

from grokterm.engine.seeds import Purpose, generator
from grokterm.engine.tasks.split import Progress, Split, distinct
from grokterm.spec import Member


def build_parity(member: Member, progress: Progress) -> Split:
    """Inputs [b, n] float32, answers the parity of the relevant bits [b] int64."""
    task, draws = member.spec.task, generator(member.split_seed, Purpose.SPLIT)
    order = torch.randperm(task.bits, generator=draws)
    relevant = order[: task.relevant] if task.places == "drawn" else torch.arange(task.relevant)
    numbers = distinct(task.samples, 2**task.bits, draws)
    bits = numbers.unsqueeze(1) >> torch.arange(task.bits) & 1  # [b, n]
    answers = bits[:, relevant].sum(1) % 2
    inputs = (bits if task.inputs == "bits" else 1 - 2 * bits).to(torch.float32)
    (train, test), (train_answers, test_answers) = (
        tensor.split([task.train_size, task.test_size]) for tensor in (inputs, answers)
    )
    return Split(train, train_answers, test, test_answers)
