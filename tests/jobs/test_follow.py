"""Following an experiment to its end."""

import importlib

import numpy as np

from grokterm.jobs import follow
from grokterm.record import CohortWriter, create
from grokterm.spec import load

COLUMNS = ("train_acc", "test_acc", "train_loss", "test_loss")


def test_the_last_look_has_the_last_numbers_however_the_worker_ends(runs, monkeypatch):
    folder = create(runs, load("quickstart", seeds=1))
    writer = CohortWriter(folder.cohorts[0].path)

    def write(step: int, value: float) -> None:
        values = np.full((1, len(writer.members)), value)
        writer.append("eval", np.array([step]), dict.fromkeys(COLUMNS, values))
        writer.commit(state="running", step=step)

    writer.event("started", 0)
    write(0, 0.25)
    module = importlib.import_module("grokterm.jobs.follow")  # by attribute, that is the function of the same name
    summarise, looks = module.summarise, []

    def while_it_ends(opened):
        """The worker writes its last row and ends just before the second look at its state."""
        if looks:
            write(10, 0.75)
            writer.event("finished", 10)
            writer.close(state="finished")
        return summarise(opened)

    monkeypatch.setattr(module, "summarise", while_it_ends)
    for look in follow(folder, every=0.0):
        looks.append(look)
    assert [look.over for look in looks] == [False, True]
    assert [look.test_acc for look in looks] == [0.25, 0.75]
