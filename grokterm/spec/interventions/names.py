"""Tensors by name."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from grokterm.nearest import instead
from grokterm.spec.interventions.when import Problem, listed

Names = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]


def matching(names: Iterable[str], patterns: Iterable[str]) -> tuple[str, ...]:
    """The names that fit any of the patterns (`*`, `?`, `[ab]`), in their order."""
    patterns = tuple(patterns)
    return tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))


def unknown_names(field: str, patterns: Iterable[str], spec: Any) -> list[Problem]:
    """A problem for the first pattern that fits no tensor of the network of the run `spec`."""
    if not spec.known or spec.task.shown.kind not in spec.model.reads:
        return []  # nothing is known of the network yet, or there is none, which is said elsewhere
    names = tuple(spec.model.tensors(spec.task.shown))
    unknown = [pattern for pattern in patterns if not matching(names, [pattern])]
    return [((field,), f'no tensor "{unknown[0]}"; {instead(unknown[0], names)}')] if unknown else []
