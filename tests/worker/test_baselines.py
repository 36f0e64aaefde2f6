"""What guesses cost is recorded when training of heights begins, and stands beside curves and comparisons."""

from worker.lab import events, wait_for_state

from grokterm.analysis import arms_of, compare
from grokterm.console.detail import Focus
from grokterm.console.look import DARK, ink
from grokterm.console.panel import PANELS
from grokterm.console.panels import chart
from grokterm.console.scales import Spot, View
from grokterm.jobs import launch
from grokterm.record import create
from grokterm.spec import parse

HEIGHTS = {
    "title": "heights",
    "seeds": 1,
    "task": {"kind": "m-height", "n": [6], "k": [3], "train_per_group": 50, "validation_per_group": 50},
    "model": {"kind": "mlp", "hidden": [8]},
    "optimizer": {"lr": 1e-3, "weight_decay": 0.0},
    "loss": {"kind": "log2_mse"},
    "stop": {"steps": 20},
    "streams": {"eval_every": 5},
    "arms": {"low": {}, "high": {"optimizer": {"weight_decay": 0.1}}},
}


def test_guesses_stand_beside_the_loss(runs, tmp_path, monkeypatch):
    monkeypatch.setenv("GROKTERM_CACHE", str(tmp_path / "cache"))
    folder = create(runs, parse(HEIGHTS, "heights.toml"))
    launch(folder, "cpu")
    wait_for_state(folder, "finished")
    (event,) = events(folder, "baselines")
    one, constant, group_means = event.data["costs"].values()
    assert one > constant > group_means > 0
    detail = Focus(folder).read()
    loss = chart(PANELS[0], detail.curves, detail.arms, View(), Spot(), ink(DARK))
    words = f"guesses: 1 → {one:.4g}, one constant → {constant:.4g}, the mean of each group → {group_means:.4g}"
    assert words in loss.notes
    assert f"Test losses of {words}." in compare(arms_of(folder)).method
