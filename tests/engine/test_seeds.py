"""Generators: one for each seed and purpose, and precision as it was asked for."""

import torch

from grokterm.engine.precision import denormals_are_flushed, precision_switches, set_precision
from grokterm.engine.seeds import Purpose, generator


def test_seed_and_purpose_decide_the_numbers():
    draws = {(s, p): torch.rand(4, generator=generator(s, p)).tolist() for s in (0, 1, 2**32 - 1) for p in Purpose}
    assert len({tuple(numbers) for numbers in draws.values()}) == len(draws)
    assert torch.rand(4, generator=generator(1, Purpose.SPLIT)).tolist() == draws[1, Purpose.SPLIT]


def test_other_random_numbers_are_left_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    torch.rand(9, generator=generator(0, Purpose.WEIGHTS))
    assert torch.equal(torch.rand(3), expected)


def test_precision_is_set_and_told():
    set_precision()
    told = precision_switches()
    assert told["matmul_tf32"] is False and told["cudnn_tf32"] is False and told["deterministic"] is True
    assert told["flush_denormal"] is denormals_are_flushed() is True
