"""What the console loads before it draws."""

import subprocess
import sys


def test_the_app_loads_nothing_heavy_before_the_first_paint():
    code = "import grokterm.console.app, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"torch", "scipy", "numpy", "pyarrow", "pydantic", "plotext", "grokterm.engine"}
    assert "textual" in loaded
    assert not heavy & set(loaded)


def test_drawing_and_watching_load_neither_torch_nor_scipy():
    code = (
        "import grokterm.console.charts.plot, grokterm.console.listing, grokterm.console.detail, "
        "grokterm.console.panels, grokterm.console.comparing, grokterm.console.screens.new, sys; print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "plotext" in loaded
    assert not {"torch", "scipy", "grokterm.engine"} & set(loaded)
