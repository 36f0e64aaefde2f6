"""Pieces of text that several screens show: the state of an experiment, its arms, a bar. Pure functions."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from grokterm.console.commands import told
from grokterm.console.look import Ink, marker, state_look
from grokterm.console.text import (
    clip,
    clip_among,
    duration,
    fold,
    number,
    ordinal,
    percent,
    plain,
    plural,
    rate,
    steps,
    workers_done,
)
from grokterm.names import short_name
from grokterm.sizes import size

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.detail import ArmLine, Detail
    from grokterm.console.snapshot import Snapshot

_ORIGIN = re.compile(r"(fork|repeat) of (\S+)(?: at step (\d+))?")


def title_line(left: str, right: str, width: int, ink: Ink) -> Text:
    """One line: a heading, and to the right what there is room for."""
    heading = clip(left, width - 2)
    line = Text(no_wrap=True).append(f" {heading}", f"bold {ink.foreground}")
    room = width - line.cell_len - 1
    if right and cell_len(right) + 2 <= room:
        line.append(" " * (room - cell_len(right)) + right, ink.muted)
    return line


def heading_line(name: str, title: str, right: str, width: int, ink: Ink, origin: str = "") -> Text:
    """One line: a name and where it comes from, to the right how curves are shown, and between them as much of a title
    as there is room for."""
    line = Text(no_wrap=True).append(f" {clip(name, width - 2)}", f"bold {ink.foreground}")
    if origin:
        line.append(f"   {clip(origin, max(1, width - line.cell_len - 4))}", ink.foreground)
    fits = line.cell_len + len(right) + 3 <= width
    room = width - line.cell_len - 1 - (len(right) + 3 if fits else 0)
    if title and room > 15:
        line.append(f"   {clip(title, room - 3)}", ink.foreground)
    if right and fits:
        line.append(" " * (width - 1 - line.cell_len - len(right)) + right, ink.muted)
    return line


def origin_words(origin: str) -> str:
    """`fork of quickstart-k3f9 at 500`, `repeat of quickstart-k3f9`, from what an experiment says of its origin."""
    match = _ORIGIN.match(origin)
    if match is None:
        return ""
    at = f" at {steps(int(match[3]))}" if match[3] else ""
    return f"{match[1]} of {plain(short_name(match[2]))}{at}"


def state_line(detail: Detail, width: int, ink: Ink) -> Text:
    """State, step, rate, time to go, device, memory; from the end what doesn't fit is left out, a piece at a time."""
    summary = detail.summary
    look = state_look(summary.state)
    line = Text(no_wrap=True).append(f" {look.glyph} {look.word}", f"bold {ink.tone(look.tone)}")
    pieces = [
        Text(f"step {steps(summary.step)} of {steps(summary.steps)}", ink.foreground),
        bar(summary.progress, 24 if width >= 110 else 12, ink) + Text(f" {percent(summary.progress)}%", ink.foreground),
    ]
    if summary.rate > 0:
        pieces.append(Text(rate(summary.rate), ink.foreground))
    if math.isfinite(summary.eta):
        left = f"{'~' if summary.eta_rough else ''}{duration(summary.eta)}"
        pieces.append(Text("ETA ", ink.muted) + Text(left, ink.foreground))
    if summary.devices:
        pieces.append(Text(plain(", ".join(summary.devices)), ink.muted))
    if turns := workers_done(summary.done, summary.workers):
        pieces.append(Text(turns, ink.muted))
    if detail.memory and summary.state is not None and summary.state.live:
        pieces.append(Text(size(detail.memory), ink.muted))
    if summary.dropped:
        pieces.append(Text(f"{summary.dropped} failed writes, kept and tried again", ink.bad))
    for piece in pieces if summary.problem is None else []:
        if line.cell_len + 3 + piece.cell_len > width:
            break
        line.append("   ").append_text(piece)
    return line


