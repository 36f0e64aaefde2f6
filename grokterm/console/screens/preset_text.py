"""What the picker says of a preset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from grokterm.console.look import Ink, marker
from grokterm.console.text import fold, plain, plural, steps
from grokterm.errors import BadInput, GroktermError

if TYPE_CHECKING:
    from grokterm.spec import Experiment, PresetInfo

MOST_ARMS = 40


@dataclass(frozen=True, eq=False)
class Whole:
    """A preset that was read whole: the experiment with its cautions, or the problems that keep it from being one."""

    experiment: Experiment | None = None
    cautions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def read_whole(path: Path, small: bool) -> Whole:
    """The experiment that a preset, or its small form, describes; or why it describes none."""
    from grokterm.spec import cautions, load

    try:
        experiment = load(path, small=small)
    except BadInput as error:
        return Whole(problems=error.problems)
    except GroktermError as error:
        return Whole(problems=(error.message,))
    return Whole(experiment, cautions(experiment))


def preset_text(info: PresetInfo, whole: Whole, here: Sequence[str], width: int, ink: Ink) -> Text:
    """Everything a preset says about itself, what to think of before it starts, and the arms with what tells them
    apart; or its problems, one line each.

    Args:
        here: what is to be said of this machine: how long it takes, what is before it.
    """
    text, said = Text(), whole.experiment or info
    text.append(f"{fold(said.title or info.name, width)}\n", f"bold {ink.foreground}")
    for problem in whole.problems:
        text.append(f"\n{fold(problem, width, rest='  ')}", ink.bad)
    if whole.problems:
        return text
    for number, words in enumerate(here):  # first, so that what a key changes of it is seen on any screen
        text.append(f"{'' if number else chr(10)}{'' if number else 'here':<10}", ink.accent)
        text.append(f"{_behind(words, width, 10)}\n", ink.foreground)
    for label, words in (
        ("question", said.question),
        ("source", said.source),
        ("expect", said.expect),
        ("cost", said.cost),
    ):
        if words:
            text.append(f"\n{label:<10}", ink.accent).append(f"{_behind(words, width, 10)}\n", ink.foreground)
    if info.mine:
        text.append(f"\n{'file':<10}", ink.accent).append(f"{_behind(info.path, width, 10)}\n", ink.muted)
    if whole.experiment is None:
        return text
    for caution in whole.cautions:
        text.append("\n! ", f"bold {ink.accent}").append(f"{_behind(caution, width, 2)}\n", ink.foreground)
    return text.append_text(_arms_text(whole.experiment, width, ink))


def _arms_text(experiment: Experiment, width: int, ink: Ink) -> Text:
    text = Text()
    runs = f"{plural(len(experiment.arms), 'arm')} x {plural(len(experiment.seeds), 'seed')}"
    budget = steps(experiment.arms[0].spec.stop.steps)
    text.append(f"\n{'arms':<10}", ink.accent).append(f"{runs}, {budget} steps each\n", ink.foreground)
    own = experiment.to_document()["arms"]
    for index, arm in enumerate(experiment.arms[:MOST_ARMS]):
        text.append(f"\n{marker(index)} ", ink.arm(index)).append(f"{plain(arm.name)}\n", f"bold {ink.foreground}")
        if arm.about:
            text.append(f"{fold(arm.about, width, '  ', '  ')}\n", ink.foreground)
        for field, value in flat(own[arm.name]):
            text.append(f"{fold(f'{field} = {_written(value)}', width, '  ', '    ')}\n", ink.muted)
    if len(experiment.arms) > MOST_ARMS:
        text.append(f"\nand {len(experiment.arms) - MOST_ARMS:,} more arms\n", ink.muted)
    return text


def _written(value: object) -> object:
    from grokterm.spec import words_of

    return words_of(value) if isinstance(value, list | tuple) else value


def _behind(words: object, width: int, indent: int) -> str:
    """`words` folded to stand behind a label of `indent` cells."""
    return fold(words, width, " " * indent, " " * indent)[indent:]


def flat(table: dict, prefix: str = "") -> list[tuple[str, object]]:
    """The values of nested tables with their dotted names, `about` left out; a table such as a schedule on one line."""
    from grokterm.spec import kind_of

    pairs: list[tuple[str, object]] = []
    for name, value in table.items():
        if name == "about" and not prefix:
            continue
        if prefix and isinstance(value, dict):
            kind = kind_of(value, name)
            rest = " ".join(f"{key} {part}" for key, part in value.items() if key not in ("kind", "schedule"))
            pairs.append((f"{prefix}{name}", ": ".join(filter(None, (kind, rest))) or "none"))
        elif isinstance(value, dict):
            pairs += flat(value, f"{prefix}{name}.")
        else:
            pairs.append((f"{prefix}{name}", value))
    return pairs
