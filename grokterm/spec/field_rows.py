"""A draft as a list of rows: every field of the field table that can be set in it, and what stands there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from grokterm.errors import BadInput
from grokterm.nearest import alike
from grokterm.spec.editing import LIST, Draft, Path, text_of
from grokterm.spec.fields import FieldInfo, field_table, in_open_table, leaf_paths
from grokterm.spec.kinds import fields_in, kinds_of, leaf, parts_of, section_fields
from grokterm.spec.load import SECTIONS, TOP, dotted
from grokterm.spec.merge import DISCRIMINATORS, kind_of
from grokterm.spec.problems import value_at
from grokterm.spec.run import RunSpec

PAGE = 100  # arms that are listed at a time
ABOUT = FieldInfo("about", "text", "", "One line that says what the arm is for.", (), False)
AXIS = FieldInfo("grid", LIST, "", "Each value makes an arm; several axes, every combination.", (), False)


class Row(NamedTuple):
    """A line of the form.

    Attributes:
        sort: "section" (a heading), "field", "arm" (the name of an arm), "axis" (of the grid), "stray" (a key that no
            section has), or "new arm", "new field", "new axis", where a name is written to add one, or "more": on to
            other arms.
        path: where its value is in the document; for "new …" the place something is added to, with an empty last part;
            for "more" the arm that it leads to.
        label: what stands before the value.
        depth: how far it is indented.
        text: the value as it is typed, "" where it isn't set.
        default: what holds where it isn't set.
        field: what the field table says of it; None for headings, arms and stray keys.
        changed: whether it is another value than the draft began with.
        elsewhere: what arms say in its place: (index of the arm, value).
    """

    sort: str
    path: Path
    label: str
    depth: int = 0
    text: str = ""
    default: str = ""
    field: FieldInfo | None = None
    changed: bool = False
    elsewhere: tuple[tuple[int, str], ...] = ()

    @property
    def kind_says(self) -> str:
        """What the kind of table that stands here is, in a sentence; "" where it is no table."""
        parts = parts_of(self.field, self.text) if self.field is not None and self.text else ()
        return next((part.description for part in parts if leaf(part) in DISCRIMINATORS), "")

    @property
    def key(self) -> str:
        """The row's name in error lines."""
        return dotted(self.path)

    @property
    def focusable(self) -> bool:
        """Whether anything can be written there."""
        return self.sort != "section"


def rows(draft: Draft, also: Collection[Path] = (), focus: Path = ()) -> tuple[Row, ...]:
    """All rows of a draft, but of many arms only a page.

    Args:
        also: paths below an arm whose row is shown although nothing is set there (yet).
        focus: a path; the page is the one of its arm, the first where it is in none.
    """
    return tuple(_Lister(draft, also, focus).all())


