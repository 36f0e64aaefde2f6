"""The trainer's contract: rows and cadences, resuming, running out of memory, and refusing what it can't do."""

import numpy as np
import pytest
import torch
from engine.cohorts import CPU, different_bits, member, members, trained
from torch.utils._python_dispatch import TorchDispatchMode

from grokterm.engine.trainer import Trainer
from grokterm.errors import GroktermError

TENSORS = ["W_E", "W_pos", "W_U", "b_U"] + [
    f"{kind}_{name}" for name in ("Q", "K", "V", "O", "in", "out") for kind in "Wb"
]
MEASURES = ["abs_0", "abs_1e-06", "abs_1e-04", "abs_1e-03", "abs_1e-02", "max_1e-02", "sigma_1e-01", "hoyer", "gini"]


def test_streams_have_the_columns_and_steps_of_the_record(device):
    trainer = trained(members(2), 60, device)
    trainer.close()
    streams = trainer.drain()
    assert {name: list(steps) for name, (steps, _) in streams.items()} == {
        "train": list(range(60)),
        "eval": [*range(0, 60, 5), 60],
        "weights": [*range(0, 60, 5), 60],
        "sparsity": [0, 20, 40, 60],
    }
    assert list(streams["train"][1]) == ["train_loss", "train_acc"]
    assert list(streams["eval"][1]) == ["test_loss", "test_acc", "train_loss", "train_acc"]
    assert set(streams["weights"][1]) == {
        "weight_norm", *(f"weight_norm.{name}" for name in TENSORS),
        "grad_norm", "update_norm", "weight_decay", "weight_decay_integral",
    }  # fmt: skip
    assert set(streams["sparsity"][1]) == {
        f"{name}.{measure}" for name in ("W_E", "W_U", "W_Q") for measure in MEASURES
    }
    for steps, columns in streams.values():
        assert steps.dtype == np.int64
        assert all(values.shape == (len(steps), 2) for values in columns.values())


def test_rows_speak_of_the_weights_before_their_update():
    """Row s of eval repeats row s of train, and the closing row is what a later step would have seen."""
    trainer, longer = trained(members(2), 40), trained(members(2), 41)
    trainer.close()
    short, long = trainer.drain(), longer.drain()
    for name in ("train_loss", "train_acc"):
        assert np.array_equal(short["eval"][1][name][:-1], short["train"][1][name][::5])
        np.testing.assert_allclose(short["eval"][1][name][-1], long["eval"][1][name][-1], rtol=1e-6)
    assert np.array_equal(short["eval"][1]["test_loss"][-1], long["eval"][1]["test_loss"][-1])
    assert np.array_equal(short["weights"][1]["weight_norm"][-1], long["weights"][1]["weight_norm"][-1])
    assert (
        np.isnan(short["weights"][1]["grad_norm"][-1]).all() and np.isnan(short["weights"][1]["update_norm"][-1]).all()
    )
    assert np.isfinite(short["weights"][1]["grad_norm"][:-1]).all()


def test_accuracy_is_correct_over_the_true_number(device):
    trainer = trained(members(1), 60, device)
    train, test = (part.answers.shape[1] for part in (trainer._train, trainer._test))
    assert (train, test) == (72, 49)  # floor(0.6 * 121), and the rest
    columns = trainer.drain()["eval"][1]
    for name, size in (("train_acc", train), ("test_acc", test)):
        correct = columns[name] * size
        np.testing.assert_allclose(correct, correct.round(), atol=1e-9)
    assert columns["train_acc"][-1, 0] > columns["train_acc"][0, 0]


def test_a_stream_that_is_off_is_absent_and_leaves_the_training_alone():
    off = {"train_every": 0, "eval_every": 0, "weights_every": 0, "sparsity_every": 0}
    silent, full = trained(members(2, streams=off), 30), trained(members(2), 30)
    silent.close()
    assert silent.drain() == {}
    assert different_bits(silent.state(), full.state()) == []


def test_draining_often_or_seldom_gives_the_same_rows():
    often, seldom = Trainer(members(2), CPU), Trainer(members(2), CPU)
    pieces = []
    for n in (1, 2, 17, 40):
        often.advance(n)
        pieces.append(often.drain())
    seldom.advance(60)
    for name, (steps, columns) in seldom.drain().items():
        assert np.concatenate([piece[name][0] for piece in pieces]).tolist() == steps.tolist()
        for column, values in columns.items():
            joined = np.concatenate([piece[name][1][column] for piece in pieces])
            assert np.array_equal(joined, values, equal_nan=True), column


