"""A preset as something to edit: a document, what it was made from, and every change as a new `Draft`.

A draft holds whatever was typed, right or wrong; `check` says what is wrong with it, field by field. Nothing here asks
what a field is called: fields come from the field table (see `field_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as File
from typing import Any

import tomli_w

from grokterm.errors import BadInput, GroktermError
from grokterm.spec.cautions import cautions
from grokterm.spec.experiment import Experiment
from grokterm.spec.fields import FieldInfo
from grokterm.spec.grid import flat_axes
from grokterm.spec.load import SECTIONS, as_new, dotted, load, parse
from grokterm.spec.merge import kind_of, merge
from grokterm.spec.overrides import read_overrides, read_value
from grokterm.spec.presets import find_preset, read_chain
from grokterm.spec.problems import plain_line, show, value_at

Path = tuple[str, ...]
Table = dict[str, Any]

LIST = "a list of values"
"""The type of an axis of the grid."""


@dataclass(frozen=True)
class Draft:
    """A document on its way to an experiment. No method changes it; each gives the next draft.

    Attributes:
        title: what it was made from: the name of a preset or of an experiment.
        source: the document as it came.
        document: the document as it is now, without `extends`.
    """

    title: str
    source: Table
    document: Table

    @property
    def origin(self) -> str:
        """The file's name, as it stands before a mistake; the experiment is named after it where it has no `name`."""
        return f"{self.title}.toml"

    @property
    def arms(self) -> Table:
        """The arms by name; {} where there are none, or something that isn't a table stands there."""
        arms = self.document.get("arms")
        return arms if isinstance(arms, dict) else {}

    @property
    def base(self) -> Table:
        """What all arms start from."""
        return {key: value for key, value in self.document.items() if key in SECTIONS}

    def arm(self, name: str) -> Table:
        """What one arm says, {} where that is no table."""
        arm = self.arms.get(name)
        return arm if isinstance(arm, dict) else {}

    def effective(self, path: Path) -> Any:
        """The value that holds at `path`: in an arm its own, else the base's; None where neither says anything."""
        if path[0] != "arms":
            return value_at(self.document, path)[1]
        own = {key: value for key, value in self.arm(path[1]).items() if key in SECTIONS}
        return value_at(merge(self.base, own), path[2:])[1]

    def changed(self, path: Path) -> bool:
        """Whether the value there is another than it was."""
        return value_at(self.document, path) != value_at(self.source, path)

    def was(self, path: Path) -> str:
        """What stood at `path` when it came, "" where nothing did."""
        there, value = value_at(self.source, path)
        return text_of(value, path[-1]) if there else ""

    def put(self, path: Path, value: Any) -> Draft:
        """With `value` at `path`; what isn't a table on the way there becomes one."""
        return replace(self, document=_put(self.document, path, value))

    def unset(self, path: Path) -> Draft:
        """Without the value at `path`, and without the tables of sections that this leaves empty."""
        return replace(self, document=_drop(self.document, path))

    def restore(self, path: Path) -> Draft:
        """With the value that it came with, or without one where it came without."""
        there, value = value_at(self.source, path)
        return self.put(path, value) if there else self.unset(path)

    def write(self, path: Path, text: str, field: FieldInfo | None = None) -> Draft:
        """With what was typed at `path`; nothing typed means not set.

        A kind (of a schedule, of a task) that is chosen keeps the values whose names it shares with the one before.
        """
        from grokterm.spec.field_rows import of_kind

        if not text.strip():
            return self.unset(path)
        value = value_of(text, field)
        if field is None or not field.choices:
            return self.put(path, value)
        place = path[:-1] if path[-1] == "kind" else path
        return self.put(place, of_kind(field, value, self.effective(place)))

    def with_overrides(self, overrides: Sequence[str], seeds: int | Sequence[int] | None = None) -> Draft:
        """With what `--set` and `--seeds` say; see `load`.

        Raises:
            BadInput: an override that can't be read.
        """
        changes, problems = read_overrides(overrides, list(self.arms))
        if problems:
            raise BadInput(problems)
        document = flatten([self.document, *(change.document for change in changes)])
        if seeds is not None:
            document["seeds"] = seeds if isinstance(seeds, int) else list(seeds)
        return replace(self, document=document)

    def add_arm(self, name: str, like: str | None = None) -> Draft:
        """With one more arm, a copy of `like` where that is given. BadInput where the name is taken or no name."""
        from grokterm.spec.load import ARM_NAME

        if not ARM_NAME.fullmatch(name):
            raise BadInput("the name of an arm is 1 to 100 letters, digits and . _ - = without spaces")
        if name in self.arms:
            raise BadInput(f"there is an arm {name} already")
        return self._with_arms([*self.arms.items(), (name, self.arm(like) if like else {})])

    def copy_arm(self, name: str) -> tuple[Draft, str]:
        """With a copy of an arm at the end, and the name that it got."""
        new = next(f"{name}-{n}" for n in range(2, len(self.arms) + 3) if f"{name}-{n}" not in self.arms)
        return self.add_arm(new, like=name), new

    def rename_arm(self, name: str, new: str) -> Draft:
        """With another name for an arm, at the same place. BadInput as for `add_arm`."""
        if name == new:
            return self
        self.add_arm(new)  # for what it refuses
        return self._with_arms((new if key == name else key, arm) for key, arm in self.arms.items())

    def vary(self, name: str, key: str) -> Draft:
        """With a field of the base as a field of that arm, for now with the same value.

        Args:
            key: the dotted field, as `read_overrides` completes it: "optimizer.lr".
        """
        rest = tuple(key.split("."))
        there, value = value_at(self.base, rest)
        return self.put(("arms", name, *rest), value) if there else self

    def _with_arms(self, arms: Iterable[tuple[str, Any]]) -> Draft:
        return replace(self, document={**self.document, "arms": dict(arms)})

    def changes(self) -> tuple[str, ...]:
        """What was changed, a line for each value: "stop.steps = 500 (900 in quickstart)"."""
        before, now = dict(_leaves(self.source)), dict(_leaves(self.document))
        lines = []
        for path in dict.fromkeys((*before, *now)):
            if before.get(path) != now.get(path):
                was = show(before[path]) if path in before else "not set"
                is_ = f" = {show(now[path])}" if path in now else " taken away"
                lines.append(f"{dotted(path)}{is_} ({was} in {self.title})")
        return tuple(lines)

    def to_toml(self) -> str:
        """The draft as a preset: complete, so that it means the same when what it was made from changes.

        What a default says stays unsaid, and a name that wasn't changed goes: a preset is called after its file.
        """
        kept = self.document.keys() - {"origin"} - ({"name"} if not self.changed(("name",)) else set())
        document = {key: value for key, value in self.document.items() if key in kept}
        head = [f"From {self.title}" + (", with" if self.changes() else "."), *(f"  {line}" for line in self.changes())]
        return "".join(f"# {plain_line(line)}\n" for line in head) + "\n" + tomli_w.dumps(document)


