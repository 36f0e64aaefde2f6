"""`ls`, marks and the bin on the command line: what is typed, what is printed, what is refused."""

import json
import sys

import pytest
from cli.command import grokterm, refused
from console.world import break_, make

FINISHED, FAILED = "20261122-120000-quickstart-fin3", "20261122-090000-quickstart-fai4"


@pytest.fixture
def world(runs):
    """Two experiments."""
    make(runs, FINISHED, overrides=("optimizer.lr=0.01",))
    make(runs, FAILED, step=310, state="failed")
    return runs


def listed(world, *words) -> list[str]:
    done = grokterm("ls", "--json", *words, cwd=world.parent)
    assert done.returncode == 0, done.stderr
    return [one["name"][-4:] for one in json.loads(done.stdout)["experiments"]]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ["fin3", "fai4"]),
        (("--filter", "state=failed"), ["fai4"]),
        (("--filter", "lr>0.005"), ["fin3"]),
        (("--filter", "-lr>0.005 quickstart"), ["fai4"]),
        (("--filter", "state=running"), []),
        (("--sort", "name"), ["fai4", "fin3"]),
        (("--sort=-age",), ["fai4", "fin3"]),
        (("-n", "1"), ["fin3"]),
    ],
)
def test_ls_filters_and_sorts(world, words, expected):
    assert listed(world, *words) == expected


def test_ls_refuses_what_it_does_not_understand(world):
    refused(grokterm("ls", "--filter", "lrr=3", cwd=world.parent), 2, "--filter lrr: no such key", "nearest: lr")
    refused(grokterm("ls", "--sort", "size", cwd=world.parent), 2, "--sort size", "t_grok")
    nothing = grokterm("ls", "--filter", "zebra", cwd=world.parent)
    assert nothing.returncode == 0 and "none of 2 experiments matches: zebra" in nothing.stderr


def test_ls_says_that_it_can_not_keep_what_it_has_read(world, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = grokterm("ls", "--json", cwd=world.parent, GROKTERM_STATE=str(tmp_path / "file"))
    assert done.returncode == 0 and len(json.loads(done.stdout)["experiments"]) == 2
    assert "the history can't be kept for the next visit" in done.stderr


def test_marks_and_the_archive(world):
    assert grokterm("star", "fin3", "fai4", cwd=world.parent).returncode == 0
    assert listed(world, "--filter", "star=yes") == ["fin3", "fai4"]
    grokterm("star", "fai4", "--off", cwd=world.parent)
    assert listed(world, "--filter", "star=yes") == ["fin3"]
    grokterm("archive", "fin3", cwd=world.parent)
    assert listed(world) == ["fai4"] and listed(world, "--all") == ["fin3", "fai4"]
    assert "1 archived: grokterm ls --all" in grokterm("ls", cwd=world.parent).stderr
    assert listed(world, "--all", "--filter", "archived=yes") == ["fin3"]
    grokterm("tag", "fai4", "odd", "late", cwd=world.parent)
    grokterm("tag", "fai4", "odd", "--off", cwd=world.parent)
    assert listed(world, "--filter", "tag=late -tag=odd") == ["fai4"]


def test_what_is_in_the_bin_comes_back(world):
    grokterm("rm", "fin3", cwd=world.parent)
    assert listed(world) == ["fai4"]
    restored = grokterm("restore", "fin3", cwd=world.parent)
    assert restored.returncode == 0 and FINISHED in restored.stderr
    assert listed(world) == ["fin3", "fai4"]
    refused(grokterm("restore", "fin3", cwd=world.parent), 3, "no experiment 'fin3'", "the bin is empty")


LONG = f"20261122-100000-{'quickstart-with-a-name-that-goes-on-and-on-' * 3}end-lon6"


@pytest.fixture
def crowded(world):
    """One with a long name, one that trains, one of many arms, and one that is broken, besides."""
    make(world, LONG)
    make(world, "20261122-110000-quickstart-run5", state="running", step=610)
    make(world, "20261122-113000-grid-man7", arms=12)
    break_(make(world, "20261122-080000-quickstart-bro8"))
    return world


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_on_a_terminal_each_takes_one_line(crowded, answer, monkeypatch, columns):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(columns))
    said = answer("ls", "--runs", crowded)[1].splitlines()
    heading, rule, *lines = said[:8]
    assert heading.startswith("experiment") and set(rule) == {"─"} and len(said) == 9 and "bro8: " in said[8]
    assert all(len(line) <= columns for line in (heading, rule, *lines))
    for letters, word in (("fin3", "finished"), ("run5", "running"), ("lon6", "finished"), ("man7", "finished")):
        (line,) = [line for line in lines if letters in line.split(" ")[0]]
        assert word in line, line
    assert all(line.split()[-1][-1] in "smhdw" for line in lines)  # the age, in its column
    (line,) = [line for line in lines if "fin3" in line]
    assert ("350 (4/4)" in line) == (columns >= 80) and ("static-high" in line) == (columns == 200)


def test_in_a_pipe_names_are_whole_and_one_long_name_moves_no_other_line(crowded):
    said = grokterm("ls", cwd=crowded.parent, COLUMNS="80").stdout.splitlines()
    assert len(said) == 9 and any(line.startswith(LONG[16:] + " ") for line in said)
    (line,) = [line for line in said if line.startswith("quickstart-fin3 ")]
    assert line.index("finished") < 50 and "static – (1/4) dynamic 350 (4/4) static-high 340 (4/4)" in line
    assert len(line) < 180
    assert "In a pipe names are whole" in " ".join(grokterm("ls", "--help", cwd=crowded.parent).stdout.split())
