"""The passes of one step through the stacked networks: training (with gradients) and evaluation (without).

e member, b sample, v answer
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch

from grokterm.engine.cohort import Part
from grokterm.engine.losses import cross_entropy
from grokterm.engine.stack import Stack


class Scores(NamedTuple):
    """What a pass over a part of the data says of every member."""

    loss: torch.Tensor  # [e], the mean over the part, in the loss's dtype
    accuracy: torch.Tensor  # [e] float64, correct / N


def train_pass(stack: Stack, part: Part, dtype: torch.dtype) -> Scores:
    """Forward and backward: leaves d loss / d weights in `stack.gradients`, which it clears first.

    The losses of members are summed, never averaged: a member's gradient is that of its own loss, whoever is beside it.
    """
    stack.gradients.zero_()
    scores = []
    for _, (loss, correct) in stack.map(partial(_loss_and_correct, dtype=dtype), *part):
        loss.sum().backward()
        scores.append((loss.detach(), correct))
    return _joined(scores, part)


@torch.no_grad()
def evaluate(stack: Stack, part: Part, dtype: torch.dtype) -> Scores:
    """Forward only."""
    scores = [found for _, found in stack.map(partial(_loss_and_correct, dtype=dtype), *part)]
    return _joined(scores, part)


def _loss_and_correct(
    network: Callable, inputs: torch.Tensor, answers: torch.Tensor, dtype: torch.dtype
) -> tuple[torch.Tensor, torch.Tensor]:
    """For one member: its mean loss, and how many answers are right. Of equal logits the first counts."""
    logits = network(inputs)  # [b, v]
    correct = (logits.detach().argmax(-1) == answers).sum()
    return cross_entropy(logits, answers, dtype).mean(), correct


def _joined(scores: list[tuple[torch.Tensor, torch.Tensor]], part: Part) -> Scores:
    losses, correct = (torch.cat(tensors) for tensors in zip(*scores, strict=True))
    return Scores(losses, correct.to(torch.float64) / part.answers.shape[1])
