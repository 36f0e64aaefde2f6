"""What the form says: its lines, its heading, and the words about the field in focus. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from grokterm.console.commands import told
from grokterm.console.look import Ink, marker
from grokterm.console.screens.parts import title_line
from grokterm.console.text import clip, clip_middle, fold, plain, plural, steps
from grokterm.console.widgets.sheet import Line

if TYPE_CHECKING:
    from grokterm.console.judging import Course, Judged
    from grokterm.spec import Draft, Row, Verdict

BLOCKS = "▁▂▃▄▅▆▇█"
PROBLEM_LINES = 3
ABSENT = "absent: "  # before what holds where a field isn't set and has no value either


def spans(width: int) -> tuple[int, int, int]:
    """Where things stand in a line of the form: cells of the label, of the value, and of what arms say."""
    label = 26 if width < 72 else 30
    arms = max(0, min(36, (width - label) * 2 // 5)) if width >= 60 else 0
    return label, max(1, width - label - arms - 1), arms


def value_span(line: Line, width: int) -> tuple[int, int]:
    """Where the value of a line stands: its first cell, and how many; it goes on where arms say nothing."""
    label, value, arms = spans(width)
    return label, value if line.content.elsewhere and line.content.sort == "field" else value + arms


def sheet_lines(listed: Sequence[Row], under: dict[str, tuple[str, ...]], width: int) -> tuple[Line, ...]:
    """The lines of the form: a gap before each section and arm, and under each row what is wrong with it."""
    lines: list[Line] = []
    for place, row in enumerate(listed):
        if lines and row.sort in ("section", "arm", "new arm") and listed[place - 1].sort != "section":
            lines.append(Line(-1, False, None))
        lines.append(Line(place if row.focusable else -1, row.focusable, row))
        label = spans(width)[0]
        for text in under.get(row.key, ()) if row.path else ():
            folded = fold(text, width - label - 1, "✖ ", "  ").split("\n")
            room = folded[:PROBLEM_LINES]
            if len(folded) > PROBLEM_LINES:
                room[-1] = clip(room[-1] + " …", width - label - 1)
            lines += [Line(place if row.focusable else -1, False, words) for words in room]
    return tuple(lines)


def paint_line(line: Line, width: int, ink: Ink) -> Text:
    """One line as cells."""
    if line.content is None:
        return Text("")
    label, _, arms = spans(width)
    if isinstance(line.content, str):
        return Text(" " * label, no_wrap=True).append(line.content, ink.bad)
    row, value = line.content, value_span(line, width)[1]
    if row.sort == "section":
        line_of_section = Text(" ", no_wrap=True).append(row.label, f"bold {ink.accent}")
        return line_of_section.append(f"  {clip(row.default, max(0, width - len(row.label) - 4))}", ink.muted)
    text = Text(no_wrap=True).append("•" if row.changed else " ", ink.accent)
    indent = "  " * row.depth
    if row.sort == "arm":
        index = row.elsewhere[0][0]
        text.append(f"{indent[1:]}{marker(index)} ", ink.arm(index)).append("arm", ink.muted)
        text.append(" " * (label - text.cell_len))
        return text.append(clip(row.text, value), f"bold {ink.arm(index)}")
    given = ink.foreground if row.sort in ("field", "axis") else ink.bad if row.sort == "stray" else ink.muted
    text.append(f"{indent[1:]}{_tail(row.label, label - len(indent) - 1)}", given)
    text.append(" " * (label - text.cell_len))
    if row.text:
        text.append(clip(row.text, value), f"bold {ink.foreground}" if row.changed else ink.foreground)
    else:
        text.append(clip(row.default, value), ink.mix(ink.foreground, 0.45))
    if arms and row.elsewhere:
        text.append(" " * (label + value + 1 - text.cell_len)).append_text(_elsewhere(row, arms, ink))
    return text


def _tail(words: str, width: int) -> str:
    """As much of the end as fits: the last part of a field's name is what tells it from others."""
    line = plain(words)
    if cell_len(line) <= width:
        return line
    while line and cell_len(line) >= width:
        line = line[1:]
    return f"…{line}"


