"""What a task and a model of the user's own have in common: where their code is, and what was found there.

No code of a user's is ever run here. `grokterm.jobs.describe` has it looked at in a process of its own, and writes what
was found into the section, as `found`; before that, nobody knows a size of it.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from grokterm.errors import BadInput
from grokterm.places import expanded
from grokterm.spec.base import OPEN

KIND = "module"
_SECTIONS = ("task", "model")

Change = Callable[[str, dict[str, Any], bool], dict[str, Any]]
"""From a section's name, the section, and whether it is an arm's, to another section."""


class Options(dict):
    """A table of plain values that is never changed, so that sections with it can be told apart by their hash."""

    def __hash__(self) -> int:
        return hash(json.dumps(self, sort_keys=True))


def _plain(value: Any) -> Options:
    def look(value: Any) -> None:
        if isinstance(value, dict):
            for part in value.values():
                look(part)
        elif isinstance(value, list | tuple):
            for part in value:
                look(part)
        elif not isinstance(value, str | int | float):
            raise ValueError(f"{value} is no text, number, true or false")

    look(value)
    return Options(value)


def _absolute(folder: str | Path) -> str:
    return os.path.normpath(expanded(folder).absolute())  # without "..", whose links are left alone


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


OptionsTable = Annotated[dict[str, Any], AfterValidator(_plain)]
Names = Annotated[tuple[str, ...], BeforeValidator(_tuple)]
Shapes = Annotated[tuple[tuple[int, ...], ...], BeforeValidator(_tuple)]
Folders = Annotated[
    tuple[Annotated[str, Field(min_length=1), AfterValidator(_absolute)], ...],
    BeforeValidator(_tuple),
    Field(min_length=1),
]


def module(what: str, group: str) -> Any:
    """The field `module`, a text."""
    return Field(
        min_length=1,
        description=f'Your {what}: "package.module:Name", or a name from the entry points of the group {group}. The '
        "code is run by the worker, and once before an experiment is made, to learn its sizes.",
    )


def options() -> Any:
    """The field `options`, of type `OptionsTable`."""
    return Field(
        default_factory=Options,
        json_schema_extra=OPEN | {"type_text": "a table of plain values", "default_text": "none"},
        description="Handed to your code as keyword arguments: options = {n = 5} calls Name(..., n=5).",
    )


def folders() -> Any:
    """The field `folders`, of type `Folders`."""
    return Field(
        default_factory=lambda: (str(Path.cwd()),),
        json_schema_extra={
            "type_text": "a list of folders",
            "default_text": "absent: the preset's folder, then the one grokterm is started in",
        },
        description="Where your module is looked for, in this order, before what is installed. Relative ones are "
        "meant from the preset's folder. They are written out in the record, so that a resume finds the same code.",
    )


def found() -> Any:
    """The field `found`: None until the module was looked at."""
    return Field(None, json_schema_extra={"hidden": True}, description="What the module turned out to be.")


def unknown(section: str, name: str) -> BadInput:
    """What is raised by a section that is asked for a size before its module was looked at."""
    return BadInput(f"{section}.module: {name} was not looked at yet")


def placed(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A document whose own modules know where they are looked for.

    An arm that only names another module looks for it where the base does.

    Args:
        document: of a preset; mistakes in it are left for the validation to find.
        folder: the preset's.
    """
    base = {name for name in _SECTIONS if _is_own(document.get(name))}

    def place(name: str, section: dict[str, Any], in_arm: bool) -> dict[str, Any]:
        given = section.get("folders")
        if given is None:
            here = list(dict.fromkeys((_absolute(folder), str(Path.cwd()))))
            return section if in_arm and name in base else section | {"folders": here}
        if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
            return section
        return section | {"folders": [_absolute(folder / expanded(one)) for one in given]}

    return _changed(document, place)


def forgotten(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without what was found of its own modules: who starts it anew looks again."""

    def forget(name: str, section: dict[str, Any], in_arm: bool) -> dict[str, Any]:
        return {key: value for key, value in section.items() if key != "found"}

    return _changed(document, forget)


def _changed(document: Mapping[str, Any], change: Change, in_arm: bool = False) -> dict[str, Any]:
    """The document with every section that is of the user's own changed, those of its arms too."""
    result = dict(document)
    for name in _SECTIONS:
        if _is_own(result.get(name)):
            result[name] = change(name, result[name], in_arm)
    if isinstance(result.get("arms"), dict) and not in_arm:
        arms = result["arms"].items()
        result["arms"] = {key: _changed(arm, change, True) if isinstance(arm, dict) else arm for key, arm in arms}
    return result


def _is_own(section: Any) -> bool:
    return isinstance(section, dict) and (section.get("kind") == KIND or bool({"module", "found"} & section.keys()))
