"""How many workers a device takes at once, and how many threads each of them has."""

import os


def slots_of(device: str) -> int:
    """Workers that may train on `device` at once.

    `$GROKTERM_SLOTS` (`cpu=2,cuda=1,cuda:3=2`), else one per 4 cores or GPU.

    Numbers of GPUs there are those of the process that asks.
    """
    pairs = (item.partition("=") for item in os.environ.get("GROKTERM_SLOTS", "").split(","))
    said = {kind.strip(): max(1, int(count)) for kind, _, count in pairs if count.strip().isdecimal()}
    usual = max(1, cores() // 4) if device == "cpu" else 1
    return said.get(device) or said.get(device.split(":")[0]) or usual


def cores() -> int:
    """Cores this process may use, which in a container or a batch job is fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads_of_slot() -> int:
    """Threads for one worker on the CPU, so that full slots together use every core once."""
    return max(1, cores() // slots_of("cpu"))
