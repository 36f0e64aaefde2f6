"""The arrows of ARCHITECTURE.md, also where a linter can't see them: inside functions and at run time."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "grokterm"
LAYERS = {"spec": 0, "record": 1, "analysis": 2, "engine": 2, "jobs": 3, "console": 4, "cli": 5}


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, at any depth of nesting."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files():
    """(layer, file) of every module in a layer."""
    return [(layer, path) for layer in LAYERS for path in sorted((PACKAGE / layer).rglob("*.py"))]


def test_no_file_imports_a_higher_layer():
    wrong = []
    for layer, path in files():
        for name in imports_of(path):
            other = name.split(".")[1] if name.startswith("grokterm.") else None
            if other in LAYERS and other != layer and LAYERS[other] >= LAYERS[layer]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_the_engine_is_imported_by_nobody():
    assert not [
        str(path) for layer, path in files() for name in imports_of(path)
        if layer != "engine" and name.startswith("grokterm.engine")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "library, home",
    [
        ("torch", {"engine"}),
        ("textual", {"console"}),
        ("typer", {"cli"}),
        ("plotext", {"console"}),
        ("rich", {"cli", "console"}),
    ],
)
def test_libraries_stay_where_they_belong(library, home):
    strays = [
        str(path.relative_to(PACKAGE)) for layer, path in files() for name in imports_of(path)
        if name.split(".")[0] == library and layer not in home
    ]  # fmt: skip
    assert not strays


def loaded_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after `code`."""
    printed = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(printed.stdout.splitlines()[-1].split())


def test_help_loads_nothing_heavy():
    loaded = loaded_after("import sys; sys.argv = ['grokterm']\nimport grokterm.cli.main")
    assert not loaded & {"torch", "scipy", "pyarrow", "pydantic", "textual", "numpy", "plotext"}


def test_the_console_loads_no_torch():
    loaded = loaded_after("import grokterm.console.app")
    assert "textual" in loaded
    assert not loaded & {"torch", "scipy"}


def test_everything_but_the_engine_loads_no_torch():
    loaded = loaded_after("import grokterm.spec, grokterm.record, grokterm.analysis, grokterm.jobs, grokterm.cli.main")
    assert "pyarrow" in loaded
    assert "torch" not in loaded


def test_a_worker_loads_no_compiler():
    """Torch's own, and sympy with it, take more than a second of every start; a switch may bring them along."""
    loaded = loaded_after("from grokterm.engine import precision, worker\nprecision.set_precision()")
    assert "torch" in loaded
    assert "sympy" not in loaded
