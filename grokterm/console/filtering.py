"""The filter of the history: `arm=dynamic lr>=0.001 -state=failed "two words" age<2d`. Pure functions.

A term is a word, looked for in name, title, preset, arms, tags and state; or a key, an operator and a value. Every term
must hold; `-` or `not` in front turns one round. A key with several values (one for each arm) holds where any does.
"""

from __future__ import annotations

import fnmatch
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from grokterm.console.facts import AGE, FIELD, FLAG, NUMBER, SHARE, TEXT, Key, find_key, state_word
from grokterm.errors import BadInput
from grokterm.nearest import nearest, some

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.facts import Fields

    Test = Callable[[object], bool]

_PIECE = re.compile(r'(?:[^\s"]|"[^"]*(?:"|$))+')
_TERM = re.compile(r"([A-Za-z_][\w.]*)(!=|>=|<=|!~|=|>|<|~)(.*)", re.DOTALL)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNITS = {"k": 1e3, "m": 1e6}
_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_CLOSE = 1e-9  # relative: 0.001 and 1e-3 are the same number
_ORDER = {">": lambda a, b: a > b, "<": lambda a, b: a < b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b}


class Piece(NamedTuple):
    """One piece of what was typed, as it is written: its place, whether it is negated, key, operator and value."""

    start: int
    negated: bool
    key: str
    operator: str
    value: str


class Term(NamedTuple):
    """A condition: `test` holds for one of the key's values. A word has no key."""

    negated: bool
    key: Key | None
    test: Test


@dataclass(frozen=True)
class Filter:
    """What was asked for; equal by its text."""

    text: str = ""
    terms: tuple[Term, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Filter) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def asks_age(self) -> bool:
        """Whether the answer changes with time alone."""
        return any(term.key is not None and term.key.kind == AGE for term in self.terms)

    def asks(self, name: str) -> bool:
        """Whether a term is about the key `name`."""
        return any(term.key is not None and term.key.name == name for term in self.terms)

    @property
    def without_last(self) -> Filter:
        """Without the last term."""
        return Filter(f"{self.text} …", self.terms[:-1])

    def matches(self, summary: Summary, fields: Callable[[], Fields], now: float) -> bool:
        """Whether every term holds.

        Args:
            fields: gives the values of the spec; called only where a term asks for one and all others hold.
            now: unix seconds, what ages are measured against.
        """
        later = [term for term in self.terms if term.key is not None and term.key.kind == FIELD]
        if not all(_holds(term, _values(term, summary, now)) for term in self.terms if term not in later):
            return False
        return not later or all(_holds(term, fields().get(term.key.name, ())) for term in later)


def parse(text: str) -> Filter:
    """The filter that `text` describes.

    Raises:
        BadInput: a term can't be understood: which one, why, and what would be right, in one line.
    """
    return Filter(text.strip(), tuple(_term(piece) for piece in pieces(text)))


def understood(text: str) -> tuple[str, str]:
    """The part of `text` that can be understood, and what is wrong with the first piece that can't be, or ""."""
    found = list(pieces(text))
    ends = [*(piece.start for piece in found[1:]), len(text)]
    kept, problem = "", ""
    for piece, end in zip(found, ends, strict=False):  # of an empty text there is one end and no piece
        try:
            _term(piece)
            kept += text[piece.start : end]
        except BadInput as error:
            problem = problem or error.message
    return kept.strip(), problem


def pieces(text: str) -> Iterator[Piece]:
    """What was typed, piece by piece; `not` is taken together with what follows."""
    negated, start = False, None
    for match in _PIECE.finditer(text):
        raw = match[0]
        start = match.start() if start is None else start
        if raw.lower() == "not" and match.end() < len(text):
            negated = not negated
            continue
        if len(raw) > 1 and raw[0] == "-":
            negated, raw = not negated, raw[1:]
        term = _TERM.fullmatch(raw)
        key, operator, value = term.groups() if term else ("", "", raw)
        yield Piece(start, negated, key, operator, value.replace('"', ""))
        negated, start = False, None


