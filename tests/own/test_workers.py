"""Workers that train code of the user's own: killed, resumed, forked, repeated, and what they leave in the record."""

import hashlib
import os
import signal
from pathlib import Path

import pytest
from own.lab import MODELS, PRESET, make_lab
from worker.lab import (
    assert_same_numbers,
    events,
    kill,
    numbers,
    state,
    status,
    step_of,
    until,
    wait_for_state,
    worker_log,
)

from grokterm.errors import BadInput
from grokterm.jobs import fork, repeat, resume
from grokterm.record import open_folder

TWO = """
[arms.mapped.model]
dropout = 0.1
[arms.looped.model]
module = "my_lab.models:Reading"
"""
LONG = ("stop.steps=800", "streams.checkpoint_every=50")


def ended(folder):
    """The folder, once all its workers have come to the end."""
    for cohort in range(len(folder.cohorts)):
        until(lambda cohort=cohort: state(folder, cohort) in ("finished", "failed"), 90, f"the end of cohort {cohort}")
        assert state(folder, cohort) == "finished", worker_log(folder)
    return open_folder(folder.path)


def test_killed_workers_go_on_to_the_same_bits_and_say_that_the_code_has_changed(started, tmp_path):
    preset = make_lab(tmp_path / "lab", preset=PRESET + TWO)
    models = preset.parent / "my_lab" / "models.py"
    straight, killed = started(preset, *LONG), started(preset, *LONG)
    for cohort in range(2):
        until(lambda cohort=cohort: (now := status(killed, cohort)) and now.step > 100, what="some checkpoints")
        os.kill(status(killed, cohort).pid, signal.SIGKILL)
        until(lambda cohort=cohort: state(killed, cohort) == "lost", what="a reader's notice")
    ended(straight)
    models.write_text(f"{MODELS}\n# looked at again\n")
    resume(killed, "cpu")
    ended(killed)
    for cohort in range(2):
        assert_same_numbers(numbers(straight, cohort), numbers(killed, cohort))
        (note,) = [event.data["text"] for event in events(killed, "note", cohort)]
        assert note == f"{models} is not what it was when training began at step 0"
    assert not events(straight, "note")
    first, second = (entry["modules"] for entry in killed.cohorts[0].provenance())
    assert first.keys() == second.keys() == {str(models), str(models.with_name("tasks.py"))}
    assert first[str(models)] == hashlib.sha256(MODELS.encode()).hexdigest() != second[str(models)]


def test_code_of_another_size_does_not_go_on(started, lab):
    folder = started(lab, "stop.steps=100000")
    until(lambda: step_of(folder) > 20, what="some steps")
    kill(folder, signal.SIGKILL)
    wait_for_state(folder, "lost")
    (lab.parent / "my_lab" / "models.py").write_text(MODELS.replace("width=8", "width=9"))
    resume(folder, "cpu")
    wait_for_state(folder, "failed")
    last = events(folder, "failed")[-1].data["error"]
    assert last.startswith("model.module: my_lab.models:Tiny has ") and "when the experiment was made it had " in last


def test_a_network_that_fails_in_training_is_said_with_file_and_line(started, tmp_path):
    forward = "    def forward(self, inputs, drop):\n"
    count = "        Tiny.calls = getattr(Tiny, 'calls', 0) + 1\n        assert Tiny.calls < 60, 'tired'\n"
    assert forward in MODELS
    preset = make_lab(tmp_path / "lab", models=MODELS.replace(forward, forward + count, 1))
    folder = started(preset, "seeds=1", "stop.steps=1000")
    wait_for_state(folder, "failed")
    file = preset.parent / "my_lab" / "models.py"
    line = MODELS[: MODELS.index(forward)].count("\n") + 3
    error = events(folder, "failed")[-1].data["error"]
    assert error == f"model.module: my_lab.models:Tiny: {file}, line {line}: AssertionError: tired"


def test_forked_and_repeated(started, lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a console may be opened that has never seen the code
    folder = ended(started(lab, "stop.steps=60", "streams.checkpoint_every=30"))
    gone = fork(folder, 30, ["optimizer.lr=1e-3", "stop.steps=80"], "cpu")
    again = repeat(folder, 1, ["model.options.width=4"], "cpu")
    spec = ended(again).spec().arms[0].spec
    assert ended(again).spec().seeds == (2,) and spec.model.parameters(spec.task.shown) == 7 * 4 + 72 + 63
    assert Path(spec.model.folders[0]) == lab.parent
    assert ended(gone).spec().arms[0].spec.stop.steps == 80
    assert numbers(gone)["train/step"].tolist() == list(range(80))
    with pytest.raises(BadInput, match=r"model\.options: can.t change"):
        fork(folder, 30, ["model.options.width=4"], "cpu")
    other = repeat(folder, 1, ["task.module=my_lab.tasks:pictures", "model.module=my_lab.models:Seeing"], "cpu")
    shown = ended(other).spec().arms[0].spec.task.shown
    assert tuple(shown.shape) == (1, 4, 4) and shown.outputs == 2  # not what was found of Cube
    (lab.parent / "my_lab" / "models.py").unlink()
    with pytest.raises(BadInput, match="no module"):
        repeat(folder, 1, device="cpu")
    assert len(list(folder.path.parent.iterdir())) == 4
