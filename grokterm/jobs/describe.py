"""Has modules of the user's own looked at, in a process of its own: nothing here imports them, nor torch."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grokterm.errors import BadInput, GroktermError
from grokterm.jobs.launch import environment
from grokterm.spec import Experiment, parse
from grokterm.spec.documents import as_new
from grokterm.spec.problems import plain_line

DATA_SECONDS = 300.0  # for importing torch and the code, and for all data of a task that are tried
TRIAL_SECONDS = 60.0  # for building a network and trying it on a few samples
QUIET_SECONDS = 3.0  # until a line says what is being looked at
TICK = 0.2
_PATIENCE = 10.0  # seconds in which a process that has closed its output is gone
_FRAME = re.compile(r'File "(.+)", line (\d+) in ')  # as faulthandler writes it, the innermost first
_OURS = f"{Path(__file__).parents[1]}/"

Tell = Callable[[str], object]


class _Late(Exception):
    """What is looked at takes too long."""

    def __init__(self, looking: str, at: str) -> None:
        super().__init__(looking, at)
        self.looking, self.at = looking, at


def described(experiment: Experiment, tell: Tell | None = None) -> Experiment:
    """The experiment with what was found of its modules; itself where it has none of the user's own.

    The user's code is run. What was found before is found again.

    Args:
        experiment: as it was loaded.
        tell: is given a line when something takes longer than a moment; it goes to standard error where that is absent.

    Raises:
        BadInput: a module can't be found, fails, or can't be trained; the line has the file and line of the code.
        GroktermError: the process died, or took too long.
    """
    if not _modules(experiment):
        return experiment
    document = as_new(experiment.to_document())
    found = _found(parse(document, experiment.name), tell or _to_stderr)
    for name, sections in found.items():
        arm = document["arms"][name]
        for section, fields in sections.items():
            arm[section] = arm.get(section, {}) | {"found": fields}
    if experiment.origin:
        document["origin"] = experiment.origin
    return parse(document, f"{experiment.name}.toml")


def _modules(experiment: Experiment) -> list[str]:
    """The user's own modules, each once, as they are named: `my_lab.tasks:Cube`."""
    sections = (section for arm in experiment.arms for section in (arm.spec.task, arm.spec.model))
    return list(dict.fromkeys(section.module for section in sections if section.kind == "module"))


def _found(experiment: Experiment, tell: Tell) -> dict[str, dict[str, dict]]:
    whose = f"{', '.join(_modules(experiment))} of {experiment.name}"
    with tempfile.TemporaryDirectory(prefix="grokterm-") as place:
        source, errors = Path(place) / "describe.toml", Path(place) / "errors.txt"
        source.write_text(experiment.to_toml(), "utf-8")
        with _looking(source, errors) as (process, answers):
            try:
                answer = _listen(answers, whose, tell)
            except _Late as late:
                raise _too_long(late, experiment, _where(process, errors, experiment)) from None
            if answer is None:
                code = process.wait(_PATIENCE)
                said = _last_words(errors.read_text("utf-8", "replace"), code)
                raise GroktermError(f"{whose}: the process that looked at it died: {said}")
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)  # what the user's code does at its exit is done
    if "problem" in answer:
        raise BadInput(answer["problem"])
    return answer["arms"]


@contextmanager
def _looking(source: Path, errors: Path) -> Iterator[tuple[subprocess.Popen, int]]:
    """The process, and the pipe that its answers come through. It ends at the end of the block, or with this process.

    Its standard input is a pipe that nothing is written into: when this process is gone, by whatever, it is closed.
    """
    (their_input, line), (answers, their_output) = os.pipe(), os.pipe()
    command = [sys.executable, "-m", "grokterm.engine", "--describe", str(source)]
    try:
        with errors.open("wb") as said:
            process = subprocess.Popen(
                command, stdin=their_input, stdout=their_output, stderr=said, cwd="/", env=environment()
            )
    except BaseException:
        os.close(line)
        os.close(answers)
        raise
    finally:
        os.close(their_input)
        os.close(their_output)
    try:
        yield process, answers
    finally:
        process.kill()
        process.wait()
        os.close(line)
        os.close(answers)


def _listen(answers: int, whose: str, tell: Tell) -> dict | None:
    """The answer of the process; None where it died. Says what it is looking at when that takes a while.

    Raises:
        _Late: what it is looking at takes too long.
    """
    now, since, told = {"looking": whose, "at": "data"}, time.monotonic(), False
    for said in _news(answers):
        silence = time.monotonic() - since
        if said is not None:
            if "looking" not in said:
                return said
            now, since, told = said, time.monotonic(), False
        elif silence > (DATA_SECONDS if now["at"] == "data" else TRIAL_SECONDS):
            raise _Late(now["looking"], now["at"])
        elif silence > QUIET_SECONDS and not told:
            tell(f"looking at {plain_line(now['looking'])} …")
            told = True
    return None


def _news(answers: int) -> Iterator[dict | None]:
    """What the process says, and None at every tick that it is silent, until it ends."""
    rest = b""
    while True:
        if not select.select([answers], [], [], TICK)[0]:
            yield None
            continue
        piece = os.read(answers, 1 << 16)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        yield from map(json.loads, lines)


def _where(process: subprocess.Popen, errors: Path, experiment: Experiment) -> str:
    """The line of the user's code that the process is at, by file and number; "" where that can't be seen."""
    process.send_signal(signal.SIGUSR1)  # it writes where it is
    time.sleep(TICK)
    sections = [section for arm in experiment.arms for section in (arm.spec.task, arm.spec.model)]
    folders = tuple(f"{folder}/" for one in sections if one.kind == "module" for folder in one.folders)
    for file, line in _FRAME.findall(errors.read_text("utf-8", "replace")):
        if file.startswith(folders) and not file.startswith(_OURS) and "site-packages" not in file:
            return f"; it is at {file}, line {line}"
    return ""


def _too_long(late: _Late, experiment: Experiment, where: str) -> GroktermError:
    whose = f"{late.looking} of {experiment.name}" if late.looking in _modules(experiment) else late.looking
    if late.at == "data":
        said = f"{whose}: making its data took more than {DATA_SECONDS:g} s{where}"
        return GroktermError(said, "make less data, or read it from a file")
    said = f"{whose}: a try on a few samples took more than {TRIAL_SECONDS:g} s{where}"
    return GroktermError(said, "look for a loop without an end in its constructor and its forward")


def _last_words(said: str, code: int) -> str:
    """The last line that a process wrote before it died, else by what it was killed or how it ended."""
    if said := said.strip():
        return said.splitlines()[-1]
    if code < 0:
        known = {one.value: one.name for one in signal.Signals}  # those for real time have no names
        return f"killed by {known.get(-code, f'signal {-code}')}"
    return f"it ended with {code} and without a word"


def _to_stderr(line: str) -> None:
    with suppress(OSError, ValueError):  # nobody may read there
        print(line, file=sys.stderr, flush=True)
