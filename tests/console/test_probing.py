"""The columns that no chart of the first tab shows."""

import numpy as np
from console.world import make

from grokterm.console.probing import Probes
from grokterm.record import CohortWriter, StreamReader, open_folder

FINISHED = "20261122-120000-quickstart-fin3"


def test_only_the_columns_that_are_shown_are_read(runs, monkeypatch):
    folder = make(runs, FINISHED, step=200)
    writer = CohortWriter(folder.cohorts[0].path)
    values = np.ones((1, len(writer.members)))
    writer.append("probe", np.array([200]), {"mine": values, "test_acc": values})
    writer.commit(state="finished", step=200)
    asked, poll = [], StreamReader.poll

    def noted(reader, columns=None):
        asked.append(columns)
        return poll(reader, columns)

    monkeypatch.setattr(StreamReader, "poll", noted)
    found = Probes(open_folder(folder.path)).read()
    assert "mine" in found.columns and "test_acc" not in found.columns
    assert asked and None not in asked and not any("test_acc" in columns for columns in asked)
