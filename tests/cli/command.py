"""The command as a user types it, and a small preset."""

import os
import subprocess
import sys

GOOD = """
title = "a small one"
[task]
kind = "modular"
operation = "add"
p = 11
train_fraction = 0.6
[model]
kind = "transformer"
d_model = 16
heads = 2
d_mlp = 32
[optimizer]
kind = "adamw"
lr = 3e-3
weight_decay = 1.0
[stop]
steps = 20
[arms.static]
[arms.dynamic.optimizer]
weight_decay = { schedule = "linear", initial = 3.0, final = 0.0 }
"""


def grokterm(*words, cwd, **variables):
    """Run the command as a user would, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "grokterm", *words],
        cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, env={**os.environ, **variables},
    )  # fmt: skip


def refused(done, code: int, *parts: str) -> None:
    """Nothing on standard output, no traceback, the right exit code, and every part of the message."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr, done.stderr
