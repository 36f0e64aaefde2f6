"""The task as the engine takes it.

b sample
"""

from functools import partial

import numpy as np
import torch

from grokterm.engine.tasks.m_height.split import Codes, m_height_split
from grokterm.engine.tasks.split import Progress, Split
from grokterm.spec import Member


def build_m_height(member: Member, progress: Progress) -> Split:
    """Inputs [b, 36 + 3]: P row by row and (n, k, m); answers log2 h [b]. Members with the same seed share a cache."""
    split = m_height_split(member.spec.task, member.split_seed, partial(progress, "codes"))
    return Split(*tensors(split.train), *tensors(split.validation))


def tensors(codes: Codes) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and answers."""
    inputs = np.concatenate([codes.inputs.reshape(len(codes.inputs), -1), codes.parameters], axis=1)
    return torch.from_numpy(inputs), torch.from_numpy(codes.log2_h)
