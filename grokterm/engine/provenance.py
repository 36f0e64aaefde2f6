"""What a run must be able to prove about itself: versions, device, threads, precision switches, commit."""

import os
import platform
import socket
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import torch

from grokterm import __version__
from grokterm.engine.precision import precision_switches


def provenance(device: torch.device, members: Sequence[tuple[str, int]]) -> dict:
    """Everything about this process that could change a bit of the result, as plain JSON types.

    Args:
        device: where the cohort trains.
        members: (arm, seed) of every member, in column order.
    """
    return {
        "grokterm": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": version("numpy"),
        "cuda": torch.version.cuda,
        "host": socket.gethostname(),
        "system": platform.platform(),
        "processor": _processor(),
        "device": str(device),
        "device_name": device_name(device),
        "threads": torch.get_num_threads(),
        "precision": precision_switches(),
        "members": [f"{arm}/{seed}" for arm, seed in members],
        "command": sys.argv,
        "environment": {k: v for k, v in os.environ.items() if k.startswith(("GROKTERM_", "OMP_", "MKL_", "CUDA_"))},
    }


def device_name(device: torch.device) -> str:
    """What a device is: the model of the GPU, or the processor."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else _processor()


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str | None:
    """The commit of the checkout that grokterm runs from, with `+changes` where it differs; None outside a checkout."""
    top = Path(__file__).resolve().parents[2]
    if not (top / ".git").exists():
        return None
    try:
        head = _git(top, "rev-parse", "HEAD")
        return head + ("+changes" if _git(top, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):  # no git here, or a checkout without a commit
        return None


def _git(top: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(top), *words], capture_output=True, text=True, check=True, timeout=5)
    return done.stdout.strip()
