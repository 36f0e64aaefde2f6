"""`grokterm presets`: the user's own beside those that came with the program."""

import json
import os
from pathlib import Path

from cli.command import grokterm

from grokterm.spec import load


def mine() -> Path:
    return Path(os.environ["GROKTERM_PRESETS"])


def test_save_list_path_and_run_by_name(tmp_path):
    saved = grokterm("presets", "save", "short", "quickstart", "--set", "stop.steps=300", "--seeds", "2", cwd=tmp_path)
    assert saved.returncode == 0, saved.stderr
    assert Path(saved.stdout.strip()) == mine() / "short.toml"
    assert "remove the file" in saved.stderr and "note:" in saved.stderr  # the schedule ends later
    assert load("short").arms == load("quickstart", ["stop.steps=300"]).arms
    assert load("short").seeds == (0, 1)
    assert "stop.steps = 300 (900 in quickstart)" in (mine() / "short.toml").read_text()
    where = grokterm("presets", "path", "short", cwd=tmp_path)
    assert where.stdout.strip() == str(mine() / "short.toml")
    listed = json.loads(grokterm("presets", "--json", cwd=tmp_path).stdout)
    assert {p["name"]: p["mine"] for p in listed["presets"]}["short"] is True
    table = grokterm("presets", cwd=tmp_path)
    assert "yours" in table.stdout and str(mine()) in table.stderr


def test_json_in_front_of_a_command_says_where_it_belongs(tmp_path):
    refused = grokterm("presets", "--json", "show", "quickstart", cwd=tmp_path)
    assert refused.returncode == 2 and refused.stdout == ""
    assert refused.stderr.strip() == "grokterm: --json belongs to show: grokterm presets show … --json"


def test_saving_refuses(tmp_path):
    assert grokterm("presets", "save", "one", "quickstart", cwd=tmp_path).returncode == 0
    for arguments in (
        ("one", "quickstart"),
        ("quickstart", "quickstart"),
        ("../one", "quickstart"),
        ("two", "quickstart", "--set", "optimizer.lr=fast"),
    ):
        refused = grokterm("presets", "save", *arguments, cwd=tmp_path)
        assert refused.returncode == 2 and refused.stdout == "" and "Traceback" not in refused.stderr
    assert grokterm("presets", "save", "two", "nothere", cwd=tmp_path).returncode == 3
    assert grokterm("presets", "save", "one", "quickstart", "--seeds", "1", "--force", cwd=tmp_path).returncode == 0
    assert load("one").seeds == (0,)
    assert [path.name for path in mine().iterdir()] == ["one.toml"]


def test_a_shadowed_preset_is_told(tmp_path):
    (mine() / "quickstart.toml").write_text("title = ")
    listed = grokterm("presets", cwd=tmp_path)
    assert listed.returncode == 0
    assert "quickstart means yours; the one that came with grokterm is " in listed.stderr


TINY = """
extends = "quickstart"
[small]
only = ["static"]
seeds = 1
task.p = 11
model = { d_model = 8, heads = 2, d_mlp = 16 }
stop.steps = 60
"""


def test_the_small_form_is_shown_checked_estimated_and_run(tmp_path):
    (mine() / "tiny.toml").write_text(TINY)
    shown = grokterm("presets", "show", "tiny", "--small", cwd=tmp_path).stdout
    assert 'name = "tiny-small"' in shown and "[small]" not in shown
    assert "[small]" in grokterm("presets", "show", "tiny", cwd=tmp_path).stdout
    assert "1 runs = 1 arm x 1 seed" in grokterm("presets", "check", "tiny", "--small", cwd=tmp_path).stdout
    estimate = json.loads(grokterm("estimate", "tiny", "--small", "--json", cwd=tmp_path).stdout)
    assert (estimate["preset"], estimate["runs"]) == ("tiny-small", 1)
    ran = grokterm("run", "tiny", "--small", "--json", "--runs", str(tmp_path / "runs"), cwd=tmp_path)
    answer = json.loads(ran.stdout)
    assert (answer["state"], answer["steps"], "tiny-small" in answer["experiment"]) == ("finished", 60, True)


def test_a_preset_without_a_small_form_says_so(tmp_path):
    (mine() / "alone.toml").write_text("stop.steps = 3")
    refused = grokterm("run", "alone", "--small", cwd=tmp_path)
    assert refused.returncode == 2 and "has no small form" in refused.stderr and len(refused.stderr.splitlines()) == 1


def test_a_preset_with_a_mistake_says_the_first_where_its_question_would_stand(tmp_path):
    (mine() / "odd.toml").write_text('[task]\nkind = "nope"\n[optimizer]\nlrr = 1\n')
    listed = grokterm("presets", cwd=tmp_path, COLUMNS="300")
    said = " ".join(listed.stdout.partition("yours")[2].split())
    assert said.startswith("odd ") and '(given {kind = "nope"})' in said and "lrr" not in said
    known = {
        preset["name"]: preset for preset in json.loads(grokterm("presets", "--json", cwd=tmp_path).stdout)["presets"]
    }
    assert "task: expected a table" in known["odd"]["problem"] and known["quickstart"]["problem"] is None
