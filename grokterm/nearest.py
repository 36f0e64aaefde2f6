"""What is said about a name that isn't there: which names look like it, and the whole list where that is short."""

import difflib
from collections.abc import Iterable, Sequence

LISTED = 12
"""A longer list than this is no help in an error line."""
_MOST = 3  # names that look alike
_LEAST, _FARTHER = 0.6, 0.1  # how like a name is, 0 to 1: at least, and how much less than the nearest


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that looks most like `name`, or None where nothing does."""
    return next(iter(alike(name, allowed)), None)


def alike(name: str, allowed: Iterable[str]) -> tuple[str, ...]:
    """The at most three allowed names that may be meant: those that begin with `name`; else those that look like it,
    the nearest first; else those that it is a part of, if these are few."""
    spelled: dict[str, str] = {}
    for known in allowed:
        spelled.setdefault(known.lower(), known)
    wanted = name.lower()
    close = [known for known in spelled if known.startswith(wanted)] if len(wanted) > 1 else []
    if not close:
        near = difflib.get_close_matches(wanted, list(spelled), n=_MOST, cutoff=_LEAST)
        close = [known for known in near if _likeness(wanted, known) > _likeness(wanted, near[0]) - _FARTHER]
    if not close and len(wanted) > 1:
        holding = [known for known in spelled if wanted in known]
        close = holding if len(holding) <= _MOST else []
    return tuple(spelled[known] for known in close[:_MOST])


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, other, one).ratio()


def instead(name: str, allowed: Sequence[str], lead: str = "there is", see: str = "") -> str:
    """What would be right in place of `name`, as the end of a sentence.

    Args:
        allowed: the names that there are.
        lead: what stands before the list of them, where it is short.
        see: where a long list can be read, in words.

    Returns:
        `there is: a, b; nearest: b`; of a long list `nearest: x, y; SEE`, or its first names where nothing looks like
        `name` and there is nowhere to see the rest.
    """
    close = alike(name, allowed)
    if len(allowed) <= LISTED:
        return f"{lead}: {', '.join(allowed)}" + (f"; nearest: {close[0]}" if close else "")
    said = f"nearest: {', '.join(close)}" if close else "" if see else f"{lead}: {some(allowed)}"
    return "; ".join(filter(None, (said, see)))


def some(names: Sequence[str]) -> str:
    """The names, of many only the first, and how many there are."""
    if len(names) <= LISTED:
        return ", ".join(names)
    return f"{', '.join(names[:LISTED])}, … ({len(names):,} in all)"
