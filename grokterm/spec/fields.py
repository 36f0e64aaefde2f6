"""Every field of a spec as a flat list: what help, the console's form and the error lines are drawn from."""

import re
import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import Tag
from pydantic.fields import FieldInfo as PydanticField
from pydantic_core import PydanticUndefined

from grokterm.spec.base import TAG_PREFIX, Section
from grokterm.spec.experiment import Header
from grokterm.spec.run import RunSpec

NUMBERS = {int: "an integer", float: "a number", bool: "true or false", str: "text"}


class FieldInfo(NamedTuple):
    """One field of a preset.

    Attributes:
        path: dotted; where a table has several kinds, the kind stands in brackets:
            `optimizer.weight_decay[linear].final`.
        type: what is allowed, in words.
        default: as text; "required" where there is none.
        description: what it means and what follows from it.
        choices: the allowed values where they can be listed, else ().
        per_member: whether it may differ inside one cohort.
        own_meaning: whether it is something else than the field of that name in other kinds of its section.
        open: whether it is a table with keys of the user's own.
    """

    path: str
    type: str
    default: str
    description: str
    choices: tuple[str, ...]
    per_member: bool
    own_meaning: bool = False
    open: bool = False

    @property
    def key(self) -> str:
        """The path as it is written in a preset or after --set."""
        return re.sub(r"\[[^\]]*\]", "", self.path)


@cache
def field_table() -> tuple[FieldInfo, ...]:
    """All fields: the header's, then the run's, section by section."""
    return (*_walk(Header, ""), *_walk(RunSpec, ""))


@cache
def leaf_paths() -> dict[str, tuple[str, ...]]:
    """The fields of sections by their last name, schedules left out: {"lr": ("optimizer.lr",), ...}."""
    leaves: dict[str, tuple[str, ...]] = {}
    for key in dict.fromkeys(field.key for field in field_table()):
        if key.count(".") == 1:
            leaf = key.rpartition(".")[2]
            leaves[leaf] = (*leaves.get(leaf, ()), key)
    return leaves


def in_open_table(key: str) -> bool:
    """Whether a dotted path leads into a table with keys of the user's own: task.options.n."""
    return any(field.open and key.startswith(f"{field.key}.") for field in field_table())


def _walk(section: type[Section], prefix: str, depth: int = 0, marked: bool = False) -> Iterator[FieldInfo]:
    for name, field in section.model_fields.items():
        path = f"{prefix}{name}"
        variants = variants_of(field)
        if variants and depth == 0 and section is RunSpec:
            for tag, variant in variants.items():
                mark = f"[{tag}]" if len(variants) > 1 else ""
                yield from _walk(variant, f"{path}{mark}.", depth + 1)
            continue
        if (field.json_schema_extra or {}).get("hidden"):
            continue
        info = _describe(path, field)
        info = info._replace(per_member=info.per_member or marked)
        yield info
        # A schedule of a schedule has the same fields again: once is enough.
        for tag, variant in variants.items() if depth < 2 else ():
            yield from _walk(variant, f"{path}[{tag}]." if tag else f"{path}.", depth + 1, info.per_member)


def _describe(path: str, field: PydanticField) -> FieldInfo:
    extra = field.json_schema_extra or {}
    choices = choices_of(field)
    return FieldInfo(
        path,
        type_text(field),
        default_text(field),
        field.description or "",
        choices,
        extra.get("per_member", False),
        extra.get("own_meaning", False),
        extra.get("open", False),
    )


def variants_of(field: PydanticField) -> dict[str, type[Section]]:
    """The sections a field can hold, by tag; {} for a plain value. One that needs no tag is under ""."""
    found: dict[str, type[Section]] = {}
    _collect(field.annotation, "", found)
    return found


def _collect(annotation: Any, tag: str, found: dict[str, type[Section]]) -> None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        found[tag.removeprefix(TAG_PREFIX)] = annotation
    elif get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        tag = next((mark.tag for mark in marks if isinstance(mark, Tag)), tag)
        _collect(inner, tag, found)
    elif get_origin(annotation) in (Union, types.UnionType):
        for inner in get_args(annotation):
            _collect(inner, tag, found)


def choices_of(field: PydanticField) -> tuple[str, ...]:
    """The values of a `Literal`, or the tags of a union of tables."""
    variants = variants_of(field)
    if variants:
        return tuple(tag for tag in variants if tag)
    if field.annotation is bool:
        return ("true", "false")
    return tuple(str(value) for value in _literals(field.annotation))


def _literals(annotation: Any) -> tuple:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType, Annotated):
        return tuple(value for inner in get_args(annotation) for value in _literals(inner))
    return ()


def default_text(field: PydanticField) -> str:
    """The default in words."""
    text = (field.json_schema_extra or {}).get("default_text")
    if text:
        return text
    if field.default is PydanticUndefined:
        return "required"
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return '""' if field.default == "" else str(field.default)


def type_text(field: PydanticField) -> str:
    """What a field allows, in words: "an integer, 2 to 2000"."""
    text = (field.json_schema_extra or {}).get("type_text")
    if text:
        return text
    variants = {tag: variant for tag, variant in variants_of(field).items() if tag}
    if variants:
        scheduled = all("schedule" in variant.model_fields for variant in variants.values())
        start = "a number, or a table" if "constant" in variants else "a table"
        return f"{start} whose {'schedule' if scheduled else 'kind'} is one of {', '.join(variants)}"
    return _words(field.annotation, field.metadata)


def _words(annotation: Any, metadata: Any = ()) -> str:
    if annotation in NUMBERS:
        return NUMBERS[annotation] + _range(metadata)
    if get_origin(annotation) is Literal:
        quoted = [f'"{value}"' for value in get_args(annotation)]
        return quoted[0] if len(quoted) == 1 else f"one of {', '.join(quoted)}"
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        return _words(inner, [piece for mark in marks for piece in getattr(mark, "metadata", [mark])])
    if get_origin(annotation) in (Union, types.UnionType):
        return " or ".join(_words(inner, metadata) for inner in get_args(annotation) if inner is not type(None))
    return "a table"


def _range(metadata: Any) -> str:
    bounds = {
        name: getattr(mark, name) for mark in metadata for name in ("ge", "gt", "le", "lt") if hasattr(mark, name)
    }
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    if low is not None and high is not None:
        strict = [word for key, word in (("gt", f"above {low}"), ("lt", f"below {high}")) if key in bounds]
        if not strict:
            return f", {low} to {high}"
        weak = [word for key, word in (("ge", f"from {low}"), ("le", f"up to {high}")) if key in bounds]
        return ", " + " and ".join(sorted(strict + weak, key=lambda word: word.startswith(("below", "up"))))
    if low is not None:
        return f", above {low}" if "gt" in bounds else f", {low} or more"
    return ""
