"""[small]: what a preset changes to end soon, so that its question can be seen before it is paid for.

[small]
only = ["static", "dynamic"]            the arms that are kept; absent: all of them
seeds = 4                               any key of a preset's head but its name
stop.steps = 900                        any field of the base
grid."optimizer.lr" = [1e-3]            other values of an axis
arms.dynamic.optimizer.weight_decay.end = 900
"""

from typing import Any

from grokterm.errors import BadInput
from grokterm.spec.merge import Document
from grokterm.spec.problems import plain_line, show, unknown

SMALL = "small"
_REFUSED = ("name", "document", "source", "origin", "extends", SMALL)  # what the small form can't have of its own


def shrink(files: list[Document]) -> list[Document]:
    """The documents of a preset's small form: its files, and their [small] tables over all of them.

    Args:
        files: a preset behind those that it extends, the furthest first.

    Raises:
        BadInput: there is no [small], or it names arms or keys that don't exist; one line each.
    """
    main = files[-1].origin
    tables = [Document(file.origin, file.table[SMALL], (SMALL,)) for file in files if SMALL in file.table]
    if not tables:
        raise BadInput(plain_line(f"{main}: has no small form: it would be a table [{SMALL}]"))
    if wrong := [d for d in tables if not isinstance(d.table, dict)]:
        raise BadInput(plain_line(f"{wrong[0].origin}: {SMALL}: expected a table (given {show(wrong[0].table)})"))
    known = list(dict.fromkeys(name for file in files for name in _arms(file.table)))
    problems = [plain_line(f"{d.origin}: {SMALL}.{line}") for d in tables for line in _problems(d.table, known)]
    if problems:
        raise BadInput(problems)
    kept = next((d.table["only"] for d in reversed(tables) if "only" in d.table), known)
    files = [file._replace(table=_with(file.table, kept)) for file in files]
    said = [d._replace(table={k: v for k, v in _with(d.table, kept).items() if k != "only"}) for d in tables]
    return [*files, Document(main, _words(files), (SMALL,)), *said]


def _words(files: list[Document]) -> dict[str, str]:
    """What of a preset's words is said otherwise: its title may name the whole's sizes, and its cost is the whole's."""
    title = next((d.table["title"] for d in reversed(files) if d.table.get("title")), "")
    return {"cost": "", "title": f"Small form of: {title}" if isinstance(title, str) and title else title}


def _problems(table: dict[str, Any], known: list[str]) -> list[str]:
    """Lines about keys and names of arms, from behind "small."."""
    lines = [f"{key}: the small form has that of the preset" for key in _REFUSED if key in table]
    only = table.get("only", known)
    if not isinstance(only, list) or ("only" in table and not only):
        return [*lines, f"only: expected a list of arms (given {show(only)})"]
    lines += [f"only: {_unknown(name, known)}" for name in only if name not in known]
    return lines + [f"arms.{name}: {_unknown(name, known)}" for name in _arms(table) if name not in known]


def _unknown(name: object, known: list[str]) -> str:
    return unknown(str(name), known, f" (given {show(name)})", "arm")


def _arms(table: dict[str, Any]) -> dict[str, Any]:
    arms = table.get("arms")
    return arms if isinstance(arms, dict) else {}


def _with(table: dict[str, Any], kept: list[str]) -> dict[str, Any]:
    """A document without the arms that aren't kept, and without its [small]."""
    rest = {key: value for key, value in table.items() if key != SMALL}
    if isinstance(rest.get("arms"), dict):
        rest["arms"] = {name: arm for name, arm in rest["arms"].items() if name in kept}
        if not rest["arms"]:
            del rest["arms"]
    return rest