@pytest.mark.parametrize("loss", ["float32", "float64"])
def test_resuming_gives_the_bits_of_never_having_stopped(device, loss):
    plateau = {"schedule": "phases", "high": 2.0, "low": 0.0, "fall": 9, "switch": "plateau", "patience": 2}
    cohort = [member(0, loss={"dtype": loss}), member(1, loss={"dtype": loss}, optimizer={"weight_decay": plateau})]
    straight, first, second = (Trainer(cohort, device) for _ in range(3))
    straight.advance(60)
    first.advance(30)
    first.drain()
    second.load_state(first.state())
    assert second.step == 30
    second.advance(30)
    assert different_bits(straight.state(), second.state()) == []
    ours, theirs = straight.drain(), second.drain()
    for name, (steps, columns) in theirs.items():
        assert steps.tolist() == [step for step in ours[name][0] if step >= 30]
        for column, values in columns.items():
            assert np.array_equal(ours[name][1][column][-len(steps) :], values, equal_nan=True), f"{name} {column}"
    assert second.switched_at[0] == -1 and second.switched_at.tolist() == straight.switched_at.tolist()


def test_a_state_is_a_copy_and_its_arrays_are_plain():
    trainer = trained(members(2), 5)
    state = trainer.state()
    kept = {name: array.copy() for name, array in state.items()}
    trainer.advance(5)
    assert all(np.array_equal(state[name], kept[name]) for name in state)
    assert state["weights.W_Q"].shape == (2, 2, 16, 8) and state["step"].tolist() == [5]
    assert {array.dtype.name for array in state.values()} <= {"float32", "float64", "int64", "bool"}


def test_the_state_of_another_cohort_is_refused():
    state = trained(members(2), 1).state()
    with pytest.raises(GroktermError, match=r"another cohort: .*weights\.W_E"):
        Trainer(members(3), CPU).load_state(state)
    with pytest.raises(GroktermError, match="another cohort: alive differ"):
        Trainer(members(2), CPU).load_state({name: array for name, array in state.items() if name != "alive"})


def test_more_than_fits_is_refused():
    trainer = Trainer(members(1, stop={"steps": 5000}), CPU)
    trainer.max_chunk = 8
    trainer.advance(6)
    with pytest.raises(ValueError, match="undrained 6 of 8"):
        trainer.advance(3)
    trainer.drain()
    trainer.advance(3)
    with pytest.raises(ValueError, match="budget 60"):
        Trainer(members(1), CPU).advance(61)


class _Memory(TorchDispatchMode):
    """A device whose memory ends: fails on the nth operation whose result has at least `size` bytes."""

    def __init__(self, nth: int, size: int) -> None:
        super().__init__()
        self.left, self.size = nth, size

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor) and out.nbytes >= self.size:
            self.left -= 1
            if self.left == 0:
                raise torch.OutOfMemoryError("no memory left")
        return out


@pytest.mark.parametrize("nth", [1, 7, 30, 55, 80])
def test_running_out_of_memory_leaves_no_trace_of_the_step(nth):
    """Wherever it fails, in forward, backward, evaluation or update: trying again gives the run that never failed."""
    trainer, calm = Trainer(members(4), CPU), Trainer(members(4), CPU)
    for one in (trainer, calm):
        one.advance(5)
    with pytest.raises(torch.OutOfMemoryError), _Memory(nth, size=4096):
        trainer.advance(1)
    assert trainer.step == 5
    for one in (trainer, calm):
        one.advance(5)
    assert different_bits(calm.state(), trainer.state()) == []
    assert np.array_equal(calm.drain()["train"][1]["train_loss"], trainer.drain()["train"][1]["train_loss"])


def test_halving_goes_down_to_single_members():
    trainer = Trainer(members(5), CPU)
    widths, sizes = [], [trainer.group_size]
    for _ in range(3):
        trainer.halve()
        widths.append([group.stop - group.start for group in trainer._stack.groups])
        sizes.append(trainer.group_size)
    assert widths == [[3, 2], [2, 2, 1], [1, 1, 1, 1, 1]] and sizes == [5, 3, 2, 1]
    trainer.advance(2)
    with pytest.raises(MemoryError):
        trainer.halve()


def test_a_resume_in_the_same_groups_gives_the_same_bits():
    first, second = Trainer(members(5), CPU), Trainer(members(5), CPU)
    first.halve()
    first.advance(10)
    second.group(first.group_size)
    second.load_state(first.state())
    for one in (first, second):
        one.advance(10)
    assert different_bits(first.state(), second.state()) == []
