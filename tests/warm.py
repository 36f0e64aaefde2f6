"""Processes that start at once: forked from one that has imported already what they need.

A worker needs two seconds of a core to load torch, a command half a second for everything else, and the suite starts
some hundred of each. What is forked is a process like any other, with an environment, a folder, files and a session of
its own: it runs `main`, can be killed, and leaves an exit code. A forked command has its workers forked too. Tests
about how a process is started start it for real.
"""

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest

WORKER = (
    "grokterm.engine.__main__", "grokterm.engine.worker", "grokterm.engine.describe",
    "pyarrow.compute", "numpy.ma", "numpy.random",
)  # fmt: skip
COMMAND = (
    "grokterm.cli.main", "grokterm.jobs", "grokterm.analysis.comparing", "scipy.stats", "rich.table", "rich.console",
    "asyncio", "_strptime", "pyarrow.compute", "pydantic.type_adapter", "pynvml",
)  # fmt: skip
STARTS = {"run", "fork", "repeat", "resume", "presets"}  # commands that start workers, or look at modules


class Starter:
    """The way to a process that forks at request.

    Args:
        address: where that process listens.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.connect(f"\0{address}")
        self._news = threading.Condition()
        self._started: list[int] = []
        self._codes: dict[int, int] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def start(
        self,
        arguments: list[str],
        files: tuple[int, int, int],
        cwd: str,
        variables: Mapping[str, str] = MappingProxyType({}),
        session: bool = False,
        workers: str = "",
    ) -> int:
        """Fork a process and return its number.

        Args:
            arguments: its `sys.argv[1:]`.
            files: its standard input, output and error.
            cwd: its folder.
            variables: of its environment, beside those of this process.
            session: in a session of its own.
            workers: where it has workers forked; without, it starts them as it does for a user.
        """
        environment = {**os.environ, **variables}
        asked = {"arguments": arguments, "cwd": cwd, "session": session, "environment": environment, "workers": workers}
        with self._news:
            socket.send_fds(self._line, [json.dumps(asked).encode()], files)
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
        while said := self._line.recv(1000):
            process, code = json.loads(said)
            with self._news:
                if code is None:
                    self._started.append(process)
                else:
                    self._codes[process] = code
                self._news.notify_all()


_ELSEWHERE: dict[tuple[str, ...], str] = {}  # addresses of those that another process has started


@cache
def starter(modules: tuple[str, ...]) -> Starter:
    """The one of this process. What forks for it is started when it is first needed, and ends when this process does.

    Args:
        modules: the first has the `main` that the forked processes run; the others are imported before.
    """
    if modules in _ELSEWHERE:
        return Starter(_ELSEWHERE[modules])
    address = f"grokterm-warm-{os.getpid()}-{modules[0]}"
    command = [sys.executable, __file__, address, *modules]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/")
    atexit.register(process.stdin.close)
    if not process.stdout.readline():
        raise ChildProcessError(f"{' '.join(command)} ended before it was ready")
    return Starter(address)


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

    def popen(command, *, stdin, stdout, stderr, cwd, env):
        assert command[:3] == [sys.executable, "-m", "grokterm.engine"]
        return Forked(starter(WORKER).start(command[3:], (stdin, stdout, stderr.fileno()), cwd, env))

    describe = importlib.import_module("grokterm.jobs.describe")
    patch.setattr(describe, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": popen}))
    patch.setattr(describe, "QUIET_SECONDS", 60.0)  # a machine that is busy with tests isn't worth a line


class Forked:
    """What `jobs` asks of a `subprocess.Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid, self.returncode = pid, None

    def wait(self, timeout: float = 60) -> int:
        if self.returncode is None:
            self.returncode = starter(WORKER).wait(self.pid, timeout)
        return self.returncode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        if self.returncode is None:
            self.send_signal(signal.SIGKILL)


def serve(address: str, modules: list[str]) -> None:
    """The process that forks: imports, then does what it is asked until its input ends."""
    main = [importlib.import_module(name) for name in reversed(modules)][-1].main
    door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    door.bind(f"\0{address}")
    door.listen()
    lines: list[socket.socket] = []
    asked_by: dict[int, socket.socket] = {}

    def bury(*_) -> None:
        while (process := _gone())[0]:
            tell(asked_by.pop(process[0]), process)

    signal.signal(signal.SIGCHLD, bury)
    gc.freeze()  # a collection would write to every page that processes share
    print("ready", flush=True)
    while sys.stdin not in (ready := select.select([sys.stdin, door, *lines], [], [])[0]):
        for line in ready:
            if line is door:
                lines.append(door.accept()[0])
                continue
            try:
                asked, files, *_ = socket.recv_fds(line, 1 << 20, 3)
            except ConnectionResetError:  # it has ended, and hadn't read all that it was told
                asked = b""
            if not asked:
                lines.remove(line)
                continue
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # its start is told before its end
            process = os.fork()
            if not process:
                for other in (door, *lines):
                    other.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
                become(json.loads(asked), files)
                run(main)
            for file in files:
                os.close(file)
            asked_by[process] = line
            tell(line, (process, None))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


def run(main: Callable[[], int | None]) -> None:
    """Run it and end. Where it ends well, what was imported isn't taken down: that costs a third of a second."""
    try:
        sys.exit(main())
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code or 0)


def tell(line: socket.socket, news: tuple[int, int | None]) -> None:
    """Tell who has asked for a process that it has started or ended, if they are there still."""
    with suppress(BrokenPipeError, ConnectionResetError):
        line.send(json.dumps(news).encode())


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
    if asked["workers"]:
        _ELSEWHERE[WORKER] = asked["workers"]
        warm_workers(pytest.MonkeyPatch())
        warm_looks(pytest.MonkeyPatch())


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
