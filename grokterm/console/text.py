"""Words and numbers as the console writes them: short, never cut in the middle, safe to draw.

Everything here is a pure function from a value to a string.
"""

import math
import textwrap
import unicodedata
from functools import lru_cache

from grokterm.names import short_id, short_name

MISSING = "–"

_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def plain(text: object) -> str:
    """Any text as one harmless line.

    Names, notes and log lines come from files that anyone may have written. Control characters (escape codes
    among them), line breaks and direction marks become visible symbols, so that nothing in them reaches the
    terminal; markup stays as it is written, because callers draw plain text and never parse it.
    """
    return "".join(_safe(character) for character in str(text))


def plain_lines(text: object) -> str:
    """`plain`, with the line breaks kept."""
    return "\n".join(plain(line) for line in str(text).split("\n"))


def _safe(character: str) -> str:
    code = ord(character)
    if character in "\t\n\r\v\f\x85\u2028\u2029":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)  # the "control pictures" block: ␛ for escape
    if code == 0x7F:
        return "␡"
    if character.isprintable():
        return character
    return " " if unicodedata.category(character) == "Zs" else "�"


def clip(text: object, width: int) -> str:
    """`plain(text)` in at most `width` cells, with an ellipsis where something is missing.

    For words only: a number that does not fit loses precision (`number`, `steps`) or its column, not digits.
    """
    from rich.cells import cell_len, set_cell_size

    line = plain(text)
    if cell_len(line) <= width:
        return line
    return set_cell_size(line, width - 1).rstrip() + "…" if width > 1 else "…"[:width]


def clip_middle(text: object, width: int, tail: int = 0) -> str:
    """`clip`, with the ellipsis in the middle: names of a grid begin alike, and what tells them apart comes last.

    Args:
        tail: cells of the end that stay; 0 is half of what there is.
    """
    from rich.cells import cell_len, set_cell_size

    line = plain(text)
    if cell_len(line) <= width:
        return line
    if width < 5:
        return clip(line, width)
    end = set_cell_size(line[::-1], tail or (width - 1) // 2)[::-1]
    return set_cell_size(line, width - 1 - cell_len(end)) + "…" + end


@lru_cache(512)
def clip_apart(names: tuple[str, ...], width: int) -> tuple[str, ...]:
    """All `names` in at most `width` cells each, the ellipsis where as many of them as possible stay different."""
    whole = tuple(map(plain, names))
    if all(clip(name, width) == name for name in whole):
        return whole
    tails = sorted(range(1, max(2, width - 1)), key=lambda tail: abs(tail - width // 2))
    apart, most, best = len(set(whole)), 0, whole
    for tail in tails:
        cut = tuple(clip_middle(name, width, tail) for name in whole)
        if len(set(cut)) > most:
            most, best = len(set(cut)), cut
        if most == apart:
            break
    return best


def clip_among(name: str, names: tuple[str, ...], width: int) -> str:
    """`name` as `clip_apart` has it beside the others of `names`."""
    return clip_apart(names, width)[names.index(name)]


def clip_name(name: str, width: int) -> str:
    """An experiment's short name in at most `width` cells; the letters at its end stay, since they alone find it."""
    return clip_middle(short_name(name), width, min(len(short_id(name)), width // 2))


def fold(words: object, width: int, first: str = "", rest: str = "") -> str:
    """`plain(words)` broken into lines of at most `width` cells, behind `first` and then `rest`."""
    return textwrap.fill(
        plain(words), max(width, 12), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def number(value: float | None, digits: int = 3) -> str:
    """A quantity with `digits` significant digits: `0.0123`, `1.5`, `12.3k`, `1.2e-07`; `–` when there is none."""
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    if abs(value) < 1e-3:
        return f"{value:.{digits - 1}e}"
    if abs(value) >= 1e15:
        return f"{value:.{digits - 1}e}"
    for size, unit in _UNITS:
        if abs(value) >= size * 10:
            return f"{value / size:.{digits}g}{unit}"
    return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"


def steps(value: float | None) -> str:
    """A count of steps, exact and grouped: `25,000`; `–` when there is none."""
    if value is None or not math.isfinite(value):
        return MISSING
    return f"{round(value):,}"


def short_steps(value: float | None) -> str:
    """A count of steps for narrow columns: `850`, `2.5k`, `25k`, `1.25M`."""
    if value is None or not math.isfinite(value):
        return MISSING
    for size, unit in _UNITS[2:]:
        if abs(value) >= size:
            return f"{value / size:.2f}".rstrip("0").rstrip(".") + unit
    return f"{value:.0f}"


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units: `40s`, `2m 05s`, `3h 20m`, `5d 4h`."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return MISSING
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d {whole % 86400 // 3600}h"


def age(seconds: float | None) -> str:
    """How long ago, in one unit: `now`, `40s`, `5m`, `3h`, `12d`."""
    if seconds is None or not math.isfinite(seconds):
        return MISSING
    if seconds < 5:
        return "now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def rate(value: float | None) -> str:
    """Steps a second: `0.8/s`, `31/s`, `1.2k/s`."""
    if value is None or not math.isfinite(value) or value <= 0:
        return MISSING
    return f"{number(value, 2) if value < 10 else short_rate(value)}/s"


def short_rate(value: float) -> str:
    """The number of `rate` alone: whole below a thousand, then with one decimal."""
    return f"{value:.0f}" if value < 1000 else f"{value / 1000:.3g}k"


def percent(share: float) -> int:
    """A share of 0 to 1 in whole percent: what isn't done is never told as 100."""
    return 100 if share >= 1 else min(99, math.floor(max(share, 0.0) * 100 + 1e-9))


def ordinal(place: int) -> str:
    """`1st`, `2nd`, `13th`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th") if place % 100 not in (11, 12, 13) else "th"
    return f"{place}{ending}"


def workers_done(done: int, workers: int) -> str:
    """`2 of 3 workers done`, "" where there is only one."""
    return f"{done} of {workers} workers done" if workers > 1 else ""


def plural(count: int, word: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
