"""What the terminal can do, read from the environment: drawing at all, colours, size, signs. No Textual here."""

import os
import shutil
import sys
from collections.abc import Mapping

from grokterm.console import plainascii
from grokterm.console.settings import load_settings
from grokterm.errors import BadInput

SMALLEST = (40, 12)  # cells: with less no screen says anything
COMFORTABLE = (80, 24)
COLOURS = "TEXTUAL_COLOR_SYSTEM"  # Textual's own word for it, read when it is imported; its values are Rich's

# Names of terminals that have all colours and say so in nothing but their name: COLORTERM doesn't pass through ssh.
_TRUE_COLOUR = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour", "rio")


def refuse_if_unable() -> None:
    """Do nothing where the console can draw.

    Raises:
        BadInput: it can't, with what to use instead. Exit code 2.
    """
    instead = "without one: grokterm ls, show, watch, compare, plot (see grokterm --help)"
    if os.environ.get("TEXTUAL_DRIVER"):  # a browser, or whatever else stands in for a terminal
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput("the console needs a terminal, on standard input and output", instead)
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        raise BadInput(
            f"the console can't draw where TERM is {'`dumb`' if term else 'unset'}",
            f"set TERM, e.g. TERM=xterm-256color; {instead}",
        )
    size = shutil.get_terminal_size()
    if size.columns < SMALLEST[0] or size.lines < SMALLEST[1]:
        raise BadInput(
            f"the terminal has {size.columns}x{size.lines} cells; the console needs {SMALLEST[0]}x{SMALLEST[1]}, "
            f"and is made for {COMFORTABLE[0]}x{COMFORTABLE[1]} and more",
            f"make it larger; {instead}",
        )


def can_draw() -> bool:
    """`refuse_if_unable` would do nothing."""
    try:
        refuse_if_unable()
    except BadInput:
        return False
    return True


def colours(environment: Mapping[str, str] = os.environ) -> str:
    """How many colours there are: `truecolor`, `256` or `standard` (16).

    tmux takes every colour and gives the terminal outside what that understands. GNU screen does not know true colour
    and takes its codes for others (dim, blinking), whatever COLORTERM says of the terminal outside.
    """
    said = environment.get(COLOURS, "auto")
    if said in ("truecolor", "256", "standard"):
        return said
    term = environment.get("TERM", "").lower()
    few = "256" if "256color" in term else "standard"
    if "STY" in environment or (term.startswith("screen") and "TMUX" not in environment):
        return few  # inside both, either may be the inner one, and this is right for both
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "truecolor"
    if term.startswith(_TRUE_COLOUR) or term.endswith("-direct"):
        return "truecolor"
    return few


def slow_line(environment: Mapping[str, str] = os.environ) -> bool:
    """The terminal is at the other end of an SSH connection."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


def findings() -> list[tuple[str, str, str, str]]:
    """What `grokterm doctor` says of the terminal and the settings: (name, verdict, what was found, advice)."""
    term, size = os.environ.get("TERM", ""), shutil.get_terminal_size()
    found = f"TERM={term or 'unset'}, {_colour_words()}, {size.columns}x{size.lines}"
    inside = "tmux" if "TMUX" in os.environ else "screen" if "STY" in os.environ else ""
    found += f", inside {inside}" if inside else ""
    settings = load_settings()
    lines = []
    if term in ("", "dumb"):
        lines.append(("terminal", "note", found, "the console needs a terminal; every other command works without one"))
    elif size.columns < COMFORTABLE[0] or size.lines < COMFORTABLE[1]:
        lines.append(("terminal", "note", found, f"the console is made for {COMFORTABLE[0]}x{COMFORTABLE[1]} and more"))
    else:
        lines.append(("terminal", "good", found, ""))
    if plainascii.wanted(settings.ascii):
        why = plainascii.locale_without_unicode()
        advice = f"because of {why}; --no-ascii for all signs" if why and settings.ascii is None else ""
        lines.append(("signs", "note", "plain ASCII", advice))
    lines += [("settings", "note", problem, "that line counts as not written") for problem in settings.problems]
    return lines


def _colour_words() -> str:
    if os.environ.get("NO_COLOR"):
        return "no colours (NO_COLOR)"
    return {"truecolor": "all colours", "256": "256 colours", "standard": "16 colours"}[colours()]