@dataclass(frozen=True, eq=False)
class Verdict:
    """What is to be said of a draft.

    Attributes:
        experiment: what it describes, None where it has mistakes.
        problems: (dotted field, sentence), "" for a mistake that is about no field.
    """

    draft: Draft
    experiment: Experiment | None = None
    problems: tuple[tuple[str, str], ...] = ()
    cautions: tuple[str, ...] = ()


def check(draft: Draft) -> Verdict:
    """Validates a draft as a whole: the mistakes are those that `grokterm run` would report."""
    try:
        experiment = parse(draft.document, draft.origin)
    except BadInput as error:
        return Verdict(draft, problems=tuple(_split(line, draft.origin) for line in error.problems))
    return Verdict(draft, experiment, cautions=cautions(experiment))


def _split(line: str, origin: str) -> tuple[str, str]:
    line = line.removeprefix(f"{plain_line(origin)}: ")
    field, colon, text = line.partition(": ")
    return (field, text) if colon else ("", line)


def open_draft(source: str | File) -> Draft:
    """A draft made from a preset and everything that it extends, as one document.

    Raises:
        NotFound, BadInput: there is no such preset, or it is no TOML. Mistakes in its fields are no hindrance.
    """
    path = find_preset(source)
    document = flatten([table for _, table in read_chain(path)])
    draft = draft_of(document, path.stem)
    try:
        wanted = load(path)
    except GroktermError:  # it is opened to be mended
        return draft
    found = check(draft).experiment
    # Laid over one another file by file, layers can mean something that one document says only when it is resolved.
    return draft if found == wanted else draft_of(wanted.to_document(), path.stem)


def draft_of(document: Table, title: str) -> Draft:
    """A draft made from a document without `extends`, such as the resolved spec of an experiment."""
    return Draft(title, document, document)


def flatten(tables: Iterable[Table]) -> Table:
    """Documents that extend one another as one, the furthest first."""
    result: Table = {}
    for table in tables:
        grid = table.get("grid")
        result = merge(result, table | {"grid": dict(flat_axes(grid))} if isinstance(grid, dict) else table)
    return as_new(result)


def value_of(text: str, field: FieldInfo | None = None) -> Any:
    """What was typed, as a value: text where the field is text, else what it would be in TOML, else itself."""
    allowed = field.type if field is not None else ""
    if allowed == "text":
        return text
    value = read_value(text.strip())
    if allowed == LIST and not isinstance(value, list | str):
        return [value]
    if isinstance(value, str) and "list" in allowed:
        listed = read_value(f"[{text}]")
        return listed if isinstance(listed, list) else value
    if isinstance(value, float) and allowed.startswith("an integer") and value.is_integer():
        return int(value)
    return value


def text_of(value: Any, name: str = "") -> str:
    """A value as it is typed: text without quotes, a table such as a schedule by its kind.

    Args:
        name: what the field is called; see `kind_of`.
    """
    return kind_of(value, name) or (value if isinstance(value, str) else show(value, 10_000))


def _put(document: Any, path: Path, value: Any) -> Table:
    document = document if isinstance(document, dict) else {}
    key, rest = path[0], path[1:]
    return {**document, key: _put(document.get(key), rest, value) if rest else value}


def _drop(document: Any, path: Path, inside: bool = False) -> Table:
    """Without the value at `path`, and without a section that this leaves empty.

    An arm may be empty, and so may a table inside of a section, which is there with all of its defaults.
    """
    if not isinstance(document, dict) or path[0] not in document:
        return document
    if path[0] == "arms" and len(path) > 2:
        arms = document["arms"]
        return _put(document, path[:2], _drop(arms.get(path[1], {}), path[2:])) if isinstance(arms, dict) else document
    below = _drop(document[path[0]], path[1:], True) if len(path) > 1 else None
    rest = {name: value for name, value in document.items() if name != path[0]}
    return {**document, path[0]: below} if below or (inside and len(path) > 1) else rest


def _leaves(value: Any, path: Path = ()) -> Iterable[tuple[Path, Any]]:
    if isinstance(value, dict) and (value or path):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
        if not value:
            yield path, value
    else:
        yield path, value
