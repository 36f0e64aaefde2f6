"""Norms and sparsity against values worked out by hand."""

import numpy as np
import pytest
import torch
from engine.cohorts import member, trained

from grokterm.engine.probes import norms, sparsity, sparsity_columns


def _sparsity(values: list[float]) -> dict[str, float]:
    columns = sparsity({"W_E": torch.tensor([values])})
    assert list(columns) == sparsity_columns(["W_E"])
    return {name.removeprefix("W_E."): value.item() for name, value in columns.items()}


def test_shares_below_each_threshold():
    found = _sparsity([0.0, 5e-7, -5e-5, 5e-4, -5e-3, 0.05, 0.5, -2.0])
    assert [found[f"abs_{tau}"] for tau in ("0", "1e-06", "1e-04", "1e-03", "1e-02")] == [
        1 / 8,
        2 / 8,
        3 / 8,
        4 / 8,
        5 / 8,
    ]
    assert found["max_1e-02"] == 5 / 8  # of the largest: 0.02
    assert found["sigma_1e-01"] == 6 / 8  # sigma is 0.707


def test_sigma_is_the_spread_around_the_mean():
    assert (
        _sparsity([1.0, 1.1, 0.9, 1.0, 0.001])["sigma_1e-01"] == 1 / 5
    )  # sigma 0.40; around zero it would be 0.90, too


@pytest.mark.parametrize(("values", "hoyer", "gini"), [
    ([1.0, -1.0, 1.0, -1.0], 0.0, 0.0),
    ([0.0, 0.0, 0.0, 3.0], 1.0, 0.75),
    ([1.0, 2.0, 3.0, -4.0], 2 - 10 / 30**0.5, 0.25),
])  # fmt: skip
def test_hoyer_and_gini_of_worked_examples(values, hoyer, gini):
    found = _sparsity(values)
    assert found["hoyer"] == pytest.approx(hoyer, abs=1e-12)
    assert found["gini"] == pytest.approx(gini, abs=1e-12)


def test_a_tensor_of_zeros_has_no_inequality_to_speak_of():
    found = _sparsity([0.0] * 5)
    assert found["abs_0"] == 1.0 and np.isnan(found["hoyer"]) and np.isnan(found["gini"])


def test_the_whole_norm_is_that_of_all_tensors():
    tensors = {"W_E": torch.tensor([[3.0, 0.0], [1.0, 1.0]]), "b_U": torch.tensor([[4.0], [1.0]])}
    found = norms(tensors)
    assert found["weight_norm"].tolist() == pytest.approx([5.0, 3**0.5])
    assert found["weight_norm.b_U"].tolist() == [4.0, 1.0]


def test_recorded_norms_are_those_of_the_weights(device):
    """The norm of an update is checked against the weights before and after it."""
    trainer = trained([member(0), member(1)], 5, device)
    before = trainer.state()
    trainer.advance(1)
    after, (steps, row) = trainer.state(), trainer.drain()["weights"]
    names = [name for name in before if name.startswith("weights.")]
    assert steps.tolist() == [0, 5]
    for index in range(2):
        whole = np.sqrt(sum((before[name][index].astype(np.float64) ** 2).sum() for name in names))
        moved = np.sqrt(
            sum(((after[name][index] - before[name][index]).astype(np.float64) ** 2).sum() for name in names)
        )
        assert row["weight_norm"][1, index] == pytest.approx(whole, rel=1e-6)
        assert row["update_norm"][1, index] == pytest.approx(moved, rel=1e-4)
        assert row["weight_norm.W_in"][1, index] == pytest.approx(
            np.linalg.norm(before["weights.W_in"][index]), rel=1e-6
        )
