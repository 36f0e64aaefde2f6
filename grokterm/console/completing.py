"""What a filter could go on with: keys and values for the piece that is being written. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grokterm.console.facts import FIELD, FLAG, OWN, TEXT, Key, find_key, key_names
from grokterm.console.filtering import Piece, pieces
from grokterm.errors import BadInput

if TYPE_CHECKING:
    from grokterm.analysis import Summary

_SHOWN = 24
_FIRST = "words, or state= arm= tag= lr>= t_grok< age<2d star=yes …   - in front of a term means not"


@dataclass(frozen=True)
class Completion:
    """How a text could go on: `ghost` is the whole text with the likeliest end, `options` all ends, `about` the key."""

    ghost: str = ""
    options: tuple[str, ...] = ()
    about: str = ""

    @property
    def words(self) -> str:
        """In one line."""
        return self.about + "  ".join(self.options)


def complete(text: str, values: Callable[[Key], Iterable[str]]) -> Completion:
    """How the last piece of `text` could go on.

    Args:
        values: the values that a key has in the history.
    """
    if not text or text[-1].isspace():
        return Completion(about=_FIRST)
    last = list(pieces(text))[-1]
    return _value(text, last, values) if last.key else _key(text, last)


def asked_field(text: str) -> str:
    """The path of the field whose value is being written, or ""; its values stand in the specs."""
    if not text or text[-1].isspace():
        return ""
    last = list(pieces(text))[-1]
    try:
        key = find_key(last.key) if last.key else None
    except BadInput:
        return ""
    return key.name if key is not None and key.kind == FIELD else ""


def begins_key(text: str) -> bool:
    """Whether the last piece is a word that may become a key: `sta` of `state=…`."""
    if not text or text[-1].isspace():
        return False
    last = list(pieces(text))[-1]
    return not last.key and any(name.startswith(last.value.lower()) for name in key_names())


def before_last(text: str) -> str:
    """`text` without the piece that is being written."""
    typed = list(pieces(text))
    return text[: typed[-1].start] if typed else text


def known_values(key: Key, history: Iterable[Summary]) -> tuple[str, ...]:
    """The words that a key of its own has in the history, the most frequent first."""
    if key.kind != TEXT or key.choices or key.name == "note":
        return key.choices
    counts: dict[str, int] = {}
    for summary in history:
        for value in key.take(summary, 0.0):
            counts[value] = counts.get(value, 0) + 1
    return tuple(sorted(counts, key=lambda value: -counts[value]))


def _key(text: str, last: Piece) -> Completion:
    if '"' in text[last.start :] or not last.value:
        return Completion()
    typed = last.value.lower()
    fitting = [name for name in key_names() if name.startswith(typed) and ("." in typed or "." not in name)]
    if not fitting:
        return Completion()
    best = fitting[0]
    sign = "=" if best in OWN and OWN[best].kind in (TEXT, FLAG) else ""
    ghost = f"{text}{best[len(typed) :]}{sign}" if best != typed else ""
    if len(fitting) == 1:
        return Completion(ghost, about=f"{best}: {find_key(best).help}")
    return Completion(ghost, tuple(fitting[:_SHOWN]))


def _value(text: str, last: Piece, values: Callable[[Key], Iterable[str]]) -> Completion:
    try:
        key = find_key(last.key)
    except BadInput:
        return Completion()
    typed = last.value.casefold()
    allowed = tuple(dict.fromkeys((*values(key), *key.choices)))
    fitting = [value for value in allowed if value.casefold().startswith(typed) and value]
    best = next((value for value in fitting if value.casefold() != typed), "")
    ghost = ""
    if best and '"' not in text[last.start :] and " " not in best:
        ghost = text + best[len(typed) :]
    return Completion(ghost, tuple(fitting[:_SHOWN]), f"{last.key}: " if fitting else f"{last.key}: {key.help}")
