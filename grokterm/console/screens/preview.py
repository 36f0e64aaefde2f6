"""The preview beside the history: question, arms, and small charts where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import Static

from grokterm.console.charts.widget import ChartView
from grokterm.console.screens.page import rewrite
from grokterm.console.screens.parts import legend, message, state_line, title_line, waits
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import clip, fold, plain
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.console.detail import Detail
    from grokterm.console.look import Ink

_LINES = {"-low": 7, "-high": 10, "-wide": 14}  # lines of words by the class of the screen, the last that fits


class Preview(Vertical):
    """Follows the detail of the snapshot."""

    def __init__(self) -> None:
        super().__init__()
        self._latest: tuple[Snapshot, str | None] | None = None

    def compose(self) -> ComposeResult:
        """Words above, chart below."""
        yield Static(id="words", markup=False)
        with Container(id="small-charts"):
            yield ChartView(id="small-loss")
            yield ChartView(id="small-accuracy")

    def on_resize(self) -> None:
        """Words are laid out for the width."""
        if self._latest is not None:
            self.show(*self._latest)

    def show(self, snapshot: Snapshot, name: str | None) -> None:
        """Show the detail if it is that of `name`; while another is still being read, keep what is there."""
        self._latest = (snapshot, name)
        detail = snapshot.detail
        self.display = name is not None
        if detail is None or detail.name != name or not self.size.width:
            return
        from grokterm.console.panel import PANELS
        from grokterm.console.scales import Spot
        from grokterm.console.screens.scene import Cell, Scene, Sketch

        lines = [count for name, count in _LINES.items() if self.screen.has_class(name)][-1:]
        waiting, width = waits(snapshot, detail.summary), max(20, self.size.width - 2)
        words = preview_text(detail, waiting, width, (*lines, 10)[0], self.app.ink)
        rewrite(self.query_one("#words", Static), words)
        looked = self.app.memory.view.among(len(detail.summary.seeds))
        for view, panel in zip(self.query(ChartView), PANELS, strict=False):
            cell = Cell(panel)
            scene = Scene((cell,), detail.curves, detail.arms, looked, Spot(), "", self.app.theme)
            view.show(Sketch(scene, cell))


def preview_text(detail: Detail, waiting: str, width: int, height: int, ink: Ink) -> Text:
    """Heading, state, what is unusual, what people noted, the question and the arms, in at most `height` lines.

    Arms come before the question where there isn't room for both; what is left out of either is said.
    """
    name, title = plain(short_name(detail.name)), detail.summary.title
    head = title_line(title or name, name if title else "", width, ink)
    lines = [head, state_line(detail, width, ink)]
    said = message(detail, waiting, width, ink)
    if said is not None:
        lines += said.split("\n")[: max(1, height - 4)]
    people = _people(detail, width, ink)
    arms = legend(detail.arms, width, ink, max(1, min(4, height - len(lines)))).split("\n") if detail.arms else []
    room = height - len(lines) - len(arms)
    if people is not None and room > 0:
        lines.append(people)
        room -= 1
    return Text("\n").join([*lines, *_question(detail.question, width, room, ink), *arms])


def _people(detail: Detail, width: int, ink: Ink) -> Text | None:
    """Star, tags and the last note."""
    marks = detail.summary.marks
    pieces = (
        *(["★"] if marks.starred else []),
        *(["archived"] if marks.archived else []),
        *(f"#{tag}" for tag in marks.tags),
        *(f"“{text}”" for text in marks.texts[-1:]),
    )
    return Text(" " + clip("  ".join(pieces), width - 1), ink.accent) if pieces else None


def _question(question: str, width: int, room: int, ink: Ink) -> list[Text]:
    if not question or room <= 0:
        return []
    lines = fold(question, width, " ", " ").split("\n")
    if len(lines) > room:
        lines = [*lines[: room - 1], " " + clip(" ".join(line.strip() for line in lines[room - 1 :]), width - 1)]
    return [Text(line, ink.muted) for line in lines]
