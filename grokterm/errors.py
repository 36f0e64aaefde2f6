"""The errors a user can cause or meet. Each is one line: what is wrong, where, and what would be right.

They are caught in one place, `grokterm.cli.main`, which prints them and exits with `exit_code`.
"""

from collections.abc import Sequence


class GroktermError(Exception):
    """Something went wrong that the user should read about in one line.

    Args:
        message: what is wrong and where.
        hint: what would be right, or what to do next; said behind the message, in the same line.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInput(GroktermError):
    """The input was refused and nothing was created. Carries every problem found, not only the first."""

    exit_code = 2

    def __init__(self, problems: str | Sequence[str], hint: str | None = None) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems), hint)


class NotFound(GroktermError):
    """A name, a path or a device that was asked for does not exist."""

    exit_code = 3
