"""The list of presets under headings: those that came with the program by the work they repeat, then the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from grokterm.console.commands import told
from grokterm.console.text import clip, plain
from grokterm.console.widgets.table import Column, Table

if TYPE_CHECKING:
    from grokterm.spec import PresetInfo

MINE = "yours"
MINE_EMPTY = "none yet: {edit}, then {save}"


class Entry(NamedTuple):
    """A preset, or a line that says something (`info` is None)."""

    key: str
    words: str
    info: PresetInfo | None = None


def entries(presets: Sequence[PresetInfo], wanted: str = "") -> tuple[Entry, ...]:
    """The presets whose name, title or question contains `wanted`, under their headings."""
    wanted = wanted.strip().lower()
    kept = [info for info in presets if wanted in f"{info.name} {info.title} {info.question}".lower()]
    names = [info.name for info in presets]
    listed = []
    for title in dict.fromkeys((*map(_heading, presets), MINE)):
        found = [info for info in kept if _heading(info) == title]
        if found or not wanted:
            listed.append(Entry(f"\0{title}", title))
        for info in found:
            # A name that both have means the user's.
            said = f"{info.name} (by its path)" if names.count(info.name) > 1 and not info.mine else info.name
            listed.append(Entry(str(info.path), said, info))
        if title == MINE and not found and not wanted:
            listed.append(Entry("\0none", told(MINE_EMPTY)))
    return tuple(listed) if kept else ()


def _heading(info: PresetInfo) -> str:
    return MINE if info.mine else info.document or "came with grokterm"


class PresetList(Table[Entry]):
    """The table; its cursor passes over what isn't a preset."""

    def __init__(self, id: str) -> None:
        super().__init__((Column("name", "presets", 24, most=60),), self._draw, lambda entry: entry.key, id=id)

    def _draw(self, entry: Entry, _: str, width: int) -> Text:
        ink = self.app.ink
        if entry.info is None:
            heading = entry.words != told(MINE_EMPTY)
            return Text().append(clip(entry.words, width), ink.accent if heading else ink.muted)
        text = Text("  ").append(clip(plain(entry.words), width - 2))
        if entry.info.problem:
            text.stylize(ink.bad)
        return text

    def show(self, rows: Sequence[Entry], highlight: str | None = None) -> None:
        """Show these; the cursor is on a preset where there is one."""
        super().show(rows, highlight)
        self._pass_on(1)

    def action_move(self, by: int) -> None:
        """Move the cursor, over headings too."""
        before = self.highlighted
        super().action_move(by)
        self._pass_on(1 if by > 0 else -1)
        if self.highlighted is not None and self.highlighted.info is None and before is not None:
            self.show(self.rows, before.key)

    def _pass_on(self, by: int) -> None:
        """Off a heading: on in the same direction, else the other way."""
        for direction in (by, -by):
            while self.highlighted is not None and self.highlighted.info is None:
                was = self._cursor
                super().action_move(direction)
                if self._cursor == was:
                    break
