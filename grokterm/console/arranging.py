"""Which experiments the history shows, in which order and groups. Computed in the watcher's thread."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from grokterm.console.facts import state_word
from grokterm.console.filtering import Filter
from grokterm.console.look import STATES
from grokterm.names import natural, short_name

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.facts import Fields

_FIRST = ("running", "starting", "paused", "stalled", "queued")
_URGENCY = {word: place for place, word in enumerate(dict.fromkeys((*_FIRST, *STATES)))}


class Sort(NamedTuple):
    """An order. `place` gives what to compare, None where there is nothing to compare, which then comes last."""

    name: str
    column: str
    place: Callable[[Summary], object]


SORTS = (
    Sort("age", "age", lambda summary: -summary.created),
    Sort("name", "name", lambda summary: natural(short_name(summary.name).casefold())),
    Sort("state", "state", lambda summary: _URGENCY[state_word(summary)]),
    Sort("progress", "progress", lambda summary: -summary.progress if summary.state is not None else None),
    Sort("t_grok", "grok", lambda summary: _soonest(summary)),
    Sort("rate", "rate", lambda summary: -summary.rate if summary.rate > 0 else None),
    Sort("starred", "mark", lambda summary: not summary.marks.starred),
)
GROUPS: dict[str, Callable[[Summary], str]] = {
    "": lambda summary: "",
    "preset": lambda summary: summary.preset,
    "state": state_word,
    "tag": lambda summary: " + ".join(f"#{tag}" for tag in sorted(summary.marks.tags)),
}
NO_GROUP = {"tag": "without a tag", "preset": "without a preset"}


def sort_of(name: str) -> Sort:
    """The order called `name`; the first one where there is none."""
    return next((sort for sort in SORTS if sort.name == name), SORTS[0])


@dataclass(frozen=True)
class Query:
    """What the history is to show.

    Attributes:
        sort, reverse, group: names in `SORTS` and `GROUPS`; "" for the first.
        folded: titles of the groups whose experiments are left out.
        about: the path of a field whose values are wanted, for completion.
        begun: the last word is being written and may become a key: where nothing matches it, it doesn't count yet.
    """

    filter: Filter = field(default_factory=Filter)
    sort: str = ""
    reverse: bool = False
    group: str = ""
    folded: tuple[str, ...] = ()
    about: str = ""
    begun: bool = False


@dataclass(frozen=True)
class Heading:
    """The line above a group."""

    title: str
    count: int
    folded: bool

    @property
    def name(self) -> str:
        """Tells it apart from every experiment: no folder is called so."""
        return f"/{self.title}"


@dataclass(frozen=True)
class Arranged:
    """The answer to a query.

    Attributes:
        rows: what stands in the table, headings among it.
        shown: experiments that match; those in folded groups count.
        archived: experiments left out because they are in the archive.
        running, queued: experiments that train or are about to, and that wait, in the whole history.
        values: the values of the field that the query is about.
    """

    query: Query = field(default_factory=Query)
    rows: tuple[Summary | Heading, ...] = ()
    shown: int = 0
    archived: int = 0
    running: int = 0
    queued: int = 0
    values: tuple[str, ...] = ()


class Arranger:
    """Answers queries; what was decided about an experiment that hasn't changed is remembered.

    Args:
        fields: the values of the spec of an experiment by name; it may read a file, and keeps what it has read.
    """

    def __init__(self, fields: Callable[[str], Fields]) -> None:
        self._fields = fields
        self._filter = Filter()
        self._decided: dict[str, tuple[Summary, bool]] = {}

    def arrange(
        self, history: tuple[Summary, ...], query: Query, now: float, line: Mapping[str, int] = MappingProxyType({})
    ) -> Arranged:
        """The rows for a query at the time `now`.

        Args:
            line: the places of those who wait for a device, from 1: in this order they stand among what is sorted by
                state.
        """
        fitting = self._fitting(history, query.filter, now)
        if not fitting and query.begun:
            fitting = self._fitting(history, query.filter.without_last, now)
        visible = fitting
        if not query.filter.asks("archived"):
            visible = [summary for summary in fitting if not summary.marks.archived]
        if query.sort == "state":
            visible = sorted(visible, key=lambda summary: line.get(summary.name, 0))
        rows = _grouped(_sorted(visible, sort_of(query.sort), query.reverse), query)
        states = Counter(summary.state for summary in history)
        running, queued = states["running"] + states["starting"], states["queued"]
        values = self._values(history, query.about) if query.about else ()
        return Arranged(query, tuple(rows), len(visible), len(fitting) - len(visible), running, queued, values)

    def _fitting(self, history: tuple[Summary, ...], wanted: Filter, now: float) -> list[Summary]:
        if wanted != self._filter or wanted.asks_age or len(self._decided) > 2 * len(history) + 100:
            self._filter, self._decided = wanted, {}
        return [summary for summary in history if self._matches(summary, now)]

    def _matches(self, summary: Summary, now: float) -> bool:
        if not self._filter.terms:
            return True
        known = self._decided.get(summary.name)
        if known is None or known[0] is not summary:
            matched = self._filter.matches(summary, lambda: self._fields(summary.name), now)
            known = self._decided[summary.name] = (summary, matched)
        return known[1]

    def _values(self, history: Iterable[Summary], path: str) -> tuple[str, ...]:
        values = {value: None for summary in history for value in self._fields(summary.name).get(path, ())}
        numbers = sorted(value for value in values if isinstance(value, int | float) and not isinstance(value, bool))
        words = sorted(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
        return tuple(dict.fromkeys((*(f"{value:g}" for value in numbers), *_words_only(words, numbers))))


def _words_only(words: list[str], numbers: list[float]) -> list[str]:
    written = {str(number) for number in numbers}
    return [word for word in words if word not in written]


def _soonest(summary: Summary) -> float | None:
    times = [arm.t_grok for arm in summary.arms.values() if not math.isnan(arm.t_grok)]
    return min(times, default=None)


def _sorted(summaries: list[Summary], sort: Sort, reverse: bool) -> list[Summary]:
    """In order; equal ones stay newest first. What has nothing to compare comes last either way."""
    if sort is SORTS[0]:
        return summaries[::-1] if reverse else summaries  # the history is in this order already
    places = [(sort.place(summary), summary) for summary in summaries]
    known = sorted((pair for pair in places if pair[0] is not None), key=lambda pair: pair[0], reverse=reverse)
    return [summary for _, summary in known] + [summary for place, summary in places if place is None]


def _grouped(summaries: list[Summary], query: Query) -> list[Summary | Heading]:
    """With a heading above each group; groups stand in the order of their first experiments, the nameless last."""
    if query.group not in GROUPS or not query.group:
        return list(summaries)
    groups: dict[str, list[Summary]] = {}
    for summary in summaries:
        groups.setdefault(GROUPS[query.group](summary), []).append(summary)
    rows: list[Summary | Heading] = []
    for title in sorted(groups, key=lambda title: not title):
        shown = title or NO_GROUP.get(query.group, "without")
        folded = shown in query.folded
        rows += [Heading(shown, len(groups[title]), folded), *(() if folded else groups[title])]
    return rows
