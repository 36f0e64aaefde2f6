"""A terminal made by a test: a child process on a pty, with a program in between that answers as it is told to."""

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

DA1 = b"\x1b[?62;4c"
WHITE, BLACK = (b"\x1b]11;rgb:%s\x1b\\" % b"/".join([part] * 3) for part in (b"ffff", b"1e1e"))


class FakeTerminal:
    """A child of Python on a terminal of `size`, and everything that it has written.

    Args:
        words: the arguments for Python.
        answer: what to write back once the child has asked for the background.
        after: seconds to wait before answering.
    """

    def __init__(self, *words: str, answer: bytes = b"", after=0.0, size=(100, 30), **environment: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        self._answer, self._after, self._asked = answer, after, 0.0
        self.written = b""
        self.child = subprocess.Popen(
            [sys.executable, *words], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )  # fmt: skip

    def __enter__(self) -> "FakeTerminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self._master)
        os.close(self._slave)

    @property
    def settings(self) -> list:
        """How the terminal is set now; compare with `before`."""
        return termios.tcgetattr(self._slave)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def until(self, *words: bytes, seconds: float = 20.0) -> bytes:
        """Wait until the child has written all of these."""
        deadline = time.monotonic() + seconds
        while not all(word in self.written for word in words):
            assert time.monotonic() < deadline, f"no {words} in {self.written[-3000:]!r}"
            self._turn()
        return self.written

    def end(self, seconds: float = 20.0) -> int:
        """Wait for the child's end, and return its exit code."""
        deadline = time.monotonic() + seconds
        while self.child.poll() is None:
            assert time.monotonic() < deadline, f"still running: {self.written[-3000:]!r}"
            self._turn()
        with contextlib.suppress(OSError):
            while self._turn():
                pass
        return self.child.returncode

    def _turn(self) -> bool:
        ready = bool(select.select([self._master], [], [], 0.02)[0])
        if ready:
            self.written += os.read(self._master, 65536)
        if b"\x1b]11;?" in self.written and self._answer:
            self._asked = self._asked or time.monotonic()
            if time.monotonic() - self._asked >= self._after:
                os.write(self._master, self._answer)
                self._answer = b""
        return ready
