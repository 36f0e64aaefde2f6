"""What this machine can train on, and how busy it is. Asks the system and the driver; torch is not loaded."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from grokterm.record.capacity import cores, slots_of
from grokterm.record.gpus import list_gpus


@dataclass(frozen=True)
class Device:
    """One device.

    Attributes:
        name: `cpu` or `cuda:N`, as `--device` takes it.
        title: what it is: the processor and its cores, or the model of the GPU.
        load: how busy it is with everybody's work, 0 to 1; nan where that isn't known (yet).
        memory_used, memory_total: bytes.
        slots: workers that may train on it at once.
    """

    name: str
    title: str
    load: float
    memory_used: int
    memory_total: int
    slots: int


def devices() -> tuple[Device, ...]:
    """The CPU, then the GPUs as torch numbers them. Cheap; the first call doesn't know the CPU's load yet."""
    memory = psutil.virtual_memory()
    title = f"{processor()}, {cores()} core{'s' if cores() > 1 else ''}"
    cpu = Device("cpu", title, _cpu_load(), memory.total - memory.available, memory.total, slots_of("cpu"))
    gpus = (
        Device(gpu.device, gpu.title, gpu.load, gpu.memory_used, gpu.memory_total, slots_of(gpu.device))
        for gpu in list_gpus()
    )
    return (cpu, *gpus)


def default_device(asked: str) -> str:
    """The device that `auto` or `cuda` would come to if everything were free; `asked` for any other."""
    gpus = list_gpus() if asked in ("auto", "cuda") else ()
    return gpus[0].device if gpus else ("cpu" if asked == "auto" else asked)


@cache
def processor() -> str:
    """The processor's name, as provenance records it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for text in cpuinfo.read_text("utf-8", "replace").splitlines():
            if text.startswith("model name"):
                return text.partition(":")[2].strip()
    import platform  # deferred: may start a process

    return platform.processor() or platform.machine()


def _cpu_load() -> float:
    """Share of the cores this process may use that were busy since the last call. nan the first time."""
    global _asked
    busy = psutil.cpu_percent(interval=None, percpu=True)
    first, _asked = not _asked, True
    if first:
        return float("nan")
    mine = psutil.Process().cpu_affinity() if hasattr(psutil.Process, "cpu_affinity") else range(len(busy))
    shares = [busy[index] for index in mine if index < len(busy)]
    return sum(shares) / len(shares) / 100 if shares else float("nan")


_asked = False
