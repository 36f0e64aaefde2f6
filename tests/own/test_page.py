"""docs/your-own.md, run as it stands."""

import json
import re
from pathlib import Path

import pytest
from cli.command import grokterm

PAGE = Path(__file__).parents[2] / "docs" / "your-own.md"
BLOCK = re.compile(r"`([\w/.]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)


@pytest.mark.slow
def test_the_code_of_the_page_runs_to_the_end_and_learns(tmp_path):
    blocks = dict(BLOCK.findall(PAGE.read_text("utf-8")))
    assert blocks.keys() == {"my_lab/tasks.py", "my_lab/models.py", "cube.toml"}
    for name, text in blocks.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    checked = grokterm("presets", "check", "cube.toml", cwd=tmp_path)
    assert checked.returncode == 0 and "6 runs = 2 arms x 3 seeds" in checked.stdout, checked.stderr
    assert {path.name for path in tmp_path.iterdir()} - {"desk"} == {"my_lab", "cube.toml"}  # nothing was made
    done = grokterm("run", "cube.toml", "--json", "--runs", "runs", cwd=tmp_path)
    answer = json.loads(done.stdout)
    assert (answer["state"], answer["steps"]) == ("finished", 500), done.stderr
    shown = json.loads(grokterm("show", "@last", "--json", "--runs", "runs", cwd=tmp_path).stdout)
    for arm in ("plain", "dropout"):
        found = [run for run in shown["runs"] if run["arm"] == arm]
        assert len(found) == 3 and all(run["test_acc"] > 0.7 for run in found)
