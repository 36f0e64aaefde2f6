"""What happened to an experiment, in plain words: its events, and the last lines of its workers' logs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from grokterm.analysis import costs_words
from grokterm.record import Event, ExperimentFolder

TAIL = 400  # lines of a worker's log that are read: a log may be long, and its end is what tells
_TONES = {
    "failed": "bad",
    "diverged": "bad",
    "lost_rows": "bad",
    "damaged": "bad",
    "write_failed": "warning",
    "checkpoint_refused": "warning",
    "refused": "warning",
    "finished": "good",
    "memorised": "good",
    "grokked": "good",
}
SIGNS = {"bad": "✖", "warning": "!", "good": "✔", "heading": " ", "": "·"}


@dataclass(frozen=True)
class Entry:
    """One line of the log.

    Attributes:
        id: the same in the next reading.
        time: unix seconds, nan for a line of a worker's log, which has none.
        step: the training step it speaks of, or None.
        tone: bad, warning, good, heading or "".
    """

    id: str
    text: str
    time: float = math.nan
    step: int | None = None
    tone: str = ""

    def __eq__(self, other: object) -> bool:
        """By what is shown; nan is as good as nan."""
        return isinstance(other, Entry) and (self.id, self.text, self.tone) == (other.id, other.text, other.tone)

    def __hash__(self) -> int:
        return hash((self.id, self.text))


def read_log(folder: ExperimentFolder) -> tuple[Entry, ...]:
    """Events in order of time, then what the workers wrote themselves.

    Raises:
        DamagedRecord: a file that can't be read.
    """
    several = len(folder.cohorts) > 1
    events = [
        _of_event(event, f"{cohort.index}:{place}", f"worker {cohort.index}: " if several else "")
        for cohort in folder.cohorts
        for place, event in enumerate(cohort.events())
    ]
    events.sort(key=lambda entry: entry.time)
    lines = [entry for cohort in folder.cohorts for entry in _of_log(cohort, several)]
    return (*events, *lines)


def _of_event(event: Event, key: str, whose: str) -> Entry:
    return Entry(f"{key}:{event.n}", whose + in_words(event), event.time, event.step, _TONES.get(event.kind, ""))


def _of_log(cohort, several: bool) -> Iterable[Entry]:
    lines = [line for line in cohort.log_tail(TAIL + 1) if line.strip()]
    if not lines:
        return
    whose = f"worker {cohort.index}" if several else "the worker"
    cut = len(lines) > TAIL
    head = f"the last {TAIL} lines that {whose} wrote; all of it: {cohort.log_path}" if cut else f"what {whose} wrote"
    yield Entry(f"{cohort.index}:log", head, tone="heading")
    for place, line in enumerate(lines[-TAIL:]):
        bad = line.startswith("Traceback") or "Error:" in line
        yield Entry(f"{cohort.index}:log:{place}", line.rstrip(), tone="bad" if bad else "")


def in_words(event: Event) -> str:
    """An event as a person would say it. What a newer version wrote is shown as it is."""
    say = _UNTRAINED.get(event.kind) if event.step is None else None
    say = say or _WORDS.get(event.kind)
    return say(event.data) if say else " ".join((event.kind, *(f"{key} {value}" for key, value in event.data.items())))


def _run(data: dict) -> str:
    arm, seed = data.get("arm"), data.get("seed")
    return f"{arm}, seed {seed}" if arm is not None else "a run"


def _going(data: dict) -> str:
    return f" on {data['device']}" if data.get("device") else ""


_SIGNALS = {"SIGTERM": "was asked to end by the machine", "SIGINT": "was interrupted", "SIGHUP": "lost its terminal"}

_WORDS = {
    "queued": lambda data: f"worker started, waits for {_device(data)}",
    "started": lambda data: f"training begins{_going(data)}",
    "forked": lambda data: f"forked from {data.get('of', '?')}; what is above was found there",
    "resumed": lambda data: f"training goes on from the checkpoint{_going(data)}",
    "memorised": lambda data: f"memorised   {_run(data)}",
    "grokked_touch": lambda data: f"touched the threshold of grokking   {_run(data)}",
    "grokked": lambda data: f"grokked for good   {_run(data)}",
    "diverged": lambda data: f"diverged: its numbers are no longer finite   {_run(data)}",
    "phase": lambda data: f"weight decay begins to fall   {_run(data)}",
    "intervened": lambda data: f"{_WHAT.get(str(data.get('what')), 'intervened')}   {_run(data)}",
    "checkpointed": lambda data: "checkpoint written" + (", kept for good" if data.get("kept") else ""),
    "paused": lambda data: "paused; memory stays on the device",
    "unpaused": lambda data: "goes on after the pause",
    "stopped": lambda data: "stopped on request, with a checkpoint",
    "parked": lambda data: f"parked: {_why(data)}; the device is free",
    "finished": lambda data: "finished",
    "failed": lambda data: f"failed: {data.get('error') or 'see what the worker wrote'}",
    "baselines": lambda data: f"{costs_words(data.get('costs')) or 'guesses'}, as test losses",
    "note": lambda data: str(data.get("text", "")),
    "answered": lambda data: "checkpoint on request" + ("" if data.get("written", True) else ": could not be written"),
    "refused": lambda data: f"refused a request: {data.get('why') or 'no reason given'}",
    "write_failed": lambda data: f"could not write {data.get('file', 'a file')}: {data.get('why', '?')}; tried again",
    "lost_rows": lambda data: (
        f"gave up {data.get('rows', 'some')} rows of {data.get('stream', 'a stream')}: the disk stayed full "
        f"(steps {data.get('first', '?')} to {data.get('last', '?')})"
    ),
    "checkpoint_refused": lambda data: f"left a checkpoint aside: {data.get('why') or 'it is damaged'}",
    "damaged": lambda data: f"a line that can't be read: {data.get('line', '')}",
}

# What ended before it trained: nothing was done that a checkpoint could keep.
_UNTRAINED = {
    "stopped": lambda data: "stopped on request before it trained; no checkpoint was written",
    "parked": lambda data: f"parked before it trained: {_who(data)}; no checkpoint was written",
}

_WHAT = {
    "change": "the optimizer gets other numbers",
    "transplant": "weights of another run are copied in",
    "reset_optimizer": "the optimizer forgets",
    "collapse": "softmax collapse is forced",
    "clamp_norm": "the norm of the weights is held",
    "freeze": "some tensors stop moving",
}


def _device(data: dict) -> str:
    device = data.get("device") or "auto"
    return "a free device" if device == "auto" else str(device)


def _why(data: dict) -> str:
    return _who(data) + ("" if data.get("signal") else ", with a checkpoint")


def _who(data: dict) -> str:
    signal = str(data.get("signal") or "")
    return f"the worker {_SIGNALS.get(signal, f'received {signal}')}" if signal else "on request"
