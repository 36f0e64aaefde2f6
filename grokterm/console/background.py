"""Is the terminal dark or light? It is asked before the console starts; who doesn't answer is taken to be dark.

The question is OSC 11, followed by one that every terminal answers (DA1): once that answer is there, the first one
won't come any more. The limit is short, so over a slow line an answer may come later, in the middle of the console:
`Late` picks it out of the keys, where its letters would otherwise be commands.
"""

import os
import re
import select
import sys
import time
from collections.abc import Callable, Mapping

ASK = b"\x1b]11;?\x1b\\\x1b[c"
LIMIT = 0.1  # seconds
_ANSWER = re.compile(r"\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_LAST = re.compile(rb"\x1b\[\?[0-9;]*c")
_MOST = 4096  # bytes: more than that is no answer


def shade_of(answer: str) -> str:
    """`dark` or `light` from an answer to OSC 11, "" where there is none in it."""
    match = _ANSWER.search(answer)
    if match is None:
        return ""
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in match.groups())
    return "light" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5 else "dark"


def shade_from_environment(environment: Mapping[str, str] = os.environ) -> str:
    """`dark` or `light` from COLORFGBG (`15;0`: foreground; background), "" where it isn't said."""
    last = environment.get("COLORFGBG", "").rpartition(";")[2]
    return ("light" if int(last) in (7, *range(9, 16)) else "dark") if last.isdigit() else ""


def ask(meanwhile: Callable[[], object] = bool, limit: float = LIMIT) -> tuple[str, bool]:
    """Ask the terminal on standard input and error.

    Args:
        meanwhile: what to do until it has answered.
        limit: seconds to wait, from the question on.

    Returns:
        `dark`, `light` or ""; and whether an answer may still come.
    """
    import termios
    import tty

    read, write = sys.stdin.fileno(), sys.stderr.fileno()
    before = termios.tcgetattr(read) if os.isatty(read) and os.isatty(write) else None
    if before is None:
        meanwhile()
        return "", False
    try:
        tty.setcbreak(read, termios.TCSANOW)  # else the answer is echoed, and waits for the end of a line
        os.write(write, ASK)
        end = time.monotonic() + limit
        meanwhile()
        heard = _read(read, end)
    finally:
        termios.tcsetattr(read, termios.TCSANOW, before)
    return shade_of(heard.decode("latin-1")), _LAST.search(heard) is None


def _read(descriptor: int, end: float) -> bytes:
    """What comes until the last answer is there, or the time is over."""
    heard = b""
    while _LAST.search(heard) is None and len(heard) < _MOST:
        if not select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
            break
        more = os.read(descriptor, 1024)
        if not more:
            break
        heard += more
    return heard


class Late:
    """Picks answers that come late out of what looks like keys.

    Textual hands on an escape sequence that it doesn't know character by character, with `^` for Escape. From such a
    beginning on every key is taken for a piece of the answer as long as it could be one.
    """

    _BEGINNING = re.compile(r"\^?(?:\](?:1(?:1(?:;(?:r(?:g(?:b(?:a?:[0-9a-fA-F/]*\^?)?)?)?)?)?)?)?|\[(?:\?[0-9;]*)?)?")
    _WHOLE = re.compile(r"\^?(?:\]11;rgba?:[0-9a-fA-F/]*(?:\^?\\|\x07)|\[\?[0-9;]*c)")

    def __init__(self) -> None:
        self._heard = ""
        self.shade = ""

    def swallows(self, character: str | None) -> bool:
        """True where this key is a piece of an answer. `shade` is what the answer said once it is whole."""
        self._heard += character or "\0"
        if self._WHOLE.fullmatch(self._heard):
            self.shade = self.shade or shade_of(self._heard)
            self._heard = ""
            return True
        if self._BEGINNING.fullmatch(self._heard):
            return True
        self._heard = ""
        return False
