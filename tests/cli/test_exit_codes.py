"""Exit codes of every command that takes an experiment: 0 done, 1 failed, 2 bad input, 3 not found."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from console.world import make

from grokterm.record import open_folder

ONE, OTHER = "20261122-120000-quickstart-one2", "20261122-130000-quickstart-two2"
READING = ("show", "compare", "plot", "export")
ASKING = ("pause", "stop", "park", "checkpoint", "resume")
SAYING = ("note", "star", "archive")
MAKING = (("fork", "--detach"), ("repeat", "--detach"))
ALL = [(word,) for word in (*READING, *ASKING, *SAYING, "watch", "logs", "rm")] + [("move", "--first"), *MAKING]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A runs folder with two experiments; only for commands that change nothing."""
    runs = tmp_path_factory.mktemp("kept") / "runs"
    runs.mkdir()
    make(runs, ONE, seeds=2)
    make(runs, OTHER, seeds=2)
    return runs


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch, tmp_path):
    """Nothing lies where the commands are given."""
    monkeypatch.chdir(tmp_path)


def typed(words, name: str, runs: Path) -> tuple:
    word, *options = words
    return word, name, *options, "--runs", runs, "--json"


def line(code: int, out: str, err: str) -> tuple[int, str]:
    """The code and the one line of an error, and nothing where data belongs."""
    assert out == "" and err.startswith("grokterm: ") and len(err.splitlines()) == 1, (out, err)
    return code, err


@pytest.mark.parametrize("words", ALL, ids=lambda words: words[0])
def test_a_name_of_none_and_of_two(answer, kept, tmp_path, words):
    code, err = line(*answer(*typed(words, "nobody", kept)))
    assert code == 3 and "no experiment 'nobody'" in err
    code, err = line(*answer(*typed(words, "quickstart", kept)))
    assert code == 2 and ONE in err and OTHER in err
    code, err = line(*answer(*typed(words, "@last", tmp_path / "none")))
    assert code == 3 and "no experiments yet" in err


def newer(folder: Path) -> str:
    """As a later version would have written it."""
    marker = folder / "format.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"format": 99}))
    return "format 99"


def headless(folder: Path) -> str:
    """Without its spec."""
    (folder / "experiment.toml").unlink()
    return "experiment.toml: missing"


def hollow(folder: Path) -> str:
    """Without its cohorts."""
    shutil.rmtree(folder / "cohorts")
    return "no cohorts"


@pytest.mark.parametrize("spoil", [newer, headless, hollow], ids=lambda spoil: spoil.__name__)
def test_a_folder_that_can_not_be_read(answer, kept, tmp_path, spoil):
    runs = tmp_path / "runs"
    shutil.copytree(kept / ONE, runs / ONE)
    why = spoil(runs / ONE)
    for word in (*READING, "watch", *(ASKING if spoil is hollow else ())):
        code, err = line(*answer(*typed((word,), ONE, runs)))
        assert code == 1 and why in err, word
    code, out, err = answer("ls", "--runs", runs)
    assert code == 0 and "broken" in out and why in out
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    assert answer("rm", ONE, "--runs", runs)[0] == 0  # it can be put out of the way
    assert answer("restore", ONE, "--runs", runs)[0] == 0


def test_what_can_not_be_written(answer, kept, tmp_path):
    code, err = line(*answer("run", "quickstart", "--detach", "--json", "--runs", "/proc/grokterm"))
    assert code == 2 and "/proc/grokterm" in err and "--runs DIR" in err
    runs = tmp_path / "runs"
    shutil.copytree(kept / ONE, runs / ONE)
    (runs / ONE / "notes.jsonl").mkdir()
    for words in (("note", ONE, "text"), ("tag", ONE, "odd"), ("star", ONE), ("archive", ONE)):
        code, err = line(*answer(*words, "--runs", runs))
        assert code == 1 and "notes.jsonl: can't be written (is a directory)" in err
    (runs / ".bin").write_text("a file")
    code, err = line(*answer("rm", ONE, "--runs", runs))
    assert code == 2 and "can't be a folder" in err
    (tmp_path / "out").write_text("a file")
    code, err = line(*answer("export", ONE, "--out", "out", "--runs", runs))
    assert code == 2 and "out: can't be written" in err


