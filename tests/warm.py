"""Processes that start at once: forked from one that has imported already what they need.

A worker needs two seconds of a core to load torch, a command half a second for everything else, and the suite starts
some hundred of each. What is forked is a process like any other, with an environment, a folder, files and a session of
its own: it runs `main`, can be killed, and leaves an exit code. Tests about how a process is started start it for real.
"""

import atexit
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType, SimpleNamespace

import pytest

WORKER = "grokterm.engine.__main__", "grokterm.engine.worker", "grokterm.engine.describe"
COMMAND = "grokterm.cli.main", "grokterm.jobs", "rich.table", "grokterm.analysis.comparing", "scipy.stats"


class Starter:
    """A process that has imported `modules` and forks at request.

    Args:
        modules: the first has the `main` that the forked processes run; the others are imported before.
    """

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, __file__, str(theirs.fileno()), *modules]
        subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd="/")
        theirs.close()
        if not self._ours.recv(10):
            raise ChildProcessError(f"{' '.join(command)} ended before it was ready")
        self._news = threading.Condition()
        self._started: list[int] = []
        self._codes: dict[int, int] = {}
        threading.Thread(target=self._listen, daemon=True).start()
        atexit.register(self._ours.close)

    def start(
        self,
        arguments: list[str],
        files: tuple[int, int, int],
        cwd: str,
        variables: Mapping[str, str] = MappingProxyType({}),
        session: bool = False,
    ) -> int:
        """Fork a process and return its number.

        Args:
            arguments: its `sys.argv[1:]`.
            files: its standard input, output and error.
            cwd: its folder.
            variables: of its environment, beside those of this process.
            session: in a session of its own.
        """
        environment = {**os.environ, **variables}
        asked = {"arguments": arguments, "cwd": cwd, "session": session, "environment": environment}
        with self._news:
            socket.send_fds(self._ours, [json.dumps(asked).encode()], files)
            assert self._news.wait_for(lambda: self._started, timeout=60), f"not started: {arguments}"
            return self._started.pop()

    def wait(self, process: int, timeout: float) -> int:
        """The exit code of a forked process, as of `subprocess`."""
        with self._news:
            if not self._news.wait_for(lambda: process in self._codes, timeout):
                os.kill(process, 9)
                raise subprocess.TimeoutExpired(str(process), timeout)
            return self._codes.pop(process)

    def _listen(self) -> None:
        while said := self._ours.recv(1000):
            process, code = json.loads(said)
            with self._news:
                if code is None:
                    self._started.append(process)
                else:
                    self._codes[process] = code
                self._news.notify_all()


@cache
def starter(modules: tuple[str, ...]) -> Starter:
    """The one of this process, started when it is first needed."""
    return Starter(modules)


def warm_workers(patch: pytest.MonkeyPatch) -> None:
    """Let `jobs` fork its workers from now on. Their command, files and folder are those of `grokterm.jobs.launch`."""

    def popen(command, *, stdin, stdout, stderr, start_new_session, cwd, env):
        assert command[:3] == [sys.executable, "-m", "grokterm.engine"] and stdin == subprocess.DEVNULL
        assert stderr == subprocess.STDOUT
        with Path(os.devnull).open() as nothing:
            files = nothing.fileno(), stdout.fileno(), stdout.fileno()
            return SimpleNamespace(pid=starter(WORKER).start(command[3:], files, cwd, env, start_new_session))

    launch = importlib.import_module("grokterm.jobs.launch")  # by attribute, that is the function of the same name
    patch.setattr(launch, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": popen}))


def warm_looks(patch: pytest.MonkeyPatch) -> None:
    """Let `jobs` fork the process that looks at modules of the user's own from now on."""

    def run(command, *, capture_output, text, stdin, timeout, cwd, env):
        assert command[:3] == [sys.executable, "-m", "grokterm.engine"] and capture_output and text
        with Path(os.devnull).open() as nothing, TemporaryFile("w+") as out, TemporaryFile("w+") as errors:
            files = nothing.fileno(), out.fileno(), errors.fileno()
            code = starter(WORKER).wait(starter(WORKER).start(command[3:], files, cwd, env), timeout)
            said = [(file.seek(0), file.read())[1] for file in (out, errors)]
        return subprocess.CompletedProcess(command, code, *said)

    describe = importlib.import_module("grokterm.jobs.describe")
    patch.setattr(describe, "subprocess", SimpleNamespace(**vars(subprocess) | {"run": run}))


def serve(line: socket.socket, modules: list[str]) -> None:
    """The process that forks: imports, then does what it is asked until nobody is there to ask."""
    main = [importlib.import_module(name) for name in reversed(modules)][-1].main

    def bury(*_) -> None:
        while (process := _gone())[0]:
            line.send(json.dumps(process).encode())

    signal.signal(signal.SIGCHLD, bury)
    line.send(b"ready")
    while True:
        asked, files, *_ = socket.recv_fds(line, 1 << 20, 3)
        if not asked:
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # its start is told before its end
        process = os.fork()
        if not process:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            line.close()
            become(json.loads(asked), files)
            sys.exit(main())
        for file in files:
            os.close(file)
        line.send(json.dumps([process, None]).encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


def _gone() -> tuple[int, int]:
    """Number and exit code of a forked process that has ended; (0, 0) while there is none."""
    try:
        process, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return 0, 0
    return process, os.waitstatus_to_exitcode(status) if process else 0


def become(asked: dict, files: list[int]) -> None:
    """Take on the session, files, folder, environment and arguments that were asked for."""
    if asked["session"]:
        os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["grokterm", *asked["arguments"]]


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