def _term(piece: Piece) -> Term:
    if not piece.key:
        word = piece.value.casefold()
        return Term(piece.negated, None, lambda hay: word in hay)
    key = find_key(piece.key)
    written = f"{piece.key}{piece.operator}{piece.value}"
    if not piece.value:
        raise BadInput(f"{written}: a value is missing" + (f"; one of {some(key.choices)}" if key.choices else ""))
    operator, turned = piece.operator, piece.operator.startswith("!")
    if turned:
        operator = "=" if operator == "!=" else "~"
    test = _tests[key.kind](key, operator, piece.value, written)
    return Term(piece.negated != turned, key, test)


def _holds(term: Term, values: tuple) -> bool:
    return any(map(term.test, values)) != term.negated


def _values(term: Term, summary: Summary, now: float) -> tuple:
    if term.key is not None:
        return term.key.take(summary, now)
    words = (summary.name, summary.title, summary.preset, *summary.arms, state_word(summary), *summary.marks.tags)
    return (" ".join(words).casefold(),)


def _text(key: Key, operator: str, value: str, written: str) -> Test:
    if operator in _ORDER:
        raise BadInput(f"{written}: {key.name} is words; use =, != or ~ (contains)")
    wanted = value.casefold()
    if operator == "~":
        return lambda found: wanted in str(found).casefold()
    _allowed(key, wanted, written)
    return lambda found: fnmatch.fnmatchcase(str(found).casefold(), wanted)


def _allowed(key: Key, wanted: str, written: str) -> None:
    if key.choices and not any(fnmatch.fnmatchcase(choice, wanted) for choice in key.choices):
        best = nearest(wanted, key.choices)
        also = " or a number" if key.numeric else ""
        raise BadInput(f"{written}: " + (f"nearest: {best}" if best else f"one of {some(key.choices)}{also}"))


def _compare(operator: str, wanted: float) -> Test:
    if operator == "=":
        return lambda found: found == wanted or math.isclose(found, wanted, rel_tol=_CLOSE)
    ordered = _ORDER[operator]
    return lambda found: ordered(found, wanted)


def _measured(read: Callable[[str], float | None], like: str) -> Callable[[Key, str, str, str], Test]:
    """The tests of a kind of number: `read` understands a value, `like` shows how one is written."""

    def test(key: Key, operator: str, value: str, written: str) -> Test:
        wanted = read(value)
        if operator == "~":
            raise BadInput(f"{written}: {key.name} is a number; use =, !=, <, <=, > or >=")
        if wanted is None:
            raise BadInput(f"{written}: expected {like}")
        return _compare(operator, wanted)

    return test


def number_of(text: str) -> float | None:
    """`1e-3`, `25,000`, `2.5k`, `1M`; None where it is no number."""
    unit = _UNITS.get(text[-1:].lower(), 1.0)
    try:
        value = float((text[:-1] if unit != 1.0 else text).replace(",", "")) * unit
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _share_of(text: str) -> float | None:
    value = number_of(text.removesuffix("%"))
    return None if value is None else value / 100


def _span_of(text: str) -> float | None:
    parts = _SPAN.findall(text.lower())
    whole = "".join(f"{count}{unit}" for count, unit in parts) == text.lower().replace(" ", "")
    return sum(float(count) * _SECONDS[unit] for count, unit in parts) if parts and whole else None


def _flag(key: Key, operator: str, value: str, written: str) -> Test:
    wanted = value.casefold()
    if operator != "=" or (wanted not in _FLAGS and wanted not in key.choices):
        raise BadInput(f"{written}: expected {key.name}={' or '.join(key.choices)}")
    return lambda found: wanted == "any" or found is _FLAGS[wanted]


def _field(key: Key, operator: str, value: str, written: str) -> Test:
    wanted = number_of(value)
    if wanted is None and key.numeric and operator != "~" and not key.choices:
        raise BadInput(f"{written}: expected a number")
    if operator in _ORDER and wanted is None:
        raise BadInput(f"{written}: expected a number after {operator}")
    if wanted is None or operator == "~":
        said = _text(key, operator, value, written)
        return lambda found: said(str(found).lower() if isinstance(found, bool) else found)
    number = _compare(operator, wanted)
    return lambda found: isinstance(found, int | float) and not isinstance(found, bool) and number(found)


_tests = {
    TEXT: _text,
    NUMBER: _measured(number_of, "a number, such as 500 or 2.5k"),
    SHARE: _measured(_share_of, "a percentage, such as 50"),
    AGE: _measured(_span_of, "a length of time, such as 40m, 3h or 2d"),
    FLAG: _flag,
    FIELD: _field,
}
