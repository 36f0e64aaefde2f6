"""The field table for people: each key once, with the kinds that have it where not all do."""

from collections.abc import Iterator, Sequence

from grokterm.console.text import fold
from grokterm.spec import FieldInfo

Kinds = dict[str, dict[str, None]]  # by the key of a section or a table, in the order of the field table


def field_lines(table: Sequence[FieldInfo], width: int) -> Iterator[str]:
    """The lines of a list: a key with its default, and below it what is allowed and what it means.

    Where kinds of a table disagree about a field, there is a paragraph for each opinion.
    """
    all_kinds = _kinds(table)
    by_key: dict[str, list[FieldInfo]] = {}
    for field in table:
        by_key.setdefault(field.key, []).append(field)
    for key, fields in by_key.items():
        if key.endswith((".kind", ".schedule")):
            yield from _choices(key, fields, width)
            continue
        opinions: dict[tuple[str, str, str], list[FieldInfo]] = {}
        for field in fields:
            opinions.setdefault((field.default, field.type, field.description), []).append(field)
        yield f"{key} = {next(iter(opinions))[0]}" if len({opinion[0] for opinion in opinions}) == 1 else key
        several = len({opinion[0] for opinion in opinions}) > 1
        for (default, type_, meaning), those in opinions.items():
            facts = [*_of(those, all_kinds), f"default {default}"] if several else _of(those, all_kinds)
            yield fold(f"{meaning} [{'; '.join([type_, *facts])}]", width, "    ", "    ")


def _choices(key: str, fields: Sequence[FieldInfo], width: int) -> Iterator[str]:
    """What a section or a table can be: every kind with its sentence."""
    said = {choice: field.description for field in fields for choice in field.choices}
    yield key + (f" = {fields[0].default}" if key.count(".") == 1 else "")
    if len(set(said.values())) == 1 and len(said) > 1:
        yield fold(f"{fields[0].description} [one of {', '.join(said)}]", width, "    ", "    ")
        return
    for choice, words in said.items():
        yield fold(f"{choice}: {words}", width, "    ", "      ")


def _kinds(table: Sequence[FieldInfo]) -> Kinds:
    """What every section or table can be."""
    found: Kinds = {}
    for field in table:
        for place, kind in _marks(field.path):
            found.setdefault(place, {})[kind] = None
    return found


def _of(fields: Sequence[FieldInfo], all_kinds: Kinds) -> list[str]:
    """["only sgd, muon"]: the kinds of each table around these fields, of a table where not all of them have it."""
    words = []
    for place, kinds in _kinds(fields).items():
        if len(kinds) < len(all_kinds[place]):
            words.append(f"only {', '.join(kinds)}")
    return words


def _marks(path: str) -> Iterator[tuple[str, str]]:
    """("optimizer", "adamw"), ("optimizer.weight_decay", "linear") of optimizer[adamw].weight_decay[linear].end."""
    place = ""
    for piece in path.split("]")[:-1]:
        name, _, kind = piece.partition("[")
        place += name
        yield place, kind
