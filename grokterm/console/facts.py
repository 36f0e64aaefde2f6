"""What a filter can ask of an experiment: the keys, what kind of value each has, and where the value comes from.

A key of its own is a line in `_own`. Beside these every field of the spec is a key, by its path or its last name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from grokterm.console.look import STATES
from grokterm.errors import BadInput
from grokterm.names import short_name
from grokterm.nearest import alike

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.spec import Scalar

    Fields = Mapping[str, tuple[Scalar, ...]]

TEXT, NUMBER, SHARE, AGE, FLAG, FIELD = "text", "number", "share", "age", "flag", "field"


@dataclass(frozen=True)
class Key:
    """Something that can be asked for.

    Attributes:
        kind: what its values are; `FIELD` is whatever the spec has there, a number or a word.
        help: a few words.
        take: its values for an experiment at a time (unix seconds). Unused where `kind` is `FIELD`.
        choices: the values it can have, where they can be listed.
        numeric: numbers are allowed.
    """

    name: str
    kind: str
    help: str
    take: Callable[[Summary, float], tuple] = lambda summary, now: ()
    choices: tuple[str, ...] = ()
    numeric: bool = False


def state_word(summary: Summary) -> str:
    """The word for its state, as `look` has it."""
    return str(summary.state) if summary.state is not None else "broken"


_own = (
    Key("state", TEXT, "what it is doing", lambda s, now: (state_word(s),), tuple(STATES)),
    Key("name", TEXT, "of the folder", lambda s, now: (s.name, short_name(s.name))),
    Key("title", TEXT, "the line that says what is compared", lambda s, now: (s.title,)),
    Key("preset", TEXT, "what was launched", lambda s, now: (s.preset,)),
    Key("arm", TEXT, "name of an arm", lambda s, now: tuple(s.arms)),
    Key("tag", TEXT, "one of its tags", lambda s, now: s.marks.tags),
    Key("note", TEXT, "words in a note", lambda s, now: s.marks.texts),
    Key("star", FLAG, "starred", lambda s, now: (s.marks.starred,), ("yes", "no")),
    Key("archived", FLAG, "in the archive", lambda s, now: (s.marks.archived,), ("yes", "no", "any")),
    Key("age", AGE, "since it was created: 40m, 3h, 2d", lambda s, now: (now - s.created,)),
    Key("progress", SHARE, "percent of its steps", lambda s, now: (s.progress,)),
    Key("step", NUMBER, "steps done", lambda s, now: (s.step,)),
    Key("rate", NUMBER, "steps a second", lambda s, now: (s.rate,)),
    Key("t_grok", NUMBER, "median steps until an arm grokked", lambda s, now: tuple(a.t_grok for a in s.arms.values())),
    Key("grokked", NUMBER, "how many runs have", lambda s, now: (sum(a.grokked for a in s.arms.values()),)),
    Key("seeds", NUMBER, "how many", lambda s, now: (len(s.seeds),)),
    Key("device", TEXT, "where it trains or trained", lambda s, now: s.devices),
    Key("host", TEXT, "the machine it trains or trained on", lambda s, now: s.hosts),
)
OWN = {key.name: key for key in _own}


def find_key(name: str) -> Key:
    """The key that a filter calls `name`.

    Raises:
        BadInput: there is none, with the nearest one; or several fields are called so.
    """
    if name in OWN:
        return OWN[name]
    fields, leaves = _fields()
    if name in fields:
        return fields[name]
    paths = leaves.get(name, ())
    if len(paths) == 1:
        return fields[paths[0]]
    if paths:
        raise BadInput(f"{name}: in several sections; one of {', '.join(paths)}")
    close = alike(name, key_names())
    said = f"nearest: {', '.join(close)}" if close else "such as state, arm, age, or a field like lr"
    raise BadInput(f"{name}: no such key; {said}")


@cache
def key_names() -> tuple[str, ...]:
    """Every name that `find_key` knows, the shortest one of each first."""
    fields, leaves = _fields()
    return tuple(dict.fromkeys((*OWN, *(leaf for leaf, paths in leaves.items() if len(paths) == 1), *fields)))


@cache
def _fields() -> tuple[dict[str, Key], dict[str, tuple[str, ...]]]:
    """The fields of a spec as keys by their paths, and the paths by their last name, of the shortest only."""
    from grokterm.spec import field_table

    fields: dict[str, Key] = {}
    for info in field_table():
        known = fields.get(info.key)
        choices = tuple(dict.fromkeys((*(known.choices if known else ()), *info.choices)))
        numeric = "number" in info.type or "integer" in info.type or bool(known and known.numeric)
        help = known.help if known else info.description
        fields[info.key] = Key(info.key, FIELD, help, choices=choices, numeric=numeric)
        section, _, last = info.key.rpartition(".")
        if last == "kind" and "." not in section:  # `model~trans` asks for the kind of the model
            fields[section] = Key(section, FIELD, f"the kind of {section}", choices=choices)
    leaves: dict[str, tuple[str, ...]] = {}
    for path in sorted(fields, key=lambda path: path.count(".")):
        leaf = path.rpartition(".")[2]
        if leaf not in leaves or path.count(".") == leaves[leaf][0].count("."):
            leaves[leaf] = (*leaves.get(leaf, ()), path)
    return fields, leaves
