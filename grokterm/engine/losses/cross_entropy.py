"""Cross-entropy in a chosen precision.

b sample, v answer
"""

import torch

from grokterm.engine.losses.softmax import log_softmax


def cross_entropy(logits: torch.Tensor, answers: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """-log softmax(logits)[answer], one value for each sample.

    The softmax is computed in `dtype` from logits in the network's own precision, because that is where fitted networks
    run out of digits: in float32 the loss of a sample is exactly 0, and with it the gradient, once its margin passes
    about 17; in float64 once it passes about 37, in float16 about 8, in bfloat16 about 6. The caller takes the mean
    over samples, and never over members.

    Args:
        logits: [b, v].
        answers: [b] int64.
        dtype: precision of the softmax, and of what is returned.
    """
    return surprise(log_softmax(logits.to(dtype)), answers)


def surprise(log_probabilities: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    """-log p of the answer: [b, v] and [b] to [b]."""
    return -log_probabilities.gather(-1, answers.unsqueeze(-1)).squeeze(-1)


def identity(logits: torch.Tensor) -> torch.Tensor:
    """The scores of the softmax itself: exp(z) is what is summed."""
    return logits
