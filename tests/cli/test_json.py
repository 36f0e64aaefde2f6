"""What commands that do something answer with `--json`: one object that says what was done, and to whom."""

import json
from pathlib import Path

import pytest
from console.world import make

from grokterm.record import open_folder

ONE, OTHER = "20261122-120000-quickstart-one2", "20261122-130000-quickstart-two2"


@pytest.fixture
def said(answer, runs, tmp_path, monkeypatch):
    """said(*words) -> the one object; there are two experiments, and nothing lies where the commands are given."""
    monkeypatch.chdir(tmp_path)
    for name in (ONE, OTHER):
        make(runs, name, seeds=2)

    def ask(*words) -> dict:
        places = () if words[0] == "presets" else ("--runs", runs)
        code, out, err = answer(*words, *places, "--json")
        assert code == 0, err
        return json.loads(out)

    return ask


def test_a_note_and_all_notes(said):
    added = said("note", "one2", "looks\nodd")
    assert added["experiment"] == ONE and added["added"]["value"] == "looks\nodd"
    assert added["notes"] == [added["added"]] == said("note", "one2")["notes"]
    assert said("note", "one2")["added"] is None and said("note", "two2")["notes"] == []


def test_tags(said):
    assert said("tag", "one2", "odd", "late") == {
        "experiment": ONE, "added": ["odd", "late"], "removed": [], "tags": ["odd", "late"]
    }  # fmt: skip
    assert said("tag", "one2", "odd", "--off") == {
        "experiment": ONE, "added": [], "removed": ["odd"], "tags": ["late"]
    }  # fmt: skip


@pytest.mark.parametrize("mark", ["star", "archive"])
def test_marks(said, mark):
    assert said(mark, "one2", "two2", "one2") == {"experiments": [ONE, OTHER], mark: True}
    assert said(mark, "two2", "--off") == {"experiments": [OTHER], mark: False}


def test_into_the_bin_and_out_of_it(said, runs):
    removed = said("rm", "one2", "two2", "one2")["removed"]
    assert [one["experiment"] for one in removed] == [ONE, OTHER]
    assert all(Path(one["path"]).is_dir() for one in removed) and said("ls")["experiments"] == []
    assert said("restore", "two2", "one2") == {
        "restored": [{"experiment": name, "path": str(runs / name)} for name in (OTHER, ONE)]
    }


def test_nothing_is_moved_where_one_of_them_is_refused(said, answer, runs):
    make(runs, "20261122-140000-quickstart-run5", state="running")
    code, out, err = answer("rm", "one2", "run5", "--json", "--runs", runs)
    assert (code, out) == (2, "") and "run5 is" in err and (runs / ONE).is_dir()
    said("rm", "one2")
    code, out, err = answer("restore", "one2", "nobody", "--json", "--runs", runs)
    assert (code, out) == (3, "") and "nobody" in err and not (runs / ONE).exists()


def test_the_files_of_an_export(said):
    answer = said("export", "one2", "--format", "csv", "--stream", "eval", "-o", "out")
    (file,) = answer.pop("files")
    assert answer == {"experiment": ONE, "folder": "out", "format": "csv"}
    assert (file["stream"], file["path"]) == ("eval", "out/eval.csv")
    assert len(Path(file["path"]).read_text().splitlines()) == file["rows"] + 1
    assert len(said("export", "one2")["files"]) > 1


@pytest.mark.parametrize("follow", [(), ("-f",)])
def test_events_and_the_log_of_each_worker(said, runs, follow):
    cohort = open_folder(runs / ONE).cohorts[0]
    cohort.log_path.write_text("first\nsecond\n\x1b[2Jthird")
    answer = said("logs", "one2", "-n", "2", *follow)
    assert answer["experiment"] == ONE and [one["cohort"] for one in answer["cohorts"]] == [0]
    assert answer["cohorts"][0]["log"] == ["second", "\x1b[2Jthird"]
    kinds = [event["kind"] for event in answer["cohorts"][0]["events"]]
    assert kinds == [event.kind for event in cohort.events()][-2:]


def test_a_preset_and_its_path(said):
    shown, where = said("presets", "show", "quickstart"), said("presets", "path", "quickstart")
    assert where == {"name": "quickstart", "path": shown["path"]}
    assert shown["text"] == Path(where["path"]).read_text() and not shown["small"]
    small = said("presets", "show", "lin-wd", "--small")
    assert small["small"] and 'name = "lin-wd-small"' in small["text"]


def test_the_demo_needs_no_console(said, monkeypatch):
    monkeypatch.setattr("grokterm.cli.demo.has_terminal", lambda: True)
    monkeypatch.setattr("grokterm.cli.run.begin", lambda *_: "folder")
    monkeypatch.setattr("grokterm.cli.run.finish", lambda folder, as_json: print(json.dumps({folder: as_json})))
    assert said("demo") == {"folder": True}
