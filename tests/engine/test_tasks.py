"""Modular arithmetic: which pairs there are, what their answers are, and how they are split."""

import math

import pytest
import torch
from engine.cohorts import CPU, member

from grokterm.engine.cohort import build_data
from grokterm.engine.tasks import modular_pairs, split_pairs


@pytest.mark.parametrize("p", [2, 7, 12, 13])
@pytest.mark.parametrize("operation", ["add", "subtract", "multiply"])
def test_every_pair_is_there_once_with_its_answer(operation, p):
    pairs, answers = modular_pairs(operation, p)
    compute = {"add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b}[operation]
    assert [tuple(pair) for pair in pairs] == [(a, b) for a in range(p) for b in range(p)]
    assert answers.tolist() == [compute(a, b) % p for a in range(p) for b in range(p)]


@pytest.mark.parametrize(("p", "units"), [(2, 1), (7, 6), (12, 4), (13, 12), (15, 8)])
def test_division_keeps_the_pairs_whose_divisor_has_an_inverse(p, units):
    pairs, answers = modular_pairs("divide", p)
    assert len(pairs) == p * units
    assert {tuple(pair) for pair in pairs.tolist()} == {
        (a, b) for a in range(p) for b in range(p) if math.gcd(b, p) == 1
    }
    for (a, b), answer in zip(pairs.tolist(), answers.tolist(), strict=True):
        assert (answer * b) % p == a and 0 <= answer < p


def test_division_by_five_modulo_twelve():
    pairs, answers = modular_pairs("divide", 12)
    table = dict(zip(map(tuple, pairs.tolist()), answers.tolist(), strict=True))
    assert table[7, 5] == 11  # 11 * 5 = 55 = 7 (mod 12)
    assert (7, 4) not in table  # 4 x = 7 (mod 12) has no solution, and 4 x = 8 has four


def test_an_unknown_operation_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="'power'; there are add, subtract, multiply and divide"):
        modular_pairs("power", 7)


@pytest.mark.parametrize(("operation", "p", "size"), [("add", 11, 36), ("divide", 12, 20)])
def test_a_split_shares_out_every_pair(operation, p, size):
    split = split_pairs(operation, p, size, torch.Generator().manual_seed(5))
    together = torch.cat([split.train_inputs, split.test_inputs]).tolist()
    assert len(split.train_inputs) == len(split.train_answers) == size
    assert sorted(together) == modular_pairs(operation, p)[0].tolist()
    table = dict(
        zip(map(tuple, modular_pairs(operation, p)[0].tolist()), modular_pairs(operation, p)[1].tolist(), strict=True)
    )
    assert [table[tuple(pair)] for pair in split.test_inputs.tolist()] == split.test_answers.tolist()


def test_members_split_by_their_seed_or_by_the_split_seed():
    own, _ = build_data([member(0), member(1)], CPU)
    assert not torch.equal(own.inputs[0], own.inputs[1])
    shared, _ = build_data([member(0, task={"split_seed": 4}), member(1, task={"split_seed": 4})], CPU)
    assert torch.equal(shared.inputs[0], shared.inputs[1])
    other, _ = build_data([member(4)], CPU)
    assert torch.equal(other.inputs[0], shared.inputs[0])  # the split of seed 4, whoever asks for it


def test_the_split_is_drawn_evenly():
    """Over many seeds every pair is trained on about equally often: no operand is favoured."""
    counts = torch.zeros(121)
    for seed in range(400):
        split = split_pairs("add", 11, 72, torch.Generator().manual_seed(seed))
        counts[split.train_inputs[:, 0] * 11 + split.train_inputs[:, 1]] += 1
    share, spread = 72 / 121, (72 / 121 * 49 / 121 / 400) ** 0.5
    assert (counts / 400 - share).abs().max() < 4.5 * spread
