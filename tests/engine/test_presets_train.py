"""The small form of every preset trains: a few steps of every cohort."""

import numpy as np
import pytest
from engine.cohorts import CPU, trained

from grokterm.spec import list_presets, load, plan_cohorts

STEPS = 3


@pytest.mark.slow
@pytest.mark.parametrize("path", [info.path for info in list_presets() if not info.mine], ids=lambda path: path.stem)
def test_its_small_form_makes_some_steps(path):
    for cohort in plan_cohorts(load(path, seeds=1, small=True)):
        trainer = trained(cohort, STEPS, CPU)
        trainer.close()
        rows = trainer.drain()
        assert rows["weights"][0][-1] == STEPS
        steps, columns = rows["eval"]
        assert steps[-1] == STEPS and np.isfinite(columns["train_loss"]).all()
        assert (trainer.diverged_at == -1).all()
