"""Modular arithmetic, S5 and sparse parity: which samples there are, their answers, and how they are shared out."""

import math
from itertools import permutations, product

import numpy as np
import pytest
import torch
from engine.cohorts import CPU, member

from grokterm.engine.cohort import build_data
from grokterm.engine.models import build_network
from grokterm.engine.tasks import build_split
from grokterm.engine.tasks.modular import samples_at
from grokterm.engine.tasks.s5 import compositions
from grokterm.engine.tasks.split import distinct, shared_out
from grokterm.spec import Modular
from grokterm.spec.work import parameters_of

MLP = {"kind": "mlp", "hidden": [16]}
BY_HAND = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "quadratic": lambda a, b: a**2 + a * b + b**2,
    "cubic": lambda a, b: a**3 + a * b,
}


def one(seed=0, **task):
    """A member whose task has these fields alone."""
    base = member(seed).spec.model_dump(exclude={"task", "model"}, exclude_none=True)
    return member(seed)._replace(spec=type(member().spec).model_validate(base | {"task": task, "model": MLP}))


def modular(**fields):
    return one(**({"kind": "modular", "p": 11, "train_fraction": 0.6} | fields))


def every(operation, p, operands=2):
    """All samples of a modular task, as lists."""
    task = Modular(operation=operation, p=p, operands=operands, train_fraction=0.5)
    return [tensor.tolist() for tensor in samples_at(task, torch.arange(task.available))]


# --- modular arithmetic -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [3, 7, 12, 13])
@pytest.mark.parametrize("operation", BY_HAND)
def test_every_pair_is_there_once_with_its_answer(operation, p):
    pairs, answers = every(operation, p)
    assert [tuple(pair) for pair in pairs] == [(a, b) for a in range(p) for b in range(p)]
    assert answers == [BY_HAND[operation](a, b) % p for a in range(p) for b in range(p)]


def test_large_numbers_do_not_overflow():
    task = Modular(operation="multiply", p=1999, operands=4, train_samples=100, test_samples=50)
    operands, answers = samples_at(task, torch.tensor([task.available - 1, task.available - 2000]))
    assert operands.tolist() == [[1998] * 4, [1998, 1998, 1997, 1998]]
    assert answers.tolist() == [pow(1998, 4, 1999), 1998**3 * 1997 % 1999]


@pytest.mark.parametrize(("p", "units"), [(7, 6), (12, 4), (13, 12), (15, 8)])
def test_division_keeps_the_pairs_whose_divisor_has_an_inverse(p, units):
    pairs, answers = every("divide", p)
    assert len(pairs) == p * units
    assert [tuple(pair) for pair in pairs] == [(a, b) for a in range(p) for b in range(p) if math.gcd(b, p) == 1]
    for (a, b), answer in zip(pairs, answers, strict=True):
        assert (answer * b) % p == a and 0 <= answer < p


def test_division_by_five_modulo_twelve():
    table = dict(zip(map(tuple, every("divide", 12)[0]), every("divide", 12)[1], strict=True))
    assert table[7, 5] == 11  # 11 * 5 = 55 = 7 (mod 12)
    assert (7, 4) not in table  # 4 x = 7 (mod 12) has no solution, and 4 x = 8 has four


@pytest.mark.parametrize("operands", [2, 3, 4])
@pytest.mark.parametrize(("operation", "combine"), [("add", sum), ("multiply", math.prod)])
def test_more_operands(operation, combine, operands):
    tuples, answers = every(operation, 5, operands)
    assert list(map(tuple, tuples)) == list(product(range(5), repeat=operands))
    assert answers == [combine(values) % 5 for values in tuples]


@pytest.mark.parametrize(("operation", "p", "size"), [("add", 11, 72), ("divide", 12, 28)])
def test_a_split_shares_out_every_pair(operation, p, size):
    split = build_split(modular(operation=operation, p=p))
    together = torch.cat([split.train_inputs, split.test_inputs]).tolist()
    assert len(split.train_inputs) == len(split.train_answers) == size
    pairs, answers = every(operation, p)
    assert sorted(together) == pairs
    table = dict(zip(map(tuple, pairs), answers, strict=True))
    assert [table[tuple(pair)] for pair in split.test_inputs.tolist()] == split.test_answers.tolist()


def test_members_split_by_their_seed_or_by_the_split_seed():
    own, _ = build_data([member(0), member(1)], CPU)
    assert not torch.equal(own.inputs[0], own.inputs[1])
    shared, _ = build_data([member(0, task={"split_seed": 4}), member(1, task={"split_seed": 4})], CPU)
    assert torch.equal(shared.inputs[0], shared.inputs[1])
    other, _ = build_data([member(4)], CPU)
    assert torch.equal(other.inputs[0], shared.inputs[0])  # the split of seed 4, whoever asks for it


