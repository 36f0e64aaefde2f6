"""A real terminal for tests: tmux, on a socket of its own and with a screen of a fixed size."""

import os
import shlex
import subprocess
import time
import uuid


class Tmux:
    """One window.

    Args:
        command: what runs in it.
        size: columns and rows.
        environment: variables for the command.
    """

    def __init__(self, *command: str, size: tuple[int, int] = (120, 40), **environment: str) -> None:
        self._socket = f"grokterm-test-{uuid.uuid4().hex[:8]}"
        assignments = [f"{name}={value}" for name, value in environment.items()]
        self._do(
            "-f", os.devnull, "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]),
            shlex.join(["env", *assignments, *command]),
        )  # fmt: skip

    def __enter__(self) -> "Tmux":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def send(self, *keys: str) -> None:
        """Press keys, by tmux's names: `n`, `Enter`, `Escape`, `C-z`."""
        self._do("send-keys", *keys)

    def screen(self) -> str:
        """What is on it now."""
        return self._do("capture-pane", "-p").stdout

    def until(self, *words: str, seconds: float = 20.0) -> str:
        """Wait until all these words are on the screen, and return it."""
        deadline = time.monotonic() + seconds
        while not all(word in (screen := self.screen()) for word in words):
            assert time.monotonic() < deadline, f"no {words} on\n{screen}"
            time.sleep(0.05)
        return screen

    def kill(self) -> None:
        """End tmux and, by hanging up, what runs in it."""
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True)

    def _do(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(["tmux", "-L", self._socket, *words], capture_output=True, text=True, check=True)
