"""The command as a user types it, and a small preset."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryFile

from warm import COMMAND, STARTS, WORKER, starter

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


def grokterm(*words, cwd, timeout: float = 120, **variables) -> subprocess.CompletedProcess:
    """Run the command as a user would, without a terminal, in a process of its own that is quick to start."""
    with Path(os.devnull).open() as nothing, TemporaryFile("w+") as out, TemporaryFile("w+") as errors:
        command, files = starter(COMMAND), (nothing.fileno(), out.fileno(), errors.fileno())
        workers = starter(WORKER).address if STARTS.intersection(words) else ""
        process = command.start([str(word) for word in words], files, str(cwd), variables, workers=workers)
        code = command.wait(process, timeout)
        said = [(file.seek(0), file.read())[1] for file in (out, errors)]
    return subprocess.CompletedProcess(["grokterm", *words], code, *said)


def refused(done, code: int, *parts: str) -> None:
    """Nothing on standard output, no traceback, the right exit code, and every part of the message."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr, done.stderr