def message(detail: Detail, waiting: str, width: int, ink: Ink) -> Text | None:
    """Where it waits, or what an unusual state means and what to do next; None where there is nothing to say."""
    if waiting:
        return Text(fold(waiting, width, " ", " "), ink.foreground)
    look = state_look(detail.summary.state, detail.summary.progress > 0)
    said = detail.summary.problem or detail.last_word or detail.damaged
    line = Text(no_wrap=False)
    if said:
        line.append(fold(said, width, " ", " "), ink.bad)
    if look.next_step and not detail.gone:
        line.append("\n" if said else "").append(fold(look.next_step, width, " ", " "), ink.muted)
    return line if line else None


def waits(snapshot: Snapshot, summary: Summary) -> str:
    """Of an experiment that waits for a device as a whole: its place, for what, and who is there. Of a paused one that
    others wait for: how many. Else ""."""
    if summary.state == "paused" and snapshot.machine is not None and (who := snapshot.machine.blocked(summary.name)):
        return told(f"{who} that this holds; {{park}} parks it and lets them train, {{pause}} goes on")
    machine = snapshot.machine if summary.state == "queued" else None
    place = machine.place(summary.name) if machine is not None else 0
    return f"{ordinal(place)} in line for {machine.ahead(summary.name)}" if place else ""


def bar(share: float, cells: int, ink: Ink) -> Text:
    """A progress bar of whole cells."""
    filled = int(min(max(share, 0.0), 1.0) * cells)
    return Text("━" * filled, ink.foreground) + Text("─" * (cells - filled), ink.faint)


def arm_block(arm: ArmLine, among: tuple[str, ...], width: int, ink: Ink, names: int = 14) -> Text:
    """An arm in one line of `width` cells: marker, name, how many grokked, median t_grok, and t_mem where it fits.

    Of an arm without an accuracy it is the test loss that is told; of one run alone which seed it has.

    Args:
        among: the names of all arms, from which this one is to stay apart where it must be clipped.
        names: cells up to which names are filled, so that what stands behind them is aligned.
    """
    seed = "no such seed" if not arm.runs else None if arm.seed is None else f"seed {arm.seed}"
    if arm.scored:
        facts = Text(seed or f"{arm.grokked}/{arm.runs} grokked", ink.muted)
        facts.append("  t_grok ", ink.muted).append(steps(arm.t_grok), f"bold {ink.foreground}")
    else:
        facts = Text(f"{seed or plural(arm.runs, 'run')}  test loss ", ink.muted)
        facts.append(number(arm.test_loss), f"bold {ink.foreground}")
    if arm.diverged:
        facts.append("  diverged" if seed else f"  {arm.diverged} diverged", ink.bad)
    memorised = Text("  t_mem ", ink.muted) + Text(steps(arm.t_mem), ink.foreground)
    head = 2
    if arm.scored and width - head - facts.cell_len - memorised.cell_len - 2 >= min(len(arm.name), 12):
        facts = facts + memorised
    room = max(4, width - head - facts.cell_len - 2)
    name = clip_among(arm.name, among, room)
    line = Text(no_wrap=True).append(f"{marker(arm.index)} ", ink.arm(arm.index))
    line.append(f"{name:<{min(room, names)}}", ink.foreground).append("  ").append_text(facts)
    return line


def legend(arms: tuple[ArmLine, ...], width: int, ink: Ink, most_rows: int) -> Text:
    """The arms side by side where the width allows, at most `most_rows` lines; the rest are counted."""
    names = min(14, max((len(plain(arm.name)) for arm in arms), default=0))
    need = names + 34
    across = max(1, min(len(arms) or 1, (width - 1) // need))
    rows = math.ceil(len(arms) / across)
    cells = (width - 1) // across
    lines, among = [], tuple(arm.name for arm in arms)
    for row in range(min(rows, most_rows)):
        line = Text(" ", no_wrap=True)
        for arm in arms[row * across : (row + 1) * across]:
            block = arm_block(arm, among, cells - 2, ink)
            block.truncate(cells - 2)
            line.append_text(block).append(" " * (cells - block.cell_len))
        line.rstrip()
        lines.append(line)
    hidden = len(arms) - most_rows * across
    if hidden > 0 and lines:
        lines[-1] = Text(f" and {plural(hidden + across, 'more arm')}", ink.muted)
    return Text("\n").join(lines)
