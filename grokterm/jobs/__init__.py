"""Start, watch and control workers. Shares folders with them, never memory."""

from grokterm.jobs.control import Answer, request
from grokterm.jobs.describe import described
from grokterm.jobs.devices import Device, default_device, devices
from grokterm.jobs.doctor import Check, examine
from grokterm.jobs.estimate import Estimate, estimate, measure
from grokterm.jobs.follow import Look, follow
from grokterm.jobs.fork import fork, fork_points, plan_fork
from grokterm.jobs.launch import launch, resume
from grokterm.jobs.line import Holding, Line, Waiting, line, move
from grokterm.jobs.prepare import check_data, prepared
from grokterm.jobs.probe import check_device, probe_torch
from grokterm.jobs.repeat import check_repeat, next_seeds, repeat
from grokterm.jobs.room import TooLarge, check_room, memory_caution

__all__ = [
    "Answer",
    "Check",
    "Device",
    "Estimate",
    "Holding",
    "Line",
    "Look",
    "TooLarge",
    "Waiting",
    "check_data",
    "check_device",
    "check_repeat",
    "check_room",
    "default_device",
    "described",
    "devices",
    "estimate",
    "examine",
    "follow",
    "fork",
    "fork_points",
    "launch",
    "line",
    "measure",
    "memory_caution",
    "move",
    "next_seeds",
    "plan_fork",
    "prepared",
    "probe_torch",
    "repeat",
    "request",
    "resume",
]
