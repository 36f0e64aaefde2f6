"""`--set key=value`: small documents that go over the preset.

optimizer.lr=3e-3                 the base: every arm that doesn't say otherwise
arms.dynamic.optimizer.lr=3e-3    one arm
stop.steps=500  seeds=8  title=x  any key of a preset
grid.optimizer.lr=[1e-3, 3e-3]    an axis of the grid; its key may be quoted, as in a file
lr=3e-3                           a field's last name, where only one section has it
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import tomli

from grokterm.nearest import alike, instead
from grokterm.spec.experiment import Header
from grokterm.spec.fields import leaf_paths
from grokterm.spec.problems import FIELDS_LISTED
from grokterm.spec.run import RunSpec

Path = tuple[str, ...]

_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^."']*))\s*(?:\.|\Z)""")
_WHOLE = re.compile(r"""((?:"[^"]*"|'[^']*'|[^="'])*)=(.*)\Z""", re.DOTALL)  # a quoted key may hold an equals sign


class Override(NamedTuple):
    """One `--set`: the path in the document, and the value."""

    path: Path
    value: Any

    @property
    def document(self) -> dict[str, Any]:
        """The override as a document of its own."""
        return nested(self.path, self.value)


def nested(path: Path, value: Any) -> dict[str, Any]:
    """{"a": {"b": value}} for the path ("a", "b")."""
    for key in reversed(path):
        value = {key: value}
    return value


def read_overrides(texts: Iterable[str], arms: Sequence[str]) -> tuple[list[Override], list[str]]:
    """The overrides among `texts`, and a line for each that can't be read.

    Args:
        texts: "key=value". The value is read as TOML, and taken as it stands where it isn't any.
        arms: names of the arms that the preset has.
    """
    overrides, problems = [], []
    for text in texts:
        path, value = _split(text, arms)
        problem = _refusal(path, value, arms)
        if problem:
            problems.append(f"--set {text.partition('=')[0]}: {problem}")
        else:
            overrides.append(Override(complete(path), read_value(value)))
    return overrides, problems


def _split(text: str, arms: Sequence[str]) -> tuple[Path, str | None]:
    # A name of an arm may hold dots and equals signs, so the known names are tried first, the longest first.
    for name in sorted(arms, key=len, reverse=True):
        match = re.match(rf"""arms\.(["']?){re.escape(name)}\1\.([^=]*)=(.*)\Z""", text, re.DOTALL)
        if match:
            return ("arms", name, *_keys(match[2])), match[3]
    match = _WHOLE.match(text)
    key, equals, value = (match[1], "=", match[2]) if match else text.partition("=")
    return _keys(key), value if equals else None


def _keys(dotted: str) -> Path:
    """The parts between dots; a quoted one may hold dots itself."""
    keys, end = [], 0
    while match := _KEY.match(dotted, end):
        keys.append(match[1] or match[2] or (match[3] or "").strip())
        end = match.end()
        if not match[0].endswith("."):
            return tuple(keys)
    return tuple(part.strip() for part in dotted.split("."))  # a quotation mark inside a word is what it is


def _refusal(path: Path, value: str | None, arms: Sequence[str]) -> str | None:
    if value is None or not all(path):
        return "expected key=value, such as optimizer.lr=3e-3"
    if path[0] == "extends":
        return "can't be overridden: name the preset you mean"
    if path[0] in ("origin", "changed"):
        return "is written by the program"
    if path[0] == "small":
        return "can't be overridden: with --small, set the field itself"
    if path[0] == "arms" and (len(path) < 3 or path[1] not in arms):
        return _refused_arm(path[1:], arms)
    if len(path) == 1 and not _is_top(path[0]):
        paths = leaf_paths().get(path[0], ())
        if len(paths) > 1:
            return f"is in several sections; write one of {', '.join(paths)}"
        if not paths:
            close = alike(path[0], [*leaf_paths(), *Header.model_fields, *RunSpec.model_fields])
            whole = ", ".join(leaf_paths().get(name, (name,))[0] for name in close)
            said = f"nearest: {whole}" if whole else "expected section.field, such as optimizer.lr"
            return f"unknown field; {said}; {FIELDS_LISTED}"
    return None


def _refused_arm(path: Path, arms: Sequence[str]) -> str:
    """Of a whole arm, or one that the preset doesn't have; `path` begins with its name."""
    if not arms:
        return "the preset has no arms; an arm is written in a preset, [arms.NAME]"
    if len(path) < 2 and (not path or path[0] in arms):
        return f"--set changes one value of an arm, such as arms.{path[0] if path else arms[0]}.optimizer.lr=3e-3"
    known = instead(path[0], arms, "arms")
    return f"expected arms.NAME.section.field with the name of an arm; {known}"


def _is_top(key: str) -> bool:
    return key in Header.model_fields or key in RunSpec.model_fields or key == "grid"


def complete(path: Path) -> Path:
    """The whole path of a field that was named by its last name alone."""
    if path[0] == "grid":
        return ("grid", ".".join(path[1:])) if len(path) > 1 else path
    if len(path) == 1 and not _is_top(path[0]):
        return _keys(leaf_paths()[path[0]][0])
    return path


def read_value(text: str) -> Any:
    """What `text` is in TOML; the text itself where it isn't any."""
    try:
        document = tomli.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return document["value"] if len(document) == 1 else text
