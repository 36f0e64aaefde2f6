"""The lines of the history: which columns, and how a summary is drawn in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from grokterm.console.look import Ink, marker, state_look
from grokterm.console.text import age, clip, clip_middle, plain, rate, short_steps
from grokterm.console.widgets.table import Column
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.analysis import Summary

COLUMNS = (
    Column("mark", "", 1),
    Column("state", "state", 10),
    Column("name", "experiment", 16, most=46),
    Column("arms", "arms", 4, right=True, rank=5),
    Column("seeds", "seeds", 5, right=True, rank=6),
    Column("progress", "progress", 10, most=22, rank=2),
    Column("grok", "t_grok by arm", 17, most=44, rank=3),
    Column("rate", "rate", 7, right=True, rank=4),
    Column("age", "age", 4, right=True, rank=1),
)


@dataclass(frozen=True)
class Line:
    """A line of the history: what its drawing depends on, so that equal lines needn't be drawn again."""

    summary: Summary
    age: str
    marked: bool

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.summary.name


def line_of(summary: Summary, now: float, marked: bool) -> Line:
    """The line for a summary at the time `now`."""
    return Line(summary, age(now - summary.created), marked)


def matches(summary: Summary, words: str) -> bool:
    """Every word of a filter occurs in the name, the title, an arm or the state."""
    hay = " ".join(
        (summary.name, summary.title, *summary.arms, state_look(summary.state).word, *summary.marks.tags)
    ).lower()
    return all(word in hay for word in words.lower().split())


def paint(line: Line, column: str, width: int, ink: Ink) -> Text:
    """One cell."""
    summary = line.summary
    if column == "mark":
        return Text("◆" if line.marked else " ", ink.accent)
    if column == "state":
        look = state_look(summary.state)
        return Text(f"{look.glyph} {look.word}", ink.tone(look.tone))
    if column == "name":
        return Text(clip_middle(plain(short_name(summary.name)), width))
    if summary.problem:
        return Text(clip(summary.problem, width) if column == "progress" else "", ink.muted)
    if column == "progress":
        return progress(summary.progress, width, ink, state_look(summary.state).tone)
    if column == "grok":
        return groks(summary, width, ink)
    values = {
        "arms": str(len(summary.arms)),
        "seeds": str(len(summary.seeds)),
        "rate": rate(summary.rate) if summary.state == "running" else "",
        "age": line.age,
    }
    return Text(values[column], ink.muted)


def progress(share: float, width: int, ink: Ink, tone: str) -> Text:
    """A bar and a percentage. The bar is drawn in whole cells; the number beside it is exact."""
    share = min(max(share, 0.0), 1.0)
    percent = f"{int(share * 100):3d}%"
    cells = width - len(percent) - 1
    filled = int(share * cells)
    colour = ink.tone(tone) if tone in ("accent", "good") else ink.muted
    return Text("━" * filled, colour) + Text("─" * (cells - filled), ink.faint) + Text(f" {percent}", ink.foreground)


def groks(summary: Summary, width: int, ink: Ink) -> Text:
    """Median t_grok of every arm behind its marker; as many arms as fit whole."""
    text = Text()
    for index, arm in enumerate(summary.arms.values()):
        value = short_steps(arm.t_grok)
        more = f" +{len(summary.arms) - index}"
        last = index + 1 == len(summary.arms)
        room = width - len(text) - (0 if last else len(more))
        part = f"{marker(index)}{value} "
        if len(part.rstrip()) > room:
            return text + Text(more.strip(), ink.muted)
        text.append(marker(index), ink.arm(index)).append(f"{value} ", ink.foreground)
    return text