def test_data_that_all_members_share_are_held_once():
    one_row = 72 * 2 * 8  # bytes of the training pairs of a member
    shared, _ = build_data([member(seed, task={"split_seed": 4}) for seed in range(5)], CPU)
    assert shared.inputs.shape == (5, 72, 2) and shared.inputs.untyped_storage().nbytes() == one_row
    mixed, _ = build_data([member(0), member(1), member(0)], CPU)
    assert mixed.inputs.untyped_storage().nbytes() == 3 * one_row
    assert torch.equal(mixed.inputs[0], mixed.inputs[2]) and not torch.equal(mixed.inputs[0], mixed.inputs[1])


def test_the_split_is_drawn_evenly():
    """Over many seeds every pair is trained on about equally often: no operand is favoured."""
    counts = torch.zeros(121)
    for seed in range(400):
        counts[shared_out(121, 72, 49, torch.Generator().manual_seed(seed))[0]] += 1
    share, spread = 72 / 121, (72 / 121 * 49 / 121 / 400) ** 0.5
    assert (counts / 400 - share).abs().max() < 4.5 * spread


def test_a_size_matched_control_is_a_part_of_all():
    """K = 4 at p = 97 has 88 million samples: the few that are asked for are made, and more begin with fewer."""
    task = {"p": 97, "operands": 4, "train_fraction": None, "test_samples": 200}
    few, more = (build_split(modular(train_samples=size, **task)) for size in (300, 700))
    assert few.train_inputs.shape == (300, 4) and few.test_inputs.shape == (200, 4)
    rows = {part: set(map(tuple, getattr(more, part).tolist())) for part in ("train_inputs", "test_inputs")}
    assert set(map(tuple, few.train_inputs.tolist())) < rows["train_inputs"]
    assert len(rows["train_inputs"]) == 700 and not rows["train_inputs"] & rows["test_inputs"]
    assert torch.equal(more.test_answers, more.test_inputs.sum(1) % 97)


@pytest.mark.parametrize("below", [50, 1 << 23])
def test_numbers_that_differ(below):
    found = distinct(40, below, torch.Generator().manual_seed(1))
    assert len(set(found.tolist())) == 40 and found.min() >= 0 and found.max() < below
    assert torch.equal(found[:7], distinct(7, below, torch.Generator().manual_seed(1)))


def test_nearly_all_of_very_many_numbers_differ(monkeypatch):
    monkeypatch.setattr("grokterm.engine.tasks.split._SHUFFLED", 0)  # the way of large numbers, at a small one
    assert len(set(distinct(60, 61, torch.Generator().manual_seed(1)).tolist())) == 60


# --- encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "sequence"),
    [("tokens", (None, None, 11)), ("operators", (None, 11, None, 12)), ("bare", (None, None))],
)
def test_tokens_are_the_operands_and_their_sequence(encoding, sequence):
    shown = modular(encoding=encoding).spec.task.shown
    assert (shown.sequence, shown.operands, shown.outputs) == (sequence, 2, 11)
    assert shown.vocabulary == 11 + sum(token is not None for token in sequence)
    assert torch.equal(build_split(modular(encoding=encoding)).train_inputs, build_split(modular()).train_inputs)


def test_operators_stand_between_all_operands():
    shown = modular(encoding="operators", operands=3).spec.task.shown
    assert shown.sequence == (None, 11, None, 11, None, 12)


def shown_numbers(encoding, **fields):
    """Operands of the training set, and the numbers they are shown as: [b, k] and [b, k, w]."""
    fields = {"p": 113, "train_fraction": None, "train_samples": 500, "test_samples": 10} | fields
    shown = modular(encoding=encoding, **fields).spec.task.shown
    inputs = build_split(modular(encoding=encoding, **fields)).train_inputs
    assert inputs.dtype == torch.float32 and inputs.shape[1] == shown.features
    operands = build_split(modular(**fields)).train_inputs
    assert shown.operands == operands.shape[1]
    return operands.numpy(), inputs.reshape(len(inputs), shown.operands, shown.width).numpy()


def test_binary_digits_are_seven_for_113():
    operands, numbers = shown_numbers("binary")
    assert numbers.shape[2] == 7
    assert (numbers @ 2.0 ** np.arange(6, -1, -1) == operands).all()
    assert modular(encoding="binary", p=128).spec.task.shown.width == 7
    assert modular(encoding="binary", p=129).spec.task.shown.width == 8


