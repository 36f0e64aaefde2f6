"""The console in a pseudo-terminal of its own, for measuring from outside: what it sends, when, and what it costs."""

import os
import pty
import select
import struct
import sys
import threading
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import psutil

ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class Screen:
    """A running `grokterm`, its keyboard and what it has sent.

    Args:
        runs: the runs folder.
        state: a folder for its locks and its memory of the view.
        size: columns and rows.
        environment: more variables, such as SSH_CONNECTION.
    """

    def __init__(
        self, runs: Path, state: Path, size: tuple[int, int] = (120, 40), environment: dict[str, str] | None = None
    ) -> None:
        self.arrivals: list[tuple[float, int]] = []  # when how many bytes came
        self.text = b""
        self.began = time.monotonic()
        pid, self._terminal = pty.fork()
        if pid == 0:
            os.environ |= {**ENVIRONMENT, "GROKTERM_STATE": str(state), **(environment or {})}
            os.execv(sys.executable, [sys.executable, "-m", "grokterm", "--runs", str(runs)])
        ioctl(self._terminal, TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.process = psutil.Process(pid)
        self._closing = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._closing:
            try:
                if select.select([self._terminal], [], [], 0.05)[0]:
                    data = os.read(self._terminal, 65536)
                    self.arrivals.append((time.monotonic(), len(data)))
                    self.text = (self.text + data)[-400_000:]
            except OSError:  # the console has closed its end
                return

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._terminal, keys)

    def wait_for(self, words: bytes, seconds: float = 30.0) -> float:
        """Wait until `words` have been sent since the last `forget`; seconds since the start of the process."""
        deadline = time.monotonic() + seconds
        while words not in self.text:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{words!r} did not appear; the end of what did: {self.text[-300:]!r}")
            time.sleep(0.005)
        return time.monotonic() - self.began

    def forget(self) -> None:
        """Forget what was sent so far."""
        self.text = b""

    def answer(self, keys: bytes, quiet: float = 0.12) -> tuple[float, float]:
        """Seconds from a key to the first and to the last byte of what it changes on the screen.

        The last byte is the one before `quiet` seconds without any; where live numbers arrive all the time it may
        belong to those.
        """
        start, already = time.monotonic(), len(self.arrivals)
        self.press(keys)
        while time.monotonic() - start < 2.0:
            new = self.arrivals[already:]
            if new and time.monotonic() - new[-1][0] > quiet:
                return new[0][0] - start, new[-1][0] - start
            time.sleep(0.002)
        new = self.arrivals[already:]
        return (new[0][0] - start, new[-1][0] - start) if new else (float("nan"), float("nan"))

    def sent(self, since: float) -> int:
        """Bytes sent since a moment of `time.monotonic`."""
        return sum(count for at, count in self.arrivals if at >= since)

    def busy(self) -> float:
        """Seconds of processor time so far."""
        times = self.process.cpu_times()
        return times.user + times.system

    def memory(self) -> int:
        """Resident bytes."""
        return self.process.memory_info().rss

    def close(self) -> None:
        """Leave as a user does."""
        self.press(b"\x1bq")
        try:
            self.process.wait(10)
        except psutil.TimeoutExpired:
            self.process.kill()
        self._closing = True
        self._reader.join(5)
        os.close(self._terminal)