def test_a_tag_that_begins_with_a_dash_is_refused_with_those_beside_it_and_can_be_taken_away(answer, kept, tmp_path):
    runs = tmp_path / "runs"
    shutil.copytree(kept / ONE, runs / ONE)
    code, err = line(*answer("tag", ONE, "--runs", runs, "--", "odd", "-bad"))
    assert code == 2 and "a tag can't begin with '-' (given '-bad')" in err and "right would be 'bad'" in err
    assert open_folder(runs / ONE).notes() == []
    (runs / ONE / "notes.jsonl").write_text('{"kind": "tag", "value": "-bad", "time": 1.0, "who": "x"}\n')
    assert answer("tag", ONE, "--off", "--runs", runs, "--", "-bad")[0] == 0
    assert open_folder(runs / ONE).marks().tags == ()


@pytest.mark.parametrize(
    "words",
    [(*words[:1], "@last", *words[1:]) for words in ALL]
    + [
        ("run", "quickstart", "--detach"),
        ("demo", "--headless"),
        ("ls",),
        ("restore", "one"),
        ("serve", "--port", "0"),
    ],
    ids=lambda words: words[0],
)
def test_a_runs_folder_that_is_a_file(answer, tmp_path, words):
    (tmp_path / "runs").write_text("mine")
    for runs in (tmp_path / "runs", tmp_path / "runs" / "below"):
        code, err = line(*answer(*words, "--runs", runs))
        assert code == 2 and f"{runs}: not a folder" in err.replace("/.bin", "") and "--runs DIR" in err
    assert (tmp_path / "runs").read_text() == "mine"


def test_nobody_reads_on_or_the_disk_is_full(kept):
    command = [sys.executable, "-m", "grokterm", "show", ONE, "--json", "--runs", str(kept)]
    reader, writer = os.pipe()
    os.close(reader)
    closed = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert (closed.returncode, closed.stderr) == (0, "")
    with Path("/dev/full").open("w") as full:
        lost = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert lost.returncode == 1
    assert lost.stderr == "grokterm: standard output can't be written (no space left on device)\n"
    shut = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, timeout=60)
    assert (shut.returncode, shut.stderr) == (0, "")


def test_an_error_is_worth_its_code_where_nobody_reads(kept):
    command = [sys.executable, "-m", "grokterm", "show", "nobody", "--runs", str(kept)]
    done = subprocess.run(["sh", "-c", '"$@" >&- 2>&-', "sh", *command], timeout=60)
    assert done.returncode == 3


@pytest.mark.parametrize(
    "words",
    [
        ("ls",), ("ls", "--filter", "zebra"), ("show", ONE), ("compare", ONE), ("plot", ONE), ("plot", ONE, "--list"),
        ("watch", ONE), ("presets",), ("presets", "check", "quickstart"), ("presets", "fields"), ("queue",), ("keys",),
        ("keys", "--init"), ("estimate", "quickstart"), ("presets", "save", "mine", "quickstart"),
        ("plot", ONE, "-o", "a.csv"), ("logs", ONE), ("logs", ONE, "-f"), ("note", ONE), ("export", ONE),
        ("presets", "show", "quickstart"), ("presets", "path", "quickstart"), ("doctor",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_json_is_one_object_and_nothing_else(answer, kept, words):
    places = () if words[0] in ("queue", "keys") or (words[0] == "presets" and len(words) > 1) else ("--runs", kept)
    code, out, _ = answer(*words, *places, "--json")
    assert code == 0 and isinstance(json.loads(out), dict)
