"""What a task gives the engine.

b sample
"""

from collections.abc import Callable
from typing import NamedTuple

import torch

from grokterm.spec import Member


class Split(NamedTuple):
    """The samples of one member in two parts.

    Inputs are what `spec.task.shown` says. Answers are the classes [b] int64, or the numbers [b] float64.
    """

    train_inputs: torch.Tensor
    train_answers: torch.Tensor
    test_inputs: torch.Tensor
    test_answers: torch.Tensor


Build = Callable[[Member], Split]
"""Makes the samples of a member from its [task] section and `Member.split_seed`, on the CPU."""
