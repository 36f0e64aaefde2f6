"""Has modules of the user's own looked at, in a process of its own: nothing here imports them, nor torch."""

import json
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
    if not any(section.kind == "module" for arm in experiment.arms for section in (arm.spec.task, arm.spec.model)):
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


def _found(experiment: Experiment) -> dict[str, dict[str, dict]]:
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
            raise GroktermError(f"the modules of {experiment.name} took more than {DESCRIBE_SECONDS} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise GroktermError(f"the modules of {experiment.name} can't be looked at, the process died: {last}")
    answer = json.loads(done.stdout.splitlines()[-1])
    if "problem" in answer:
        raise BadInput(answer["problem"])
    return answer["arms"]
