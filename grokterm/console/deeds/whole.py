"""What is done with a whole experiment: into the bin and out of it, and once more with new seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grokterm.console.commands import told
from grokterm.console.deeds.doing import Done, check_there
from grokterm.console.text import plural
from grokterm.errors import BadInput
from grokterm.names import short_name

if TYPE_CHECKING:
    from grokterm.record import ExperimentFolder


def put_in_bin(folder: ExperimentFolder) -> Done:
    """Move it to the bin of the runs folder. One that may be written is refused."""
    from grokterm.record import remove

    try:
        there = remove(folder)
    except BadInput as error:
        raise BadInput(error.message, told("{stop} stops it first") if folder.state().live else error.hint) from error
    back = partial(_restore, folder.path.parent, there.name)
    said = f"{short_name(folder.name)} is in the bin; {told('{undo} takes it back')}"
    return Done("in the bin", said, back, "the move to the bin of")


def check_repeat(folder: ExperimentFolder) -> None:
    """Raises GroktermError where it can't be repeated, whatever the seeds."""
    from grokterm.jobs import check_repeat

    check_there(folder)
    check_repeat(folder)


def repeat(seeds: int | Sequence[int] | None, folder: ExperimentFolder) -> Done:
    """A new experiment with these seeds, or so many new ones."""
    from grokterm.jobs import TooLarge
    from grokterm.jobs import repeat as launch_repeat

    try:
        new = launch_repeat(folder, seeds)
    except TooLarge as error:
        how = f"`grokterm repeat {folder.name} --force` starts it all the same"
        raise BadInput(error.message, how) from error
    common = sorted(set(new.spec().seeds) & set(folder.spec().seeds))
    old = f"; {plural(len(common), 'seed')} of the old one again" if common else ""
    return Done("repeated", f"{short_name(new.name)} repeats {short_name(folder.name)}{old}", new=new.name)


def read_seeds(text: str) -> int | tuple[int, ...] | None:
    """Seeds as they are written: `4` is so many new ones, `7,8,9` and `7,` are these; nothing means as many as before.

    Raises:
        BadInput: it is neither, or a seed is listed twice.
    """
    from grokterm.spec import seeds_of

    seeds = seeds_of(text) if text.strip() else None
    if isinstance(seeds, tuple) and (twice := [seed for seed, count in Counter(seeds).items() if count > 1]):
        raise BadInput(f"seed {twice[0]} is listed twice")
    return seeds


def _restore(runs: Path, name: str) -> None:
    from grokterm.record import restore

    restore(runs, name)
