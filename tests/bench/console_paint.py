"""How long the console takes to its first paint and to a complete history, and what it costs while nothing happens:
`python tests/bench/console_paint.py [N …]`.

Starts the console in a pseudo-terminal on folders with N experiments each and watches what arrives. The first start has
no cache of summaries, the others have one; the last one is left alone for a while, and its processor time is taken.
"""

import os
import pty
import re
import select
import struct
import sys
import tempfile
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from console.world import fill

COLUMNS, ROWS = 120, 40
IDLE_SECONDS = 20.0


def start(runs: Path, state: Path, idle: float = 0.0) -> dict[str, float]:
    """Seconds from the start of the process to the heading, to the first row, and to the whole history.

    Args:
        idle: leave it alone for so many seconds, and add the share of a core that it took meanwhile, in percent.
    """
    marks = {"first paint": rb"Reading the exp", "first row": rb"finished", "all read": rb"[^f] \d[\d,]* experiments?"}
    began, seen, text = time.monotonic(), {}, b""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"GROKTERM_STATE": str(state), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.execv(sys.executable, [sys.executable, "-m", "grokterm", "--runs", str(runs)])
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    while len(seen) < len(marks) and time.monotonic() - began < 60:
        if select.select([terminal], [], [], 0.05)[0]:
            text += os.read(terminal, 65536)
            for name, pattern in marks.items():
                if name not in seen and re.search(pattern, text):
                    seen[name] = time.monotonic() - began
    if idle:
        drain(terminal, 5.0)
        before = processor_time(pid)
        drain(terminal, idle)
        seen["idle"] = 100 * (processor_time(pid) - before) / idle
    os.write(terminal, b"q")
    while True:
        try:
            if not os.read(terminal, 65536):
                break
        except OSError:  # the other end is closed
            break
    os.waitpid(pid, 0)
    return seen


def drain(terminal: int, seconds: float) -> None:
    """Take what arrives, for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.2)[0]:
            os.read(terminal, 65536)


def processor_time(pid: int) -> float:
    """Seconds of all its threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """A start without the cache, two with it."""
    for count in [int(word) for word in sys.argv[1:]] or [6, 1000]:
        with tempfile.TemporaryDirectory() as folder:
            runs = Path(folder) / "runs"
            runs.mkdir()
            fill(runs, count)
            for begins, idle in (("cold", 0.0), ("warm", 0.0), ("warm", IDLE_SECONDS)):
                times = start(runs, Path(folder), idle)
                busy = f"  idle {times.pop('idle'):.1f} % of a core" if idle else ""
                said = "  ".join(f"{name} {at:.2f} s" for name, at in times.items())
                print(f"{count:6d} experiments, {begins}: {said}{busy}", flush=True)


if __name__ == "__main__":
    main()
