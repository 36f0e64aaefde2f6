"""A comparison in words and columns, and the widget that shows them. Columns are left out rather than cut."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from grokterm.analysis.words import factor, p_value, speed_up
from grokterm.console.commands import told
from grokterm.console.look import Ink, marker
from grokterm.console.screens.page import rewrite
from grokterm.console.text import MISSING, clip, clip_apart, fold, number, plain, steps
from grokterm.console.widgets.table import GAP, Column, fit

if TYPE_CHECKING:
    from grokterm.analysis import ArmRow, Comparison, Median

COLUMNS = (
    Column("arm", "arm", 14, most=44),
    Column("grokked", "grokked", 7, right=True),
    Column("lost", "diverged", 8, right=True, rank=9),
    Column("t_mem", "t_mem", 7, right=True, rank=5),
    Column("t_grok", "t_grok", 7, right=True),
    Column("interval", "95 % interval", 15, right=True, rank=3),
    Column("gap", "gap", 7, right=True, rank=4),
    Column("speed", "speed-up", 8, right=True, rank=1),
    Column("speed_interval", "95 % interval", 13, right=True, rank=6),
    Column("p", "p (Holm)", 8, right=True, rank=2),
    Column("integral", "∫λ to grok", 10, right=True, rank=7),
    Column("loss", "test loss", 9, right=True, rank=8),
    Column("train", "train loss", 10, right=True, rank=10),
)

LOSS_COLUMNS = (
    Column("arm", "arm", 14, most=44),
    Column("runs", "runs", 7, right=True),
    Column("lost", "diverged", 8, right=True, rank=3),
    Column("loss", "test loss", 9, right=True),
    Column("loss_range", "smallest–largest", 16, right=True, rank=1),
    Column("train", "train loss", 10, right=True, rank=2),
    Column("integral_end", "∫λ at the end", 14, right=True, rank=4),
)  # where no arm has an accuracy

_LONG = {"interval": "the interval of t_grok", "speed_interval": "the interval of the speed-up"}  # elsewhere than above


class ComparisonWords(Vertical):
    """Table, verdict, warnings; then whatever is put between; then what differs, and how it was all counted."""

    def __init__(self, *between: Widget) -> None:
        super().__init__()
        self._between = between

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static("\n computing intervals and tests …", id="rows", markup=False)
        yield Static(id="sentences", markup=False)
        yield from self._between
        yield Static(id="differing", markup=False)
        yield Static(id="method", markup=False)

    def show(self, comparison: Comparison | None, problem: str, width: int, ink: Ink) -> None:
        """Write everything for this width; without a comparison, why there is none (yet)."""
        if comparison is None:
            if problem:
                self._put("#rows", f"\n {plain(problem)}\n {told('{back} goes back, {reread} tries again.')}")
            return
        self._put("#rows", table_text(comparison, width - 1, ink))
        self._put("#sentences", sentences_text(comparison, width - 2, ink))
        self._put("#differing", differing_text(comparison, width - 2, ink))
        method = Text("\n").append(" How it was counted\n", f"bold {ink.foreground}")
        self._put("#method", method.append(fold(comparison.method, width - 2, " ", " "), ink.muted))

    def _put(self, selector: str, words: Text | str) -> None:
        rewrite(self.query_one(selector, Static), words)


def table_text(comparison: Comparison, width: int, ink: Ink) -> Text:
    """The table of arms for `width` cells."""
    columns = COLUMNS if comparison.scored else LOSS_COLUMNS
    sizes, labels = fit(columns, width - 2), [plain(row.label) for row in comparison.rows]
    names = clip_apart(tuple(labels), sizes[0][1] - 2)
    lines = [_line([Text(column.title, ink.muted) for column, _ in sizes], sizes)]
    going = comparison.going
    for index, row in enumerate(comparison.rows):
        cells = values(row, row in going) | {"arm": labels[index]}
        texts = [Text(cells[column.id], ink.foreground) for column, _ in sizes]
        texts[0] = Text(f"{marker(index)} ", ink.arm(index))
        texts[0].append(names[index], ink.foreground)
        lines.append(_line(texts, sizes))
    shown = {column.id for column, _ in sizes}
    left = [_LONG.get(column.id, column.title) for column in columns if column.id not in shown]
    if left:
        wider = fold(f"a wider window has room for {', '.join(left)}", width - 1, " ", " ")
        lines += [Text(line, ink.muted) for line in wider.split("\n")]
    return Text("\n").join(lines)


def values(row: ArmRow, going: bool) -> dict[str, str]:
    """Every column of a row but the arm, as text.

    Censored runs are seen in `grokked`; a median that isn't reached is a dash. Where a run of the arm is `going` on,
    what is at the end is so far.
    """
    ratio = row.speed_up
    return {
        "grokked": f"{row.n_grokked}/{row.n}",
        "lost": str(row.n_diverged) if row.n_diverged else MISSING,
        "t_mem": steps(row.t_mem.value),
        "t_grok": steps(row.t_grok.value),
        "interval": interval(row.t_grok),
        "gap": steps(row.gap.value),
        "speed": speed_up(ratio),
        "speed_interval": "" if ratio is None else _span(ratio.low, ratio.high, factor),
        "p": "" if ratio is None else p_value(row.p_holm),
        "integral": number(row.integral_at_grok),
        "loss": number(row.test_loss),
        "train": number(row.train_loss),
        "runs": str(row.n),
        "loss_range": _span(*row.test_loss_range, number),
        "integral_end": number(row.integral_at_end)
        + (" so far" if going and not math.isnan(row.integral_at_end) else ""),
    }


def interval(median: Median) -> str:
    """`700–1,200`, `700–` where it is open above, a dash where nothing can be said."""
    return _span(median.low, median.high, steps)


def _span(low: float, high: float, write) -> str:
    if math.isnan(low) and math.isnan(high):
        return MISSING
    left = "" if math.isnan(low) else write(low)
    right = "" if math.isnan(high) else write(high)
    return f"{left}–{right}" if left and right else f"≥ {left}" if left else f"≤ {right}"


def sentences_text(comparison: Comparison, width: int, ink: Ink) -> Text:
    """The verdict, and what must be known before believing it."""
    text = Text()
    for sign, colour, sentences in (("·", ink.foreground, comparison.verdict), ("!", ink.muted, comparison.warnings)):
        for sentence in sentences:
            text.append(f"\n {sign} ", f"bold {ink.accent}")
            text.append(_after(sentence, width), colour)
    return text


def _after(sentence: str, width: int) -> str:
    """The sentence folded to stand behind a sign of three cells, which is drawn on its own."""
    return fold(sentence, width, "   ", "   ")[3:]


def differing_text(comparison: Comparison, width: int, ink: Ink) -> Text:
    """The fields of the spec that are not the same in all arms, a column for each arm where they fit."""
    if not comparison.differing:
        return Text("\n The arms have the same configuration.", ink.muted)
    names = [plain(field) for field in comparison.differing]
    first = min(max(map(len, names)), 34)
    labels = [f"{marker(index)} {plain(label)}" for index, label in enumerate(row.label for row in comparison.rows)]
    each = (width - first - 2) // max(1, len(labels)) - 2
    longest = max(len(_written(value)) for cells in comparison.differing.values() for value in cells)
    text = Text("\n").append(" What differs\n", f"bold {ink.foreground}")
    if each >= max(8, longest):
        text.append(" " * (first + 3))
        for index, label in enumerate(clip_apart(tuple(labels), each)):
            text.append(f"{label:<{each + 2}}", ink.arm(index))
        for field, cells in zip(names, comparison.differing.values(), strict=True):
            text.append(f"\n {clip(field, first):<{first + 2}}", ink.muted)
            for value in cells:
                text.append(f"{clip(_written(value), each):<{each + 2}}", ink.foreground)
        return text
    for field, cells in zip(names, comparison.differing.values(), strict=True):
        text.append(f" {clip(field, width)}\n", ink.muted)
        for label, value in zip(clip_apart(tuple(labels), 20), cells, strict=True):
            text.append(f"   {label:<22}{clip(_written(value), width - 26)}\n", ink.foreground)
    return text


def _written(value: object) -> str:
    if value is None:
        return MISSING
    if isinstance(value, float):
        return f"{value:g}"
    return plain(value)


def _line(texts: list[Text], sizes: tuple[tuple[Column, int], ...]) -> Text:
    line = Text(" ", no_wrap=True)
    for text, (column, cells) in zip(texts, sizes, strict=True):
        blank = " " * max(0, cells - text.cell_len)
        line.append_text(Text(blank) + text if column.right else text + Text(blank)).append(" " * GAP)
    line.rstrip()
    return line
