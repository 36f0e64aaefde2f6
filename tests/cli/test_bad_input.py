"""Bad input as a new user gives it: a line with what is wrong, where, and what would be right; nothing created."""

import json

import pytest
from cli.command import GOOD, grokterm, refused

from grokterm.record import CohortWriter, create
from grokterm.spec import load


@pytest.mark.parametrize(
    "good, bad, parts",
    [
        ("lr = 3e-3", "lrr = 3e-3", ["mine.toml", "optimizer.lrr", "nearest: lr"]),
        ("p = 11", "p = -11", ["task.p", "-11"]),
        ("train_fraction = 0.6", "train_fraction = 1.0", ["task.train_fraction", "1.0"]),
        ("lr = 3e-3", 'lr = "fast"', ["optimizer.lr", "fast"]),
        ('operation = "add"', 'operation = "sum"', ["task.operation", "sum", "add"]),
        ("heads = 2", "heads = 3", ["heads", "16"]),
        ("final = 0.0", "final = -1", ["arms.dynamic", "final", "-1"]),
        ("[stop]", "[stop", ["mine.toml", "line"]),
    ],
)
def test_a_bad_preset_is_refused_and_nothing_is_created(tmp_path, good, bad, parts):
    (tmp_path / "mine.toml").write_text(GOOD.replace(good, bad, 1))
    refused(grokterm("run", "./mine.toml", cwd=tmp_path), 2, *parts)
    assert not (tmp_path / "runs").exists()


def test_several_mistakes_are_reported_together(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD.replace("p = 11", "p = -11").replace("lr = 3e-3", "lrr = 3e-3"))
    refused(grokterm("run", "mine.toml", cwd=tmp_path), 2, "task.p", "optimizer.lrr")


@pytest.mark.parametrize(
    "words, code, parts",
    [
        (["run", "quikstart"], 3, ["quikstart", "quickstart"]),
        (["run", "quickstart", "--set", "optimizer.lr=fast"], 2, ["optimizer.lr", "fast"]),
        (["run", "quickstart", "--set", "optimizer.lrr=1"], 2, ["optimizer.lrr", "lr"]),
        (["run", "quickstart", "--set", "arms.statik.optimizer.lr=0.1"], 2, ["statik", "static"]),
        (["run", "quickstart", "--device", "cuda:9", "--set", "stop.steps=5"], 3, ["cuda:9", "cpu"]),
        (["run", "quickstart", "--seeds", "0"], 2, ["seeds"]),
        (["show", "@last"], 3, ["no experiment"]),
        (["compare", "nothing-here"], 3, ["nothing-here"]),
        (["ls", "--runs", "afile"], 2, ["afile"]),
        (["run", "quickstart", "--runs", "afile"], 2, ["afile"]),
        (["presets", "check", "nowhere.toml"], 3, ["nowhere.toml"]),
    ],
)
def test_bad_words_are_refused(tmp_path, words, code, parts):
    (tmp_path / "afile").write_text("not a folder")
    refused(grokterm(*words, cwd=tmp_path), code, *parts)
    assert not (tmp_path / "runs").exists()


def test_a_name_that_matches_two_lists_them(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD)
    for _ in range(2):
        done = grokterm("run", "mine.toml", "--detach", "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        name = json.loads(done.stdout)["experiment"]
    refused(grokterm("show", "mine", cwd=tmp_path), 2, name)


def test_an_arm_that_does_not_exist_is_named(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD)
    assert grokterm("run", "mine.toml", "--detach", cwd=tmp_path).returncode == 0
    refused(grokterm("compare", "@last:dinamic", "@last:static", cwd=tmp_path), 3, "dinamic", "dynamic")


def test_brackets_and_escape_codes_in_a_name_are_data(tmp_path):
    hostile = "[bold red]sweep[lr=1e-3]\\u001b[2J\\u0007"
    (tmp_path / "mine.toml").write_text(GOOD.replace('"a small one"', f'"{hostile}"'))
    assert grokterm("run", "mine.toml", "--detach", cwd=tmp_path).returncode == 0
    assert grokterm("note", "@last", "\x1b]0;owned\x07 [b]", cwd=tmp_path).returncode == 0
    for words in (["ls"], ["show", "@last"], ["note", "@last"]):
        done = grokterm(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    assert "[bold red]" in grokterm("show", "@last", cwd=tmp_path).stdout


def test_no_escape_code_reaches_standard_output(tmp_path):
    """Wherever somebody could have put one: title, question, about, note, tag, event, log, name of the folder."""
    evil = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202e"
    hostile = '"\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u202e"'
    about = f"[arms.static]\nabout = {hostile}\n"
    text = GOOD.replace('"a small one"', f"{hostile}\nquestion = {hostile}").replace("[arms.static]\n", about)
    (tmp_path / "mine.toml").write_text(text)
    folder = create(tmp_path / "runs", load(str(tmp_path / "mine.toml")))
    writer = CohortWriter(folder.cohorts[0].path)
    writer.event("failed", 3, error=evil)
    writer.provenance({"host": evil})
    writer.close()
    folder.cohorts[0].log_path.write_text(f"{evil}\n")
    folder.add_note("note", evil)
    folder.add_note("tag", evil)
    folder.path.rename(folder.path.with_name(f"{folder.name[:15]}-{evil}-abcd"))
    for words in (["ls"], ["show", "@last"], ["note", "@last"], ["logs", "@last"], ["compare", "@last"]):
        for form in ([], ["--json"]) if words[0] in ("ls", "show", "compare") else ([],):
            done = grokterm(*words, *form, cwd=tmp_path)
            assert done.returncode == 0, done.stderr
            for character in "\x1b\x07\x9b\u202e":
                assert character not in done.stdout + done.stderr, words
            if form:
                json.loads(done.stdout)


def test_a_preset_is_shown_as_it_is_written_but_harmless(tmp_path):
    (tmp_path / "mine.toml").write_text("# \x1b[31mred\n\tlr = 1  # not a good preset\n\n[x]\n")
    done = grokterm("presets", "show", "./mine.toml", cwd=tmp_path)
    assert done.stdout == "# ␛[31mred\n\tlr = 1  # not a good preset\n\n[x]\n"


def test_a_preset_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b'title = "\xff"')
    refused(grokterm("presets", "show", "./", cwd=tmp_path), 2, "can't be read", "directory")
    refused(grokterm("presets", "show", "./mine.toml", cwd=tmp_path), 2, "mine.toml", "not UTF-8", "byte 9")
    refused(grokterm("presets", "show", "./nothing.toml", cwd=tmp_path), 3, "nothing.toml")


def test_files_that_can_not_be_read_are_one_line(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD)
    folder = create(tmp_path / "runs", load(str(tmp_path / "mine.toml")))
    folder.cohorts[0].paths.events.mkdir()
    listed = grokterm("ls", cwd=tmp_path)
    assert listed.returncode == 0 and "broken" in listed.stdout and "events.jsonl" in listed.stdout
    for words in (["show"], ["logs"], ["stop"], ["resume"], ["rm"], ["watch"]):
        refused(grokterm(*words, "@last", cwd=tmp_path), 1, "events.jsonl", "can't be read")


def test_the_console_needs_a_terminal(tmp_path):
    refused(grokterm(cwd=tmp_path), 2, "needs a terminal", "grokterm ls")
