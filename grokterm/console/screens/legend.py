"""The arms beside their markers: how far they are, or what they have at the cursor. Walked by keys, clicked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static

from grokterm.console.charts.cursor import x_words
from grokterm.console.look import Ink, marker
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.parts import arm_block
from grokterm.console.text import MISSING, clip_among, number, plain, plural

if TYPE_CHECKING:
    from grokterm.console.charts.model import Chart
    from grokterm.console.detail import ArmLine

_FACTS = 40  # cells for what is said of an arm beside its name


class Value(NamedTuple):
    """What an arm has at the cursor: the value in words, where it was recorded, how far seeds are apart."""

    told: str
    where: str = ""
    spread: str = ""


@dataclass(frozen=True)
class Shown:
    """What a legend shows: the arms, the highlighted one, those hidden, and values at the cursor by arm."""

    arms: tuple[ArmLine, ...]
    highlighted: str
    hidden: frozenset[str]
    values: Mapping[str, tuple[Value, ...]] | None
    theme: str


class Legend(Static):
    """The list of arms. What doesn't fit is counted, and comes into view with the highlight."""

    ALLOW_SELECT = False

    class Clicked(Message):
        """An arm was clicked."""

        def __init__(self, arm: str) -> None:
            super().__init__()
            self.arm = arm

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._places: list[tuple[int, int, str]] = []  # row, column it ends at, arm

    def show(self, shown: Shown, width: int, most_rows: int, ink: Ink) -> None:
        """Write the arms for this width into at most `most_rows` lines."""
        text, self._places = legend_text(shown, width, most_rows, ink)
        self.display = bool(shown.arms)
        rewrite(self, text)

    def on_click(self, event: events.Click) -> None:
        """Say which arm was meant."""
        for row, end, arm in self._places:
            if row == event.y and event.x < end:
                self.post_message(self.Clicked(arm))
                return


def legend_text(shown: Shown, width: int, most_rows: int, ink: Ink) -> tuple[Text, list[tuple[int, int, str]]]:
    """The lines, and where in them each arm is. The width of an arm is the same with and without a cursor."""
    names = min(16, max((len(plain(arm.name)) for arm in shown.arms), default=0))
    across = max(1, min(len(shown.arms) or 1, (width - 1) // (names + _FACTS)))
    cells = (width - 1) // across
    rows = [shown.arms[start : start + across] for start in range(0, len(shown.arms), across)]
    first, last = _window(rows, shown.highlighted, most_rows)
    lines, places = [], []
    for row in rows[first:last]:
        line = Text(" ", no_wrap=True)
        for arm in row:
            block = _block(arm, shown, cells - 2, names, ink)
            line.append_text(block).append(" " * (cells - block.cell_len))
            places.append((len(lines), line.cell_len, arm.name))
        line.rstrip()
        lines.append(line)
    left = len(shown.arms) - sum(map(len, rows[first:last]))
    if left:
        lines.append(Text(f"   and {plural(left, 'more arm')}", ink.muted))
    return Text("\n").join(lines), places


def _window(rows: list[Sequence[ArmLine]], highlighted: str, most: int) -> tuple[int, int]:
    """Which rows are shown: all, or as many as fit above a line that counts the rest."""
    if len(rows) <= most:
        return 0, len(rows)
    room = max(1, most - 1)
    at = next((place for place, row in enumerate(rows) if any(arm.name == highlighted for arm in row)), 0)
    first = min(max(0, at - room + 1), len(rows) - room)
    return first, first + room


def _block(arm: ArmLine, shown: Shown, width: int, names: int, ink: Ink) -> Text:
    """One arm in `width` cells: the sign of the highlight, marker, name, facts or values."""
    on, off = arm.name == shown.highlighted, arm.name in shown.hidden
    among = tuple(arm.name for arm in shown.arms)
    line = Text(no_wrap=True).append("› " if on else "  ", f"bold {ink.accent}")
    if off:
        name = clip_among(arm.name, among, max(4, width - 12))
        line.append(f"- {name:<{names}}  hidden", ink.muted)
    elif shown.values is None:
        line.append_text(arm_block(arm, among, width - 2, ink, names))
    else:
        line.append(f"{marker(arm.index)} ", ink.arm(arm.index))
        line.append(f"{clip_among(arm.name, among, names):<{names}}", ink.foreground)
        _append_values(line, shown.values.get(arm.name, ()), width, ink)
    if on:
        line.stylize("bold")
    line.truncate(width)
    return line


def _append_values(line: Text, values: tuple[Value, ...], width: int, ink: Ink) -> None:
    """All values, without their spread or even their place where there is no room for those; as many as fit whole."""
    room = width - line.cell_len
    whole = ["".join(value) for value in values] or [MISSING]
    forms = (whole, [value.told + value.where for value in values], [value.told for value in values])
    form = next((form for form in forms if sum(len(words) + 2 for words in form) <= room), forms[-1])
    for words in form:
        if line.cell_len + 2 + len(words) > width:
            break
        line.append(f"  {words}", ink.foreground)


def values_at(chart: Chart, x: float) -> dict[str, tuple[Value, ...]]:
    """What every arm of the chart has at `x`, in words, by arm: `test 0.93 (0.91–0.98)`, `train 1`.

    What was recorded last before `x` says where: `test 0.93 @230 (0.91–0.98)`. With every seed drawn, the smallest
    and the largest of them stand for the arm.
    """
    from grokterm.console.panels import readings

    by_arm: dict[str, dict[str, list]] = {}
    for series, reading in zip(chart.series, readings(chart, x), strict=True):
        by_arm.setdefault(series.arm, {}).setdefault(series.column, []).append(reading)
    columns = {series.column for series in chart.series}
    return {
        arm: tuple(_value(column, found, len(columns) > 1, _where(chart, found, x)) for column, found in own.items())
        for arm, own in by_arm.items()
    }


def _where(chart: Chart, found: list, x: float) -> str:
    """ " @230" for what was read elsewhere than at `x`, as far as words tell the places apart."""
    places = dict.fromkeys(x_words(chart, at) for at in sorted(one.x for one in found) if math.isfinite(at))
    words = list(places)
    if not words or words == [x_words(chart, x)]:
        return ""
    return f" @{words[0]}" + (f"–{words[-1]}" if len(words) > 1 else "")


def _value(column: str, found: list, named: bool, where: str) -> Value:
    word = f"{column.partition('_')[0]} " if named else ""
    if len(found) == 1:
        one = found[0]
        spread = math.isfinite(one.low) and math.isfinite(one.high) and one.low != one.high
        return Value(word + number(one.y), where, f" ({number(one.low)}–{number(one.high)})" if spread else "")
    values = [one.y for one in found if math.isfinite(one.y)]
    if not values:
        return Value(word + MISSING, where)
    low, high = number(min(values)), number(max(values))
    count = f" ({len(values)} of {plural(len(found), 'seed')})"
    return Value(word + (low if low == high else f"{low}–{high}"), where, count)
