"""queue, move, estimate, repeat and fork as a user types them, with real workers."""

import json
import time

import pytest
from cli.command import GOOD, grokterm, refused

ONE = {"GROKTERM_SLOTS": "cpu=1"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a preset, a place for locks, and one finished experiment in runs/."""
    path = tmp_path_factory.mktemp("jobs")
    (path / "good.toml").write_text(GOOD)
    (path / "state").mkdir()
    done = grokterm("run", "good.toml", "--seeds", "2", "--device", "cpu", cwd=path, GROKTERM_STATE=str(path / "state"))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def run(place):
    """run(*words) -> what the command said; run.json(*words) -> its one object."""

    def command(*words):
        return grokterm(*words, cwd=place, GROKTERM_STATE=str(place / "state"), **ONE)

    def as_json(*words):
        done = command(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    command.json = as_json
    return command


def until(condition, seconds: float = 60.0):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return value


def test_an_empty_queue_says_so(run):
    shown = run("queue")
    assert shown.returncode == 0 and "cpu" in shown.stdout and "nobody trains" in shown.stderr
    answer = run.json("queue")
    assert answer["holding"] == answer["waiting"] == [] and answer["devices"][0]["slots"] == 1


def test_commands_that_are_named_have_the_runs_folder_of_the_command_line(run):
    for words in (("--runs", "none here", "ls"), ("ls", "--runs", "none here")):
        assert "`grokterm --runs 'none here' demo` makes one" in run(*words).stderr
    assert "--runs" not in run("queue").stderr


@pytest.mark.slow
def test_waiting_experiments_are_listed_and_moved(run, place):
    words = ("run", "good.toml", "--detach", "--device", "cpu", "--set")
    first = run(*words, "steps=1000000").stdout.strip()
    until(lambda: run.json("queue")["holding"])
    second, third = (run(*words, f"steps={n}").stdout.strip() for n in (30, 31))
    until(lambda: len(run.json("queue")["waiting"]) == 2)
    moved = run.json("move", third, "--first")
    assert moved == {"experiment": third, "place": 1, "of": 2}
    shown = run("queue").stdout
    assert "running" in shown and shown.index(third.partition("-good")[2]) < shown.index(second.partition("-good")[2])
    refused(run("move", first, "--later"), 2, "doesn't wait for a device: it is running")
    refused(run("move", "nobody", "--later"), 3, "nobody")
    refused(run("move", second), 2, "--earlier, --later, --first, --last")
    refused(run("move", second, "--first", "--last"), 2, "--earlier")
    run("stop", first)
    until(lambda: not run.json("queue")["waiting"] and not run.json("queue")["holding"])


def test_an_estimate_comes_from_the_record_or_says_that_there_is_none(run):
    answer = run.json("estimate", "good.toml", "--runs", "none")
    assert answer["estimate"]["seconds"] is None and answer["estimate"]["how"] == "not measured here"
    assert answer["runs"] == 10 and answer["cohorts"] == 1 and answer["device"]
    shown = run("estimate", "good.toml", "--runs", "none")
    assert shown.stdout.startswith("not known") and "--measure" in shown.stderr
    refused(run("estimate", "good.toml", "--set", "lrr=1"), 2, "lrr")
    refused(run("estimate", "nothing"), 3, "nothing")
    refused(run("estimate", "good.toml", "--device", "cuda:9"), 3, "cuda:9")


def test_an_absurd_size_is_refused_before_anything_is_made(run, place):
    """More memory than any machine has, so that nowhere it is tried."""
    before = sorted((place / "runs").iterdir())
    sizes = ("p=1999", "d_model=8192", "d_mlp=65536", "model.layers=4", "model.dtype=float64")
    absurd = ("good.toml", *(word for size in sizes for word in ("--set", size)))
    shown = run("estimate", *absurd)
    assert shown.returncode == 0 and "one run alone needs about" in shown.stderr
    refused(run("run", *absurd), 2, "one run alone needs about")
    assert sorted((place / "runs").iterdir()) == before


def test_presets_have_a_column_for_the_time_here(run):
    assert "here" in run("presets").stdout
    assert all("seconds_here" in preset for preset in run.json("presets")["presets"])


def test_repeat_trains_new_seeds(run):
    name = run.json("ls")["experiments"][-1]["name"]
    shown = run.json("repeat", name, "--device", "cpu")
    assert {result["seed"] for result in shown["runs"]} == {2, 3} and shown["state"] == "finished"
    detached = run.json("repeat", name, "--seeds", "7", "--detach", "--device", "cpu")
    assert detached["origin"] == f"repeat of {name} with new seeds"
    refused(run("repeat", name, "--seeds", "x"), 2, "--seeds")
    refused(run("repeat", "nobody"), 3, "nobody")


@pytest.mark.slow
def test_fork_goes_on_from_a_checkpoint(run):
    name = run.json("ls")["experiments"][-1]["name"]
    assert run.json("show", name)["checkpoints"] == [1, 2, 5, 10, 20]
    assert "checkpoints: 1, 2, 5, 10, 20" in run("show", name).stdout
    done = run.json("fork", name, "--at", "10", "--arm", "static", "--set", "arms.high.optimizer.weight_decay=3")
    assert [row["arm"] for row in done["rows"]] == ["high"] and done["steps"] == 20
    assert any("forked at step 10" in line for line in done["warnings"])
    shown = run("show", done["experiment"]).stdout
    assert f"origin: fork of {name} at step 10, static only: optimizer.weight_decay = 3" in shown
    refused(run("fork", name, "--at", "11"), 2, "no checkpoint at step 11; nearest: 10")
    refused(run("fork", name), 2, "stop.steps: 20 is reached at the checkpoint of step 20")
    refused(run("fork", name, "--at", "10", "--set", "p=13"), 2, "task.p: can't change in a fork")
    refused(run("fork", name, "--at", "10", "--device", "cuda:9"), 3, "cuda:9")
    refused(run("fork", "nobody"), 3, "nobody")
