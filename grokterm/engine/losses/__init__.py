"""Losses: one value for each sample. Whoever calls them reduces."""

from collections.abc import Callable, Sequence

import torch

from grokterm.engine.losses.class_loss import ClassLoss
from grokterm.engine.losses.cross_entropy import cross_entropy, identity
from grokterm.engine.losses.log2_mse import Log2MSE
from grokterm.engine.losses.loss import Loss
from grokterm.engine.losses.mse import MSE
from grokterm.engine.losses.stablemax import stablemax_scores
from grokterm.engine.losses.taylor_softmax import taylor_scores
from grokterm.spec.base import Section

__all__ = ["KINDS", "Loss", "build_loss", "cross_entropy"]

KINDS: dict[str, Callable[[Sequence[Section], torch.device], Loss]] = {
    "cross_entropy": ClassLoss.with_scores(identity),
    "stablemax": ClassLoss.with_scores(stablemax_scores),
    "taylor_softmax": ClassLoss.with_scores(taylor_scores),
    "mse": MSE,
    "log2_mse": Log2MSE,
}
"""The losses by the `kind` of their section."""


def build_loss(specs: Sequence[Section], device: torch.device) -> Loss:
    """The loss of a cohort.

    Args:
        specs: the [loss] section of every member, alike in every structural field.
        device: where their numbers live.
    """
    return KINDS[specs[0].kind](specs, device)
