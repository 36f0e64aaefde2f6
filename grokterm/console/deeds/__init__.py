"""What can be done to an experiment: functions on its folder that say what they did. They run in threads.

Each gives a `Done`, or raises `GroktermError` with the reason and with what could be done instead.
"""

from grokterm.console.deeds.control import checkpoint, explain, fits, go_on, park, pause, pause_or_go_on, shift, stop
from grokterm.console.deeds.doing import (
    Deed,
    Done,
    Outcome,
    Undo,
    carry_out,
    check_there,
    listed,
    refusals,
    take_back,
)
from grokterm.console.deeds.marks import mark, note, read_note
from grokterm.console.deeds.whole import check_repeat, put_in_bin, read_seeds, repeat

__all__ = [
    "Deed",
    "Done",
    "Outcome",
    "Undo",
    "carry_out",
    "check_repeat",
    "check_there",
    "checkpoint",
    "explain",
    "fits",
    "go_on",
    "listed",
    "mark",
    "note",
    "park",
    "pause",
    "pause_or_go_on",
    "put_in_bin",
    "read_note",
    "read_seeds",
    "refusals",
    "repeat",
    "shift",
    "stop",
    "take_back",
]