def _elsewhere(row: Row, width: int, ink: Ink) -> Text:
    """What arms say in the place of a field, as many as fit, each with its marker."""
    text = Text()
    for number, (index, value) in enumerate(row.elsewhere):
        piece = f"{marker(index)} {clip(value, 14)}  "
        if text.cell_len + len(piece) > width:
            left = f"+{len(row.elsewhere) - number}"
            return text.append(left, ink.muted) if text.cell_len + len(left) <= width else text
        text.append(piece[:2], ink.arm(index)).append(piece[2:], ink.muted)
    return text


def heading(draft: Draft | None, verdict: Verdict | None, device: str, width: int, ink: Ink) -> Text:
    """What it is made from, how much of it was changed, whether it can start, and on which device."""
    if draft is None:
        return title_line("New experiment", "reading …", width, ink)
    changes = len(draft.changes())
    left = f"New experiment from {plain(draft.title)}" + (f"  ({plural(changes, 'change')})" if changes else "")
    if verdict is None:
        return title_line(left, "", width, ink)
    if verdict.problems:
        line = title_line(left, words := plural(len(verdict.problems), "mistake"), width, ink)
        return line if not line.plain.endswith(words) else line[: -len(words)].append(words, f"bold {ink.bad}")
    return title_line(left, f"ready to start on {device}", width, ink)


def totals(judged: Judged | None, times: Sequence[str], width: int, ink: Ink) -> Text:
    """How much it is: arms, seeds, runs, steps, cohorts; and how long it takes here.

    Args:
        times: the same in words, the longest form first; of them the first that fits.
    """
    line = Text(" ", no_wrap=True)
    if judged is None:
        return line
    experiment = judged.verdict.experiment
    if experiment is None:
        return line.append("the mistakes below have to be mended first", ink.muted)
    arms, seeds = len(experiment.arms), len(experiment.seeds)
    budgets = {arm.spec.stop.steps for arm in experiment.arms}
    lengths = " to ".join(steps(edge) for edge in sorted({min(budgets), max(budgets)}))
    runs = f"{plural(arms, 'arm')} x {plural(seeds, 'seed')} = {plural(arms * seeds, 'run')}, {lengths} steps"
    whole = f"{runs}, {plural(judged.cohorts, 'cohort')}"
    for pieces in (*((whole, time) for time in times), (runs, times[-1]), (runs, "")):
        said = "   ".join(filter(None, pieces))
        if len(said) + 2 <= width:
            return line.append(pieces[0], ink.foreground).append(said[len(pieces[0]) :], ink.accent)
    return line.append(clip(runs, width - 2), ink.foreground)


def warnings(others: Sequence[str], cautions: Sequence[str], width: int, ink: Ink) -> Text:
    """Mistakes that no row is about, and what deserves a second look."""
    text = Text()
    for words, sign, colour in (*((w, "✖", ink.bad) for w in others), *((w, "!", ink.accent) for w in cautions)):
        text.append("\n" if text else "").append(fold(words, width - 2, f" {sign} ", "   "), colour)
    return text


def choices_of(row: Row) -> tuple[str, ...]:
    """What left and right go through, () where there is nothing to choose; "" is what isn't there by default."""
    choices = row.field.choices if row.field else ()
    return ("", *choices) if choices and row.default.startswith(ABSENT) else choices


