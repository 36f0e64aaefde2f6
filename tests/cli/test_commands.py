"""The commands as a user types them, on a real experiment trained by a real worker."""

import csv
import getpass
import json
import os
import signal
import subprocess
import sys
import time

import pyarrow.parquet as parquet
import pytest
from cli.command import grokterm

TINY = """
title = "tiny"
question = "does it run?"
seeds = 2
[task]
operation = "add"
p = 11
train_fraction = 0.6
[model]
d_model = 16
heads = 2
d_mlp = 32
[optimizer]
lr = 3e-3
weight_decay = 1.0
[stop]
steps = 200
[arms.static]
about = "lambda = 1"
[arms.dynamic]
about = "falling"
optimizer.weight_decay = { schedule = "linear", initial = 3.0, final = 0.0 }
"""


class Lab:
    """A folder to work in, and the command."""

    def __init__(self, path):
        self.path = path
        (path / "tiny.toml").write_text(TINY)

    def command(self, *words):
        return [sys.executable, "-m", "grokterm", *words]

    def __call__(self, *words, code: int = 0):
        done = grokterm(*words, cwd=self.path)
        assert done.returncode == code, done.stderr
        return done

    def json(self, *words):
        return json.loads(self(*words, "--json").stdout)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """One finished experiment, made by `grokterm run`; its answer is in `lab.answer`."""
    os.environ["GROKTERM_STATE"] = str(tmp_path_factory.mktemp("state"))
    made = Lab(tmp_path_factory.mktemp("lab"))
    made.answer = made.json("run", "tiny.toml", "--device", "cpu")
    yield made
    for status in made.path.glob("runs/*/cohorts/*/status.json"):  # a test that failed leaves no worker behind
        said = json.loads(status.read_text())
        if said["state"] in ("running", "paused", "queued"):
            os.kill(said["pid"], signal.SIGKILL)


def test_run_prints_one_object_and_nothing_else(lab):
    assert lab.answer["state"] == "finished"
    assert [row["arm"] for row in lab.answer["rows"]] == ["static", "dynamic"]
    assert all(row["n"] == 2 for row in lab.answer["rows"])
    assert len(lab.answer["runs"]) == 4


def test_compare_gives_table_chart_verdict_and_the_same_json(lab):
    shown = lab("compare", "@last")
    for part in ("static", "dynamic", "t_grok", "log-rank p", "∫λ", "test accuracy", "optimizer.weight_decay"):
        assert part in shown.stdout
    compared = lab.json("compare", "@last")
    assert compared["rows"] == lab.answer["rows"]
    assert compared["rows"][1]["integral_at_end"] == pytest.approx(3.0 * 201 / 2, rel=1e-3)


def test_compare_takes_arms_by_name_and_measures_against_the_first(lab):
    for words in (("@last", "dynamic", "static"), ("@last:dynamic", "@last:static")):
        assert [row["arm"] for row in lab.json("compare", *words)["rows"]] == ["dynamic", "static"]


def test_ls_and_show(lab):
    assert "tiny" in lab("ls").stdout
    listed = lab.json("ls")["experiments"]
    assert listed[0]["state"] == "finished" and listed[0]["progress"] == 1
    shown = lab("show", "tiny").stdout
    assert "does it run?" in shown and "lambda = 1" in shown
    assert len(lab.json("show", "tiny")["runs"]) == 4


def test_notes_are_kept(lab):
    lab("note", "@last", "looks odd [b]")
    lab("tag", "@last", "odd", "again")
    said = lab("note", "@last").stdout.splitlines()
    assert [line.partition(f"  {getpass.getuser()}  ")[2] for line in said] == [
        "note: looks odd [b]", "tagged odd", "tagged again"
    ]  # fmt: skip
    assert lab("show", "@last").stdout.splitlines()[-3:] == said


def test_logs_tell_the_events_in_the_words_of_the_console(lab):
    lines = lab("logs", "@last").stdout.splitlines()
    assert any(line.endswith("cohort 0 step 0 training begins on cpu") for line in lines)
    assert sum("step 200 checkpoint written, kept for good" in line for line in lines) == 1
    assert any(line.endswith("step 200 finished") for line in lines)


@pytest.mark.parametrize("form", ["parquet", "csv", "json"])
def test_export_holds_every_recorded_number(lab, tmp_path, form):
    lab("export", "@last", "--format", form, "--out", str(tmp_path / "out"))
    path = tmp_path / "out" / f"train.{form}"
    if form == "parquet":
        rows = parquet.read_table(path).to_pylist()
    elif form == "csv":
        rows = list(csv.DictReader(path.open()))
    else:
        rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(rows) == 200 * 4
    last = next(r for r in rows if int(r["step"]) == 199 and r["arm"] == "static" and int(r["seed"]) == 1)
    assert 0 < float(last["train_loss"]) < 10
    assert sorted(p.stem for p in (tmp_path / "out").iterdir()) == ["clock", "eval", "sparsity", "train", "weights"]


def test_presets_are_listed_shown_and_checked(lab):
    names = [preset["name"] for preset in lab.json("presets")["presets"]]
    assert {"quickstart", "static-vs-dynamic", "static-vs-dynamic-30"} <= set(names)
    assert "[task]" in lab("presets", "show", "quickstart").stdout
    for name in names[::9]:  # all of them load in tests/spec
        assert lab.json("presets", "check", name)["runs"] > 0
    said = lab("presets", "fields").stdout.splitlines()
    assert said.count("optimizer.lr = required") == 1 and not [line for line in said if "[adamw]" in line]


def test_doctor_answers(lab):
    checks = {check["name"]: check for check in lab.json("doctor")["checks"]}
    assert checks["torch"]["verdict"] == "good"


def test_ctrl_c_leaves_the_worker_running_and_says_so(lab):
    process = subprocess.Popen(
        lab.command("run", "tiny.toml", "--set", "steps=1000000", "--device", "cpu"),
        cwd=lab.path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests may run where Ctrl-C is ignored
    )  # fmt: skip
    _until(lambda: (newest := lab.json("ls")["experiments"][0])["state"] == "running" and newest["step"] > 10)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the worker goes on" in said and "grokterm stop" in said
    step = lab.json("ls")["experiments"][0]["step"]
    _until(lambda: lab.json("ls")["experiments"][0]["step"] > step)
    assert "paused" in lab("pause", "@last").stderr
    assert lab.json("ls")["experiments"][0]["state"] == "paused"
    lab("rm", "@last", code=2)
    lab("resume", "@last")
    assert "parked" in lab("park", "@last").stderr
    lab("resume", "@last", "--device", "cpu")
    _until(lambda: lab.json("ls")["experiments"][0]["state"] == "running")
    assert "stopped" in lab("stop", "@last").stderr
    lab("pause", "@last", code=2)
    lab("rm", "@last")
    assert len(lab.json("ls")["experiments"]) == 1


def test_a_failed_run_exits_with_one_and_says_why(lab):
    done = lab("run", "tiny.toml", "--detach", "--set", "steps=1000000")
    name = done.stdout.strip()
    _until(lambda: lab.json("ls")["experiments"][0]["step"] > 10)
    status = json.loads((lab.path / "runs" / name / "cohorts" / "00" / "status.json").read_text())
    os.kill(status["pid"], signal.SIGKILL)
    assert "lost" in lab("watch", name, code=1).stderr
    lab("rm", name)


def _until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)
