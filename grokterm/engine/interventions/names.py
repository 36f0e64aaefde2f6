"""Tensors by name."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from grokterm.errors import BadInput


def matching(names: Sequence[str], patterns: Iterable[str], field: str) -> tuple[str, ...]:
    """The names that fit any of the patterns (`*`, `?`, `[ab]`), in their order.

    Raises:
        BadInput: a pattern that fits none of them; `field` is where it was written.
    """
    patterns = tuple(patterns)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise BadInput(f'{field}: no tensor "{pattern}"; there is: {", ".join(names)}')
    return tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))
