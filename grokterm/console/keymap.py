"""Keys that the user has moved: checked against the table of commands, so that no key does two things on one screen."""

from collections.abc import Mapping
from typing import Any

from grokterm.console.commands import APP, COMMANDS, DIALOGS, HELP, HOME, NEW, PLACES, key_name
from grokterm.nearest import instead

_MODIFIERS = ("ctrl+", "shift+", "alt+", "super+")


def resolve(asked: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What of a `[keys]` table can be done.

    Args:
        asked: for the id of a command a key, or a list of keys.

    Returns:
        keys by id, in Textual's names, separated by commas; and one line for everything left out.
    """
    moved: dict[str, str] = {}
    problems = []
    ids = [entry.id for entry in COMMANDS]
    for name, value in asked.items():
        keys = [value] if isinstance(value, str) else value
        if name not in ids:
            problems.append(f"keys.{name}: no such command; {instead(name, ids, see='`grokterm keys` lists all')}")
        elif not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
            problems.append(f'keys.{name}: must be a key or a list of keys, like "N" or ["N", "f2"]')
        elif unknown := [key for key in keys if not known(key)]:
            problems.append(f"keys.{name}: {unknown[0]!r} is no key; one character, or a name like ctrl+k, f2, space")
        else:
            moved[name] = ",".join(dict.fromkeys(normal(key) for key in keys))
    while (clash := _clash(moved)) is not None:
        name, problem = clash
        problems.append(problem)
        del moved[name]
    return moved, tuple(problems)


def normal(key: str) -> str:
    """A key in Textual's name: `?` is `question_mark`, `shift+k` is `K`."""
    from textual.keys import _character_to_key

    modifiers, base = _parts(key)
    if modifiers == "shift+" and len(base) == 1 and base.isalpha():
        return base.upper()
    return modifiers + (_character_to_key(base) if len(base) == 1 else base)


def known(key: str) -> bool:
    """There is such a key: a printable character, or a name that Textual gives to one, with modifiers before it."""
    from textual.keys import REPLACED_KEYS, Keys, key_to_character

    _, base = _parts(key)
    if len(base) == 1:
        return base.isprintable()
    return base in REPLACED_KEYS or base in {one.value for one in Keys} or (key_to_character(base) or "é").isascii()


def _parts(key: str) -> tuple[str, str]:
    modifiers, base = "", key
    while modifier := next((one for one in _MODIFIERS if base.startswith(one) and len(base) > len(one)), None):
        modifiers, base = modifiers + modifier, base.removeprefix(modifier)
    return modifiers, base


def _clash(moved: Mapping[str, str]) -> tuple[str, str] | None:
    """The last moved command that meets another on some screen, and what to say about it."""
    for scope in PLACES:
        taken: dict[str, str] = dict.fromkeys(_reserved(scope), "")
        for entry in sorted(COMMANDS, key=lambda entry: entry.id in moved):  # the moved ones last: they give way
            if scope not in entry.where and (APP not in entry.where or scope in DIALOGS):
                continue
            for key in moved.get(entry.id, entry.key).split(","):
                other = taken.setdefault(key, entry.id)
                if other != entry.id and entry.id in moved:
                    what = f"{other!r} on the screen “{PLACES[scope]}”" if other else "moving about and leaving"
                    return entry.id, f"keys.{entry.id}: {key_name(key)} is taken by {what}; it keeps its own key"
    return None


def _reserved(scope: str) -> set[str]:
    """Keys that lists and the terminal have for themselves."""
    keys = {"ctrl+c", "ctrl+q"}
    if scope in (HOME, NEW, HELP):
        from grokterm.console.widgets.table import Table

        keys |= {key for binding in Table.BINDINGS for key in binding.key.split(",")}
    return keys
