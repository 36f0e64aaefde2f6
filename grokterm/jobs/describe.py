"""Has modules of the user's own looked at, in a process of its own: nothing here imports them, nor torch."""

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from grokterm.errors import BadInput, GroktermError
from grokterm.jobs.launch import environment
from grokterm.spec import Experiment, parse
from grokterm.spec.documents import as_new

DESCRIBE_SECONDS = 300  # for all data of two seeds of every arm, after torch's first import


def described(experiment: Experiment) -> Experiment:
    """The experiment with what was found of its modules; itself where it has none of the user's own.

    The user's code is run. What was found before is found again.

    Raises:
        BadInput: a module can't be found, fails, or can't be trained; the line has the file and line of the code.
        GroktermError: the process died, or took too long.
    """
    if not _modules(experiment):
        return experiment
    document = as_new(experiment.to_document())
    found = _found(parse(document, experiment.name))
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


def _last_words(done: subprocess.CompletedProcess) -> str:
    """The last line that a process wrote before it died, else by what it was killed or how it ended."""
    if said := done.stderr.strip():
        return said.splitlines()[-1]
    if done.returncode < 0:
        number = -done.returncode
        known = {one.value: one.name for one in signal.Signals}  # those for real time have no names
        return f"killed by {known.get(number, f'signal {number}')}"
    return f"it ended with {done.returncode} and without a word"


def _found(experiment: Experiment) -> dict[str, dict[str, dict]]:
    whose = f"{', '.join(_modules(experiment))} of {experiment.name}"
    with tempfile.TemporaryDirectory(prefix="grokterm-") as place:
        source = Path(place) / "describe.toml"
        source.write_text(experiment.to_toml(), "utf-8")
        command = [sys.executable, "-m", "grokterm.engine", "--describe", str(source)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                timeout=DESCRIBE_SECONDS,
                cwd="/",
                env=environment(),
            )
        except subprocess.TimeoutExpired:
            said = f"{whose}: looking at it and making its data took more than {DESCRIBE_SECONDS} s"
            raise GroktermError(said, "make less data, or read it from a file") from None
    if done.returncode:
        raise GroktermError(f"{whose}: the process that looked at it died: {_last_words(done)}")
    answer = json.loads(done.stdout.splitlines()[-1])
    if "problem" in answer:
        raise BadInput(answer["problem"])
    return answer["arms"]
