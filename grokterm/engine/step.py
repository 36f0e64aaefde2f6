"""The passes of one step through the stacked networks: training (with gradients) and evaluation (without).

e member, b sample, v answer
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch

from grokterm.engine.cohort import Part
from grokterm.engine.dropout import Key
from grokterm.engine.losses import Loss
from grokterm.engine.stack import Stack


class Scores(NamedTuple):
    """What a pass over a part of the data says of every member."""

    loss: torch.Tensor  # [e], the mean over the part, in the loss's dtype, or float32 where that has 16 bits
    accuracy: torch.Tensor  # [e] float64, correct / N


def train_pass(stack: Stack, part: Part, loss: Loss, key: Key | None = None) -> Scores:
    """Forward and backward: leaves d loss / d weights in `stack.gradients`, which it clears first.

    The losses of members are summed, never averaged: a member's gradient is that of its own loss, whoever is beside it.
    With a key [e] the networks drop elements, and the scores are those of what is left.
    """
    stack.gradients.zero_()
    scores = []
    function, keys = (_loss_and_correct, ()) if key is None else (_loss_with_dropout, key)
    for _, (mean, correct) in stack.map(partial(function, loss=loss), *keys, *part, *loss.numbers):
        mean.sum().backward()
        scores.append((mean.detach(), correct))
    return _joined(scores, part)


@torch.no_grad()
def evaluate(stack: Stack, part: Part, loss: Loss, most: int) -> Scores:
    """Forward only, at most `most` samples of a member at a time. Nothing is dropped."""
    pieces = part.pieces(most)
    scores = []
    for piece in pieces:
        found = [pair for _, pair in stack.map(partial(_loss_and_correct, loss=loss), *piece, *loss.numbers)]
        scores.append(_joined(found, piece))
    return scores[0] if len(scores) == 1 else _mean(scores, pieces)


@torch.no_grad()
def shares(stack: Stack, part: Part, loss: Loss, most: int) -> dict[str, torch.Tensor]:
    """The share of samples for which each of `loss.shares` is true, [e] float64; forward only, without dropout."""
    counts = torch.zeros(len(loss.shares), stack.width, dtype=torch.float64, device=part.answers.device)
    for piece in part.pieces(most):
        found = [flags for _, flags in stack.map(partial(_flags, loss=loss), *piece, *loss.numbers)]
        for count, values in zip(counts, zip(*found, strict=True), strict=True):
            count += torch.cat(values).sum(1)
    return {f"train_{name}": count / part.size for name, count in zip(loss.shares, counts, strict=True)}


def _loss_and_correct(
    network: Callable, inputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor, loss: Loss
) -> tuple[torch.Tensor, torch.Tensor]:
    """For one member: its mean loss, and how many answers are right. Of equal logits the first counts.

    Losses of 16 bits are averaged in 32: the mean of thousands of them is the caller's arithmetic, not the loss's.
    """
    outputs = network(inputs)  # [b, v]
    values = loss.values(outputs, answers, *numbers)
    mean = values.to(torch.promote_types(values.dtype, torch.float32)).mean()
    return mean, _right(outputs.detach(), answers).sum()


def _loss_with_dropout(
    network: Callable, bits: torch.Tensor, threshold: torch.Tensor, scale: torch.Tensor, *data: torch.Tensor, loss: Loss
) -> tuple[torch.Tensor, torch.Tensor]:
    return _loss_and_correct(partial(network, key=Key(bits, threshold, scale)), *data, loss=loss)


def _flags(
    network: Callable, inputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor, loss: Loss
) -> tuple[torch.Tensor, ...]:
    return loss.flags(network(inputs), answers, *numbers)


def _right(outputs: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    """Which answers are right, [b] bool. A number is never exactly right: tasks with numbers have no accuracy."""
    if answers.is_floating_point():
        return torch.zeros_like(answers, dtype=torch.bool)
    return outputs.argmax(-1) == answers


def _joined(scores: list[tuple[torch.Tensor, torch.Tensor]], part: Part) -> Scores:
    losses, correct = (torch.cat(tensors) for tensors in zip(*scores, strict=True))
    return Scores(losses, correct.to(torch.float64) / part.size)


def _mean(scores: list[Scores], pieces: list[Part]) -> Scores:
    """The scores of a part from those of its pieces. A count of right answers stays a whole number."""
    size = sum(piece.size for piece in pieces)
    loss = sum(score.loss * (piece.size / size) for score, piece in zip(scores, pieces, strict=True))
    right = sum((score.accuracy * piece.size).round() for score, piece in zip(scores, pieces, strict=True))
    return Scores(loss, right / size)