def test_codes_are_random_bits_of_their_own_for_each_value():
    operands, numbers = shown_numbers("codes", operands=3)
    assert numbers.shape[1:] == (3, 14) and set(np.unique(numbers)) == {0, 1}
    code_of = {}
    for value, code in zip(operands.flatten(), numbers.reshape(-1, 14), strict=True):
        assert code_of.setdefault(int(value), tuple(code)) == tuple(code)
    assert len(set(code_of.values())) == len(code_of) == 113
    assert abs(np.mean(list(code_of.values())) - 0.5) < 4 * 0.5 / math.sqrt(113 * 14)
    assert (shown_numbers("codes", operands=3, split_seed=0)[1] == numbers).all()
    other_operands, other = shown_numbers("codes", operands=3, split_seed=1)
    assert code_of[int(other_operands[0, 0])] != tuple(other[0, 0])


def test_scalars_are_the_operands_and_fractions_parts_of_one():
    operands, numbers = shown_numbers("scalars")
    assert (numbers[:, :, 0] == operands).all()
    assert np.allclose(shown_numbers("fractions")[1][:, :, 0], operands / 113, rtol=1e-7)


@pytest.mark.parametrize("encoding", ["tokens", "operators", "bare", "binary", "codes", "scalars", "fractions"])
@pytest.mark.parametrize("task", [{"kind": "modular", "p": 11, "operands": 3}, {"kind": "s5"}])
def test_a_network_reads_every_encoding(task, encoding):
    cohort = one(encoding=encoding, train_samples=50, test_samples=9, **task)
    split, network = build_split(cohort), build_network(cohort)
    assert network(split.train_inputs).shape == (50, cohort.spec.task.shown.outputs)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters_of(cohort.spec)


# --- S5 ---------------------------------------------------------------------------------------------------------------


def test_s5_is_composition_and_a_group():
    elements = list(permutations(range(5)))
    number = {element: place for place, element in enumerate(elements)}
    table = compositions()
    assert table.tolist() == [[number[tuple(s[i] for i in t)] for t in elements] for s in elements]
    left = table[table]  # (r s) t at [r, s, t]
    assert torch.equal(left, table[:, table])  # r (s t)
    assert torch.equal(table[0], torch.arange(120)) and torch.equal(table[:, 0], torch.arange(120))
    assert (table == 0).sum(0).eq(1).all() and (table == 0).sum(1).eq(1).all()  # one inverse, on either side
    assert not torch.equal(table, table.T)


def test_s5_shares_out_all_pairs():
    split = build_split(one(kind="s5", train_fraction=0.5))
    pairs = torch.cat([split.train_inputs, split.test_inputs])
    assert len(split.train_inputs) == 7200 and len(set(map(tuple, pairs.tolist()))) == 14_400
    assert torch.equal(compositions()[tuple(split.test_inputs.T)], split.test_answers)


# --- sparse parity ----------------------------------------------------------------------------------------------------


def test_parity_of_the_first_bits():
    split = build_split(one(kind="parity", train_fraction=0.5))
    assert split.train_inputs.shape == split.test_inputs.shape == (1000, 43)
    rows = torch.cat([split.train_inputs, split.test_inputs])
    answers = torch.cat([split.train_answers, split.test_answers])
    assert set(rows.unique().tolist()) == {0, 1} and len(rows.unique(dim=0)) == 2000
    assert answers.tolist() == [int(a) ^ int(b) ^ int(c) for a, b, c in rows[:, :3].tolist()]
    assert (rows.mean(0) - 0.5).abs().max() < 4.5 * 0.5 / math.sqrt(2000)


def test_parity_of_bits_that_the_seed_draws_and_of_signs():
    found = []
    for seed in range(3):
        split = build_split(one(seed, kind="parity", train_fraction=0.5, places="drawn", inputs="signs"))
        assert set(split.train_inputs.unique().tolist()) == {-1, 1}
        rows, signs = split.train_inputs.numpy(), 1 - 2 * split.train_answers.numpy()
        triples = [(i, j, k) for i in range(43) for j in range(i) for k in range(j)]
        fits = [(rows[:40, i] * rows[:40, j] * rows[:40, k] == signs[:40]).all() for i, j, k in triples]
        (triple,) = (triple for triple, fit in zip(triples, fits, strict=True) if fit)
        assert (rows[:, triple].prod(1) == signs).all()
        found.append(triple)
    assert len(set(found)) == 3