def about(row: Row | None, draft: Draft, width: int, ink: Ink, not_kept: str = "") -> Text:
    """The field in focus: its name, what it means, what is allowed, what it was.

    Args:
        not_kept: what has just gone because of what was chosen here.
    """
    if row is None:
        return Text()
    text = Text()
    field, name = row.field, row.key.rstrip('."')
    if row.sort == "arm":
        text.append(f"{plain(row.text)}\n", f"bold {ink.arm(row.elsewhere[0][0])}")
        return text.append(fold("The fields above, with its own in their place. Its name can be changed.", width))
    if row.sort.startswith("new"):
        what = {"new arm": "the name of a new arm, or of one to go to", "new field": "a field for this arm alone"}
        text.append(f"{row.label}\n", f"bold {ink.foreground}")
        return text.append(fold(f"Write {what.get(row.sort, 'a field for the grid')}, then Enter.", width), ink.muted)
    name = folded_name(name, width)
    text.append(name, f"bold {ink.foreground}")
    if row.changed:
        was = plain(draft.was(row.path))
        words = f"{f'was {was}' if was else 'not set'} in {plain(draft.title)}, {told('{as_it_was} puts it back')}"
        fits = len(name.rpartition("\n")[2]) + len(words) + 2 <= width
        text.append(f"  {words}" if fits else f"\n{clip(words, width)}", ink.accent)
    text.append("\n")
    if not_kept:
        text.append(f"{fold(not_kept, width)}\n", ink.accent)
    if field is None:
        return text.append(fold(told("No section has a field of this name. {remove} takes it away."), width), ink.bad)
    if field.choices:
        names = tuple(choice or row.default.removeprefix(ABSENT) for choice in choices_of(row))
        text.append_text(_choices(names, row.text or row.default.removeprefix(ABSENT), width, ink))
    text.append(f"{fold(field.description, width)}\n", ink.foreground)
    if row.kind_says:
        text.append(f"{fold(f'{row.text}: {row.kind_says}', width)}\n", ink.foreground)
    facts = [field.type]
    if field.choices:  # they are listed
        start, table, _ = field.type.partition(", or a table")
        facts = [f"{start}, or a schedule"] if table else []
    if field.default:
        facts.append(_default(field.default))
    return text.append(f"{fold(' · '.join(facts), width)}\n", ink.muted)


def folded_name(name: str, width: int) -> str:
    """A dotted name in as many lines as it takes, broken before dots where that is possible."""
    lines, width = [""], max(1, width)  # before it is laid out, a pane has no width
    for number, part in enumerate(plain(name).split(".")):
        piece = f".{part}" if number else part
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        while len(piece) > width:
            lines[-1], piece = piece[:width], piece[width:]
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)


def _default(text: str) -> str:
    if text == "required":
        return text
    return f"not set: {text.removeprefix(ABSENT)}" if text.startswith(ABSENT) else f"default: {text}"


def _choices(choices: Sequence[str], chosen: str, width: int, ink: Ink) -> Text:
    text = Text("← → ", ink.accent)
    used = 4
    for choice in choices:
        if used + len(choice) + 1 > width:
            text.append("\n    ")
            used = 4
        text.append(choice, f"bold {ink.accent}" if choice == chosen else ink.muted).append(" ")
        used += len(choice) + 1
    return text.append("\n")


def course_lines(what: str, curves: Sequence[Course], budget: str, width: int, ink: Ink) -> Text:
    """lambda(t) or lr(t) of the first arms as lines of blocks, all on one scale from zero."""
    text = Text()
    if not curves:
        return text
    peak = max(max(curve.levels) for curve in curves)
    names = min(max(16, width // 3), max(len(plain(curve.arm)) for curve in curves))
    cells = max(4, width - names - 4)
    text.append(fold(f"{what} over {budget} steps, 0 to {peak:g}", width) + "\n", ink.muted)
    for index, curve in enumerate(curves):
        text.append(f"{marker(index)} ", ink.arm(index)).append(
            f"{clip_middle(curve.arm, names):<{names}} ", ink.foreground
        )
        text.append(f"{blocks(curve.levels, cells, peak)}\n", ink.arm(index))
    waiting = ", ".join(plain(curve.arm) for curve in curves if curve.waits)
    return text.append(f"{fold(f'{waiting}: counted from its plateau', width)}\n", ink.muted) if waiting else text


def blocks(levels: Sequence[float], cells: int, peak: float) -> str:
    """Levels from 0 to `peak` as a line of that many blocks; the lowest is a line at the bottom."""
    cells = min(cells, len(levels))
    picked = [levels[round(cell * (len(levels) - 1) / max(1, cells - 1))] for cell in range(cells)]
    return "".join(BLOCKS[round(level / peak * (len(BLOCKS) - 1))] if peak > 0 else BLOCKS[0] for level in picked)
