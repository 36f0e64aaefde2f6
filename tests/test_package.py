"""What is installed: the wheel holds the presets, the style sheets and the program, and nothing of anybody's runs."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The built wheel, unpacked."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as file:
        file.extractall(out / "site")
    return out / "site"


def test_the_wheel_holds_what_the_program_needs(wheel):
    names = {str(path.relative_to(wheel)) for path in wheel.rglob("*") if path.is_file()}
    assert {f"grokterm/presets/{preset.name}" for preset in (TOP / "presets").glob("*.toml")} <= names
    assert {str(path.relative_to(TOP)) for path in (TOP / "grokterm").rglob("*.tcss")} <= names
    assert {str(path.relative_to(TOP)) for path in (TOP / "grokterm").rglob("*.py")} <= names
    assert "grokterm/ARCHITECTURE.md" in names
    assert not [name for name in names if name.startswith(("runs", "tests"))]


def test_presets_are_found_by_name_in_an_installed_copy(wheel, tmp_path):
    printed = subprocess.run(
        [sys.executable, "-c", "import grokterm.spec as s; print(*(p.path for p in s.list_presets()), sep='\\n')"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(wheel)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = [Path(line) for line in printed.stdout.splitlines()]
    assert {path.stem for path in paths} >= {"quickstart", "static-vs-dynamic", "static-vs-dynamic-30"}
    assert all(path.is_relative_to(wheel) for path in paths)
