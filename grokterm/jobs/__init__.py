"""Start, watch and control workers. Shares folders with them, never memory."""

from grokterm.jobs.control import Answer, request
from grokterm.jobs.doctor import Check, examine
from grokterm.jobs.follow import Look, follow
from grokterm.jobs.launch import launch, resume
from grokterm.jobs.probe import check_device, probe_torch

__all__ = [
    "Answer",
    "Check",
    "Look",
    "check_device",
    "examine",
    "follow",
    "launch",
    "probe_torch",
    "request",
    "resume",
]
