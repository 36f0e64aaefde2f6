"""What the worker's torch can see, asked in a process of its own, because torch is loaded nowhere else."""

import json
import subprocess
import sys
from functools import cache

from grokterm.errors import GroktermError, NotFound
from grokterm.record import local_state

PROBE_SECONDS = 120  # torch's first import from a cold network disk takes this order of time


@cache
def probe_torch() -> dict:
    """Torch's version and devices: `{"torch", "cuda", "devices", "names"}`.

    Raises:
        GroktermError: torch is missing or doesn't load; carries the last line it said.
    """
    command = [sys.executable, "-m", "grokterm.engine", "--probe"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise GroktermError(f"torch did not load within {PROBE_SECONDS} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise GroktermError(f"torch does not load: {last}", "see `grokterm doctor`")
    return json.loads(done.stdout)


def check_device(device: str) -> None:
    """Refuse what no worker could train with, before anything is created. `auto` and `cpu` are always here, unprobed.

    Raises:
        BadInput: the folder for device slots can't be used.
        NotFound: the device is not on this machine; says which there are.
    """
    local_state()
    if device in ("auto", "cpu"):
        return
    devices = probe_torch()["devices"]
    if device not in devices and not (device == "cuda" and len(devices) > 1):
        raise NotFound(f"device {device!r} is not on this machine; there is: {', '.join(devices)}", "or --device auto")
