"""Random numbers, one generator per member and purpose.

Initial weights, split and batches draw from generators of their own, always on the CPU, so that a member's numbers
depend on its seed alone: not on its neighbours, the device, or how much was drawn for something else before.
"""

from enum import IntEnum

import numpy as np
import torch


class Purpose(IntEnum):
    """What a generator is for. The numbers are part of what a seed means and never change."""

    WEIGHTS = 0
    SPLIT = 1
    BATCHES = 2
    CODES = 3
    DROPOUT = 4


def generator(seed: int, purpose: Purpose) -> torch.Generator:
    """A CPU generator for one member and one purpose.

    Args:
        seed: the member's seed, or its split seed; not negative. Seeds 0, 1, 2 … give unrelated numbers, because
            numpy's SeedSequence hashes (seed, purpose) before torch sees it.
        purpose: what the numbers are for.
    """
    return torch.Generator("cpu").manual_seed(word(seed, purpose))


def word(seed: int, purpose: Purpose) -> int:
    """64 random bits that a seed and a purpose stand for, 0 or more."""
    return int(np.random.SeedSequence((seed, int(purpose))).generate_state(1, np.uint64)[0])
