"""lambda over time: tables, the clock that waits for a plateau, and the integral."""

import numpy as np
import torch
from engine.cohorts import CPU, member, trained

from grokterm.engine.decay import DecaySchedules
from grokterm.spec import schedule_values

LINEAR = {"schedule": "linear", "initial": 3.0, "final": 0.5, "warmup": 20}
PLATEAU = {
    "schedule": "phases",
    "high": 2.0,
    "low": 0.0,
    "fall": 4,
    "switch": "plateau",
    "patience": 3,
    "min_delta": 0.1,
}


def _with(decay, seed=0, **sections):
    return member(seed, optimizer={"weight_decay": decay}, **sections)


def test_every_member_reads_its_own_table(device):
    cohort = [_with(1.5), _with(LINEAR, 1)]
    trainer = trained(cohort, 60, device)
    trainer.close()
    steps, columns = trainer.drain()["weights"]
    assert steps.tolist() == [*range(0, 60, 5), 60]
    expected = schedule_values(cohort[1].spec.optimizer.weight_decay, 60)
    assert columns["weight_decay"][:-1, 0].tolist() == [1.5] * 12
    assert columns["weight_decay"][:-1, 1].tolist() == expected[::5].tolist()
    assert columns["weight_decay"][-1].tolist() == [1.5, expected[-1]]  # after the budget: the last that was used
    integral = np.concatenate([[0.0], np.cumsum(expected)])
    np.testing.assert_allclose(columns["weight_decay_integral"][:, 1], integral[[*range(0, 60, 5), 60]], rtol=1e-13)
    assert columns["weight_decay_integral"][-1, 0] == 90.0


def test_the_clock_waits_for_the_plateau_and_then_counts(device):
    """Evaluations every 2 steps. The loss must fall below 0.9 times the best to count as improved; three that do not
    make a plateau; at the evaluation that completes it the fall begins."""
    decay = DecaySchedules([_with(PLATEAU), _with(2.0, 1)], device)
    losses = {
        0: 10.0,
        2: 8.0,
        4: 7.5,
        6: 7.3,
        8: 7.1,
        10: 7.0,
        12: 7.0,
        14: 7.0,
        16: 1.0,
    }  # 8, 7.1 improve; 10, 12, 14 do not
    used = []
    for step in range(24):
        current = decay.current()
        if step in losses:
            test_loss = torch.tensor([losses[step], torch.nan], device=device)
            decay.observe(test_loss, torch.tensor(step, device=device), torch.tensor([True, True], device=device))
        decay.tick(current, torch.tensor([True, True], device=device))
        used.append(current[0].item())
    assert decay.state["switched_at"].tolist() == [14, -1]
    assert used == [2.0] * 15 + [1.5, 1.0, 0.5] + [0.0] * 6  # the update at step 14 + k uses value k
    assert decay.state["integral"].tolist() == [sum(used), 48.0]


def test_a_loss_that_keeps_falling_never_switches_however_slowly():
    """5 % an evaluation is below min_delta each time, but the fall adds up against the best that counted."""
    decay = DecaySchedules([_with(PLATEAU | {"patience": 4})], CPU)
    for step in range(40):
        decay.observe(torch.tensor([0.95**step]), torch.tensor(step), torch.tensor([True]))
        decay.tick(decay.current(), torch.tensor([True]))
    assert decay.state["switched_at"].item() == -1 and decay.current().item() == 2.0


def test_a_frozen_member_is_not_decayed_any_more():
    decay = DecaySchedules([_with(1.0), _with(1.0, 1)], CPU)
    for _ in range(5):
        decay.tick(decay.current(), torch.tensor([True, False]))
    assert decay.state["integral"].tolist() == [5.0, 0.0]


def test_a_trainer_switches_by_its_own_test_loss(device):
    """While this network memorises its test loss rises, so the plateau comes after patience + 1 evaluations or so."""
    trainer = trained([_with(PLATEAU, stop={"steps": 60}, streams={"eval_every": 2, "weights_every": 1})], 60, device)
    streams = trainer.drain()
    switched = int(trainer.switched_at[0])
    test_loss, decays = streams["eval"][1]["test_loss"][:, 0], streams["weights"][1]["weight_decay"][:, 0]
    best, bad = np.inf, []
    for step, loss in zip(streams["eval"][0], test_loss, strict=True):
        best, bad = (loss, []) if loss < 0.9 * best else (best, [*bad, step])
        if len(bad) == 3:
            break
    assert switched == bad[-1]
    assert decays[: switched + 1].tolist() == [2.0] * (switched + 1)
    assert decays[switched + 1 : switched + 6].tolist() == [1.5, 1.0, 0.5, 0.0, 0.0]


def test_a_frozen_member_neither_switches_nor_counts():
    decay = DecaySchedules([_with(PLATEAU | {"patience": 1})], CPU)
    for step in range(6):
        decay.observe(torch.tensor([1.0]), torch.tensor(step), torch.tensor([step < 1]))
        decay.tick(decay.current(), torch.tensor([step < 1]))
    assert decay.state["switched_at"].tolist() == [-1]
    assert decay.state["clock"].tolist() == [0]