class _Lister:
    """The walk through a draft, with what each step of it needs to know."""

    def __init__(self, draft: Draft, also: Collection[Path], focus: Path) -> None:
        self._draft, self._also = draft, also
        self._names = list(draft.arms)
        in_arms = len(focus) > 1 and focus[0] == "arms" and focus[1] in draft.arms
        self._first = self._names.index(focus[1]) // PAGE * PAGE if in_arms else 0
        self._said: dict[Path, list[tuple[int, Any]]] = {}
        for index, name in enumerate(self._names):
            for path, value in _nodes(draft.arm(name)):
                self._said.setdefault(path, []).append((index, value))

    def all(self) -> Iterator[Row]:
        document = self._draft.document
        yield Row("section", (), "experiment", default="What is asked, and of how many seeds.")
        yield from self._fields(fields_in(""), (), 1)
        yield from (self._row("stray", (key,), key, 1, None) for key in document if key not in TOP)
        for section in SECTIONS:
            yield Row("section", (section,), section, default=RunSpec.model_fields[section].description)
            table = document.get(section)
            yield from self._table(section_fields(section, table), (section,), 1, table)
        yield Row("section", ("arms",), "arms", default="Each is the above with fields of its own.")
        last = min(self._first + PAGE, len(self._names))
        if self._first:
            yield self._more(self._first - 1, f"{self._first:,} before")
        for index in range(self._first, last):
            yield from self._arm(index, self._names[index])
        if last < len(self._names):
            yield self._more(last, f"{len(self._names) - last:,} more")
        yield Row("new arm", ("arms", ""), "+ arm", 1)
        yield Row("section", ("grid",), "grid", default="Lists of values, multiplied out into arms.")
        grid = document.get("grid")
        for axis in grid if isinstance(grid, dict) else ():
            yield self._row("axis", ("grid", axis), axis, 1, AXIS)
        yield Row("new axis", ("grid", ""), "+ axis", 1, field=run_fields("a list of values makes arms"))

    def _more(self, index: int, words: str) -> Row:
        """The way to the arms that aren't listed."""
        listed = f"arms {self._first + 1:,} to {min(self._first + PAGE, len(self._names)):,} of {len(self._names):,}"
        return Row("more", ("arms", self._names[index]), words, 1, default=f"{listed} are here; + arm goes by name")

    def _arm(self, index: int, name: str) -> Iterator[Row]:
        path = ("arms", name)
        yield Row("arm", path, "arm", 1, name, changed=self._draft.changed(path), elsewhere=((index, ""),))
        yield self._row("field", (*path, "about"), "about", 2, ABOUT)
        arm = self._draft.arm(name)
        for section in (key for key in SECTIONS if key in arm or any(p[:3] == (*path, key) for p in self._also)):
            table = arm.get(section)
            fields = section_fields(section, self._draft.effective((*path, section)))
            yield from self._table(fields, (*path, section), 2, table, sparse=True)
        strays = [key for key in arm if key not in (*SECTIONS, "about")]
        yield from (self._row("stray", (*path, key), key, 2, None) for key in strays)
        yield Row("new field", (*path, ""), "+ field", 2, field=run_fields("for this arm alone"))

    def _table(
        self, fields: Iterable[FieldInfo], prefix: Path, depth: int, table: Any, sparse: bool = False
    ) -> Iterator[Row]:
        """The fields of a table, and the keys in it that are none. Sparse: only those that are set."""
        fields = tuple(fields)
        yield from self._fields(fields, prefix, depth, sparse)
        known = {leaf(field) for field in fields} | DISCRIMINATORS
        for key in table if isinstance(table, dict) else ():
            if key not in known:
                yield self._row("stray", (*prefix, key), key, depth, None)

    def _fields(self, fields: Iterable[FieldInfo], prefix: Path, depth: int, sparse: bool = False) -> Iterator[Row]:
        for field in fields:
            path = (*prefix, leaf(field))
            there, value = value_at(self._draft.document, path)
            if leaf(field) in DISCRIMINATORS and len(field.choices) < 2:
                continue
            if sparse and not there and path not in self._also:
                continue
            label = ".".join(path[2:]) if sparse else leaf(field)
            yield self._row("field", path, label, depth, field)
            holds = self._draft.effective(path) if path[0] == "arms" else value
            if isinstance(holds, dict):
                yield from self._table(parts_of(field, kind_of(holds, path[-1])), path, depth + 1, value)

    def _row(self, sort: str, path: Path, label: str, depth: int, field: FieldInfo | None) -> Row:
        there, value = value_at(self._draft.document, path)
        default = field.default.strip('"') if field is not None else ""
        inherited = self._draft.effective(path) if path[0] == "arms" else value
        if not there and inherited is not None:
            default = text_of(inherited, path[-1])
        return Row(
            sort,
            path,
            label,
            depth,
            text_of(inherited if isinstance(value, dict) else value, path[-1]) if there else "",
            default,
            field,
            self._draft.changed(path),
            self._elsewhere(path) if path[0] in SECTIONS else (),
        )

    def _elsewhere(self, path: Path) -> tuple[tuple[int, str], ...]:
        return tuple((index, text_of(value, path[-1])) for index, value in self._said.get(path, ()))


def _nodes(table: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every place in a table, with what stands there."""
    for key, value in table.items():
        yield (*path, key), value
        if isinstance(value, dict):
            yield from _nodes(value, (*path, key))


@cache
def run_fields(what: str) -> FieldInfo:
    """A field whose choices are the fields of a run by their dotted names: what an arm or the grid can set."""
    keys = dict.fromkeys(field.key for field in field_table() if field.key.count(".") == 1)
    single = {f"{section}.kind" for section in SECTIONS if not kinds_of(section)}
    return FieldInfo(
        "", "the name of a field", "", f"A field, {what}.", tuple(key for key in keys if key not in single), False
    )


def field_key(text: str) -> str:
    """The dotted field of a run that `text` names: whole, or its last name where only one section has it.

    Raises:
        BadInput: there is no such field.
    """
    keys, short = run_fields("").choices, leaf_paths().get(text, ())
    if text in keys or in_open_table(text):
        return text
    if len(short) == 1 and short[0] in keys:
        return short[0]
    if len(short) > 1:
        raise BadInput(f"{text} is in several sections; write one of {', '.join(short)}")
    close = alike(text, [*keys, *leaf_paths()])
    raise BadInput(f"unknown field {text!r}; " + (f"nearest: {', '.join(close)}" if close else "such as optimizer.lr"))


def attach(
    listed: Iterable[Row], problems: Iterable[tuple[str, str]]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Where each mistake of a `Verdict` is shown: sentences by the key of a row, and those that no row is about.

    A mistake about a field that isn't listed stands with the table that the field is in.
    """
    keys = {row.key for row in listed if row.sort != "more" and row.path}
    under: dict[str, tuple[str, ...]] = {}
    others: list[str] = []
    for field, text in problems:
        place = field
        while place and place not in keys:
            place = place.rpartition(".")[0]
        if place:
            words = text if place == field else f"{field.removeprefix(place + '.')}: {text}"
            under[place] = (*under.get(place, ()), words)
        else:
            others.append(f"{field}: {text}" if field else text)
    return under, tuple(others)
