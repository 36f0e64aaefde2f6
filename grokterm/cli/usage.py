"""What is wrong with the words of a command line, in one line: for which command, and what would be right."""

from collections.abc import Iterator, Sequence
from importlib import import_module

import typer
from typer.core import TyperGroup

from grokterm.errors import BadInput
from grokterm.nearest import alike, instead

_CLICK = import_module(typer.BadParameter.__module__)  # the errors of Click; Typer may bring a copy of its own
UsageError = _CLICK.UsageError


class Commands(TyperGroup):
    """A group of commands that answers an unknown one with the nearest."""

    def resolve_command(self, ctx, args):
        """Click's, which finds the command that the first word names.

        Raises:
            BadInput: there is none.
        """
        if args[0] not in self.commands and not ctx.resilient_parsing:
            see = f"`{ctx.command_path} --help` lists all"
            raise BadInput(
                f"{_of(ctx.command_path)}no command {args[0]!r}; {instead(args[0], list(self.commands), see=see)}"
            )
        return super().resolve_command(ctx, args)


def refusal(problem: Exception, root, words: Sequence[str]) -> BadInput:
    """Typer's error about what was typed, as ours.

    Args:
        problem: a `UsageError`.
        root: the command `grokterm`.
        words: what was typed behind it.
    """
    typed = list(_typed(root, words))
    path, command = typed[-1]
    if problem.ctx is not None:
        path, command = problem.ctx.command_path, problem.ctx.command
    if isinstance(problem, _CLICK.NoSuchOption):
        if (place := _elsewhere(problem.option_name, typed)) is not None:
            return BadInput(f"{_of(path)}{place}")
        said = _no_option(problem.option_name, command)
    elif isinstance(problem, _CLICK.MissingParameter):
        said = _missing(problem.param)
    elif isinstance(problem, _CLICK.BadParameter) and problem.param is not None:
        said = f"{problem.param.opts[-1]}: {_words(problem.message)}"
    else:
        said = _words(problem.format_message())
    return BadInput(f"{_of(path)}{said}", f"see `{path} --help`")


def _typed(root, words: Sequence[str]) -> Iterator[tuple[str, object]]:
    """The commands that were typed, each inside the one before it, with their names; the first is `root`."""
    path, command = "grokterm", root
    yield path, command
    for word in words:
        if word in getattr(command, "commands", {}):
            path, command = f"{path} {word}", command.commands[word]
            yield path, command


def _elsewhere(name: str, typed: Sequence[tuple[str, object]]) -> str | None:
    """Where an option stands that another of the commands that were typed has; None where none has it."""
    for path, other in typed:
        if name in _options(other):
            metavar = next(one.metavar for one in other.params if name in (*one.opts, *one.secondary_opts))
            option, behind = " ".join(filter(None, (name, metavar))), typed[-1][0].removeprefix(path)
            if behind:
                return f"{name} stands before the command: {path} {option}{behind} …"
            return f"{name} stands behind the command: {path} … {option}"
    return None


def _no_option(name: str, command) -> str:
    close = alike(name, [*_options(command), "--help"])
    return f"no option {name}" + (f"; nearest: {', '.join(close)}" if close else "")


def _options(command) -> list[str]:
    return [option for one in command.params for option in (*one.opts, *one.secondary_opts) if option.startswith("-")]


def _missing(parameter) -> str:
    """What is said of an argument that isn't there: the first sentence of its help is what would be right."""
    right = (parameter.help or "").partition(". ")[0]
    return f"{parameter.metavar} is missing" + (f"; right would be {_words(right)}" if right else "")


def _words(text: str) -> str:
    """A sentence as a part of ours."""
    text = " ".join(text.split()).removeprefix("Value error, ").rstrip(".")
    return text[:1].lower() + text[1:]


def _of(path: str) -> str:
    """`run: ` for `grokterm run`; nothing for `grokterm` itself, which stands before every error."""
    name = path.partition(" ")[2]
    return f"{name}: " if name else ""
