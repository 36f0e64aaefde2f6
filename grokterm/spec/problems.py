"""Validation errors as lines a person can act on: file, field, what is wrong, what was given, what is
allowed, the nearest name.

    mine.toml: arms.fast.optimizer.lrr: unknown field (given 0.001); nearest: lr; `grokterm presets fields` lists all
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic.fields import FieldInfo as PydanticField

from grokterm.nearest import LISTED, instead, nearest
from grokterm.spec.base import COMBINATION, TAG_PREFIX, Section
from grokterm.spec.fields import choices_of, leaf_paths, type_text, variants_of
from grokterm.spec.merge import kind_of

Path = tuple[str, ...]

FIELDS_LISTED = "`grokterm presets fields` lists all"
"""Where somebody finds the name of a field."""


class Problem(NamedTuple):
    """One mistake.

    Attributes:
        paths: the fields it is about, the one to blame first; several where right values clash.
        text: the rest of the line.
        sort: "value", "missing" or "combination". The last two may be mended by a layer further up.
    """

    paths: tuple[Path, ...]
    text: str
    sort: str


def problems_of(error: ValidationError, root: type[Section], document: dict[str, Any]) -> list[Problem]:
    """All mistakes that pydantic found in `document` while it made a `root` of it."""
    found: dict[tuple, Problem] = {}
    for detail in error.errors(include_url=False):
        for problem in _translate(detail, root, document):
            found.setdefault((problem.paths, problem.sort), problem)
    return list(found.values())


def _translate(detail: dict[str, Any], root: type[Section], document: dict[str, Any]) -> Iterable[Problem]:
    path, section, field = _locate(detail["loc"], root)
    kind = detail["type"]
    if kind == "default_factory_not_called":  # a default that waits for a field with a mistake of its own
        return
    if kind == COMBINATION:
        for fields, text in detail["ctx"]["problems"]:
            paths = tuple((*path, *dotted.split(".")) for dotted in fields)
            yield Problem(paths, text, "combination")
        return
    path = _written(path, document)
    if kind == "extra_forbidden":
        text = unknown(path[-1], list(section.model_fields), _given(document, path), "field", ".".join(path))
        yield Problem((path,), text, "value")
    elif kind == "missing":
        yield Problem((path,), f"missing; {_expected(field)}", "missing")
    else:
        detail_text = f"{detail['msg']}; " if kind == "seeds" else ""
        yield Problem(
            (path,),
            f"{detail_text}{_expected(field)}{_given(document, path)}{_nearest(document, path, field)}",
            "value",
        )


def _locate(loc: tuple, root: type[Section]) -> tuple[Path, type[Section], PydanticField | None]:
    """The path of an error without the tags of unions, the section it is in, and the field it is about."""
    path: list[str] = []
    section: Any = root
    inside: Any = root
    field = None
    for item in map(str, loc):
        if item.startswith(TAG_PREFIX):
            inside = variants_of(field)[item.removeprefix(TAG_PREFIX)]
            continue
        if inside is None:  # the parts of a plain union or a list: the field itself is to blame
            break
        section, field = inside, inside.model_fields.get(item)
        path.append(item)
        variants = variants_of(field) if field else {}
        inside = variants[""] if list(variants) == [""] else None
    return tuple(path), section, field


def _written(path: Path, document: Any) -> Path:
    """The path cut where the document has a plain value: `weight_decay = -1` has no `weight_decay.value`."""
    here = document
    for depth, key in enumerate(path):
        if not isinstance(here, dict):
            return path[:depth]
        here = here.get(key)
    return path


def value_at(document: Any, path: Path) -> tuple[bool, Any]:
    """Whether the document has a value at `path`, and the value."""
    for key in path:
        if not isinstance(document, dict) or key not in document:
            return False, None
        document = document[key]
    return True, document


def _expected(field: PydanticField | None) -> str:
    return f"expected {type_text(field)}" if field is not None else "not allowed here"


def _given(document: Any, path: Path) -> str:
    there, value = value_at(document, path)
    return f" (given {show(value)})" if there else ""


def _nearest(document: Any, path: Path, field: PydanticField | None) -> str:
    value = value_at(document, path)[1]
    value = kind_of(value) or value
    name = nearest(value, choices_of(field)) if field is not None and isinstance(value, str) else None
    return f"; nearest: {name}" if name else ""


def unknown(name: str, allowed: list[str], given: str, what: str, own: str = "") -> str:
    """The text about a name that isn't there: what is allowed, where that is short, and what is nearest.

    Args:
        own: the dotted path at which it was given.
    """
    elsewhere = [path for path in leaf_paths().get(name, ()) if path != own] if name not in allowed else []
    if own in leaf_paths().get(name, ()):
        return f"this kind has no {name}{given}, another has; {FIELDS_LISTED}"
    if elsewhere:
        listed = f"allowed: {', '.join(allowed)}; " if len(allowed) <= LISTED else ""
        return f"unknown {what}{given}; {listed}nearest: {' or '.join(elsewhere)}"
    return f"unknown {what}{given}; {instead(name, allowed, 'allowed', FIELDS_LISTED)}"


def show(value: Any, width: int = 60) -> str:
    """A value as it would look in TOML, in one line of at most `width` characters."""
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key} = {show(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(show(item) for item in value[:width]) + "]"
    elif isinstance(value, str | bool):
        text = json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    return text if len(text) <= width else text[: width - 1] + "…"


def plain_line(text: str) -> str:
    """The text with what can't be printed spelled out: what a file contains can't command the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
