"""Mini-batches: what an epoch shows, in which order, and what stays equal to the bit."""

import pytest
import torch
from engine.cohorts import CPU, different_bits, member, members

from grokterm.engine.batches import Batches, order
from grokterm.engine.cohort import build_data, build_stack
from grokterm.engine.losses import build_loss
from grokterm.engine.seeds import Purpose, generator
from grokterm.engine.step import evaluate
from grokterm.engine.trainer import Trainer

SIZE = {"batches": {"size": 20}}  # of 72 samples: 20, 20, 20 and 12


def seen(cohort, steps):
    """The samples of each step: a list for every member, of lists of triples (a, b, answer)."""
    batches = Batches(cohort, build_data(cohort, CPU)[0])
    parts = [batches.at(step) for step in steps]
    return [
        [list(zip(*part.inputs[index].T.tolist(), part.answers[index].tolist(), strict=True)) for part in parts]
        for index in range(len(cohort))
    ]


def joined(batches):
    return [sample for batch in batches for sample in batch]


@pytest.mark.parametrize("shared", [{}, {"task": {"split_seed": 5}}])
def test_every_epoch_shows_each_sample_once(shared):
    cohort = members(3, **SIZE, **shared)
    train = build_data(cohort, CPU)[0]
    for index, batches in enumerate(seen(cohort, range(8))):
        assert [len(batch) for batch in batches] == [20, 20, 20, 12] * 2
        whole = list(zip(*train.inputs[index].T.tolist(), train.answers[index].tolist(), strict=True))
        first, second = joined(batches[:4]), joined(batches[4:])
        assert sorted(first) == sorted(second) == sorted(whole)
        assert first != second and first != whole


def test_orders_differ_by_member_unless_they_share_the_seed():
    same_data = {"task": {"split_seed": 5}}
    one, other = seen(members(2, **SIZE, **same_data), range(4))
    assert one != other and sorted(joined(one)) == sorted(joined(other))
    one, other = seen(members(2, batches={"size": 20, "seed": 3}, **same_data), range(4))
    assert one == other
    assert seen([member(3, **SIZE, **same_data)], range(4)) == [one]  # the order of seed 3, whoever asks for it


def test_a_batch_depends_on_its_step_alone():
    cohort = members(2, **SIZE)
    straight = seen(cohort, range(12))
    assert seen(cohort, [7, 2, 11]) == [[batches[step] for step in (7, 2, 11)] for batches in straight]


def test_the_order_is_not_that_of_the_split():
    drawn = torch.randperm(72, generator=generator(0, Purpose.SPLIT))
    assert not torch.equal(order(0, 0, 72), drawn)
    assert not torch.equal(order(0, 0, 72), order(0, 1, 72)) and not torch.equal(order(0, 0, 72), order(1, 0, 72))


def test_an_interruption_in_the_middle_of_an_epoch_changes_no_bit(device):
    cohort = members(3, **SIZE)
    straight, first, second = (Trainer(cohort, device) for _ in range(3))
    straight.advance(30)
    first.advance(14)  # two batches into the fourth epoch
    first.drain()
    second.load_state(first.state())
    second.advance(16)
    rows = second.drain()["train"][1]["train_loss"]
    assert not different_bits(straight.state(), second.state())
    assert rows.tobytes() == straight.drain()["train"][1]["train_loss"][14:].tobytes()


@pytest.mark.parametrize("size", [72, 1000])
def test_a_batch_as_large_as_the_set_is_the_full_batch(size):
    full, large = Trainer(members(2), CPU), Trainer(members(2, batches={"size": size}), CPU)
    full.advance(20)
    large.advance(20)
    assert not different_bits(full.state(), large.state())
    for (_, one), (_, other) in zip(full.drain().values(), large.drain().values(), strict=True):
        assert all(one[name].tobytes() == other[name].tobytes() for name in one)


def test_the_loss_of_the_train_stream_is_the_batch_s_and_of_the_eval_stream_the_set_s():
    cohort = members(2, **SIZE)
    trainer = Trainer(cohort, CPU)
    trainer.advance(1)
    rows = trainer.drain()
    train, loss = build_data(cohort, CPU)[0], build_loss([one.spec.loss for one in cohort], CPU)
    stack = build_stack(cohort, CPU)
    batch, whole = (evaluate(stack, part, loss, 10_000) for part in (Batches(cohort, train).at(0), train))
    assert rows["train"][1]["train_loss"][0] == pytest.approx(batch.loss.numpy(), rel=1e-6)
    assert rows["eval"][1]["train_loss"][0] == pytest.approx(whole.loss.numpy(), rel=1e-6)
    assert rows["train"][1]["train_acc"][0].tolist() == batch.accuracy.tolist()
    assert (batch.loss != whole.loss).all()


def test_a_member_among_others_has_the_batches_it_has_alone():
    cohort = members(3, **SIZE)
    assert seen(cohort, range(6))[2] == seen([cohort[2]], range(6))[0]
    together, alone = Trainer(cohort, CPU), Trainer([cohort[2]], CPU)
    together.advance(30)
    alone.advance(30)
    one, other = (trainer.drain()["train"][1]["train_loss"][:, -1] for trainer in (together, alone))
    assert one == pytest.approx(other, rel=1e-4)
