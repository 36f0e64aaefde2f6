"""The lines of the history: which columns, and how a summary is drawn in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from grokterm.console.arranging import Heading
from grokterm.console.look import MARKED, Ink, marker, state_look
from grokterm.console.text import clip, clip_name, ordinal, percent, rate, short_steps
from grokterm.console.widgets.table import Column

if TYPE_CHECKING:
    from grokterm.analysis import Summary

COLUMNS = (
    Column("mark", "", 1),
    Column("state", "state", 10),
    Column("name", "experiment", 20, most=46, wants=28),
    Column("tags", "tags", 8, most=26, rank=7),
    Column("arms", "arms", 4, right=True, rank=5),
    Column("seeds", "seeds", 5, right=True, rank=6),
    Column("progress", "progress", 11, most=22, rank=2),
    Column("grok", "t_grok by arm", 17, most=44, wants=21, rank=3),
    Column("rate", "rate", 7, right=True, rank=4),
    Column("age", "age", 5, right=True, rank=1),
)


def heading(row: Summary | Heading, width: int, ink: Ink) -> Text | None:
    """The line above a group, across all columns; None for an experiment."""
    if not isinstance(row, Heading):
        return None
    count = f"  {row.count:,}"
    title = clip(row.title, width - len(count) - 2)
    sign = "▸" if row.folded else "▾"
    return Text(f"{sign} ", ink.accent).append(title, f"bold {ink.foreground}").append(count, ink.muted)


def paint(summary: Summary, column: str, width: int, ink: Ink, look: tuple) -> Text:
    """One cell.

    Args:
        look: what else decides: the age in words, whether it is marked, its place in the line for a device or 0.
    """
    old, marked, place = look
    if column == "mark":
        return Text(MARKED if marked else " ", ink.accent)
    if column == "state":
        state = state_look(summary.state)
        return Text(f"{state.glyph} {state.word}", ink.tone(state.tone))
    if column == "name":
        star = "★ " if summary.marks.starred else ""
        return Text(star, ink.accent).append(clip_name(summary.name, width - len(star)), ink.foreground)
    if column == "tags":
        return Text(clip(" ".join(f"#{tag}" for tag in summary.marks.tags), width), ink.muted)
    if column == "age":
        return Text(old, ink.muted)
    if summary.problem:
        return Text(clip(_reason(summary), width) if column == "grok" else "", ink.muted)
    if column == "progress":
        if place:
            return Text(f"{ordinal(place)} in line"[:width] if width >= 11 else f"{ordinal(place)}", ink.muted)
        return progress(summary.progress, width, ink, state_look(summary.state).tone)
    if column == "grok":
        return groks(summary, width, ink)
    values = {
        "arms": str(len(summary.arms)),
        "seeds": str(len(summary.seeds)),
        "rate": rate(summary.rate) if summary.state == "running" else "",
    }
    return Text(values[column], ink.muted)


def _reason(summary: Summary) -> str:
    """Why it can't be read, in few words; the preview has them all."""
    problem = summary.problem or ""
    if "a newer grokterm" in problem:
        return "from a newer grokterm"
    return (problem.partition(summary.name)[2] or problem).lstrip("/: ")


def progress(share: float, width: int, ink: Ink, tone: str) -> Text:
    """A bar and a percentage. The bar is drawn in whole cells; the number beside it is exact."""
    share = min(max(share, 0.0), 1.0)
    words = f"{percent(share):3d}%"
    cells = width - len(words) - 1
    filled = int(share * cells)
    colour = ink.tone(tone) if tone in ("accent", "good") else ink.muted
    return Text("━" * filled, colour) + Text("─" * (cells - filled), ink.faint) + Text(f" {words}", ink.foreground)


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
    text.rstrip()
    return text
