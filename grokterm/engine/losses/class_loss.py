"""Losses over classes: -log p of the right one, and what can be done to logits and labels.

b sample, v answer
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

import torch

from grokterm.engine.losses.cross_entropy import surprise
from grokterm.engine.losses.loss import Loss, wide
from grokterm.engine.losses.softmax import collapsed, log_softmax
from grokterm.spec.base import Section


class ClassLoss(Loss):
    """(1 - s) (-log p_y) + s mean_k(-log p_k) + c |alpha z|, with p = softmax(scores(alpha z / T)).

    `scores` is what makes the softmax a StableMax or a Taylor softmax. alpha, T and `scores` act in the more exact of
    the network's precision and `dtype`; the softmax and the rest in `dtype`. Smoothing is torch's.

    Args:
        scores: [b, v] to [b, v], for one member.
    """

    fields: ClassVar[dict[str, float]] = {
        "logit_scale": 1.0,
        "temperature": 1.0,
        "label_smoothing": 0.0,
        "logit_norm": 0.0,
    }
    shares: ClassVar[tuple[str, ...]] = ("collapsed", "zero_loss")

    def __init__(self, specs: Sequence[Section], device: torch.device, scores: Callable) -> None:
        super().__init__(specs, device)
        self._scores, self._kahan = scores, specs[0].sum == "kahan"

    @classmethod
    def with_scores(cls, scores: Callable) -> Callable[[Sequence[Section], torch.device], Loss]:
        """The class with its scores chosen."""
        return partial(cls, scores=scores)

    def values(self, outputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor) -> torch.Tensor:
        given = self._named(numbers)
        logits = self._logits(outputs, given)
        log_p = log_softmax(self._in_dtype(logits, given), self._kahan)
        loss = surprise(log_p, answers)
        if "label_smoothing" in given:
            share = given["label_smoothing"].to(self.dtype)
            loss = (1 - share) * loss - share * log_p.mean(-1)
        if "logit_norm" in given:
            norm = torch.linalg.vector_norm(logits, dim=-1) * given["logit_norm"].to(logits.dtype)
            loss = loss + norm.to(self.dtype)
        return loss

    def flags(self, outputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor) -> tuple[torch.Tensor, ...]:
        given = self._named(numbers)
        ended = collapsed(self._in_dtype(self._logits(outputs, given), given), self._kahan)
        return ended, self.values(outputs, answers, *numbers) == 0

    def _logits(self, outputs: torch.Tensor, given: dict[str, torch.Tensor]) -> torch.Tensor:
        """alpha z, [b, v]."""
        outputs = wide(outputs, self.dtype)
        return outputs * given["logit_scale"].to(outputs.dtype) if "logit_scale" in given else outputs

    def _in_dtype(self, logits: torch.Tensor, given: dict[str, torch.Tensor]) -> torch.Tensor:
        """The scores of logits / T, in `dtype`."""
        if "temperature" in given:
            logits = logits / given["temperature"].to(logits.dtype)
        return self._scores(logits).to(self.dtype)
