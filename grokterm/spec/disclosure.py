"""What an experiment says of itself stays true when values of its preset are changed.

Title, expectation and cost were written for the preset's values. Whoever changes values and not these words gets them
with what was changed, wherever it was changed: in the form, by `--set`, by a fork or a repeat.
"""

from collections.abc import Sequence
from typing import Any

from grokterm.spec.documents import GONE, arms_of, differences, flatten
from grokterm.spec.fields import leaf_paths
from grokterm.spec.merge import Table

TIMELY = frozenset({"optimizer", "streams"})  # what such a section says can change during training, in a fork
EXPECTED_BEFORE = "of the preset, before these changes: "
_MOST = 6  # changes that a title lists
_WITHOUT = "without "


def disclosed(document: Table, source: Table, name: str) -> Table:
    """`document` with true words: what `disclosure` says laid over it."""
    told = flatten([document, disclosure(document, source, name)])
    return {key: value for key, value in told.items() if key != "cost" or value}


def disclosure(document: Table, source: Table, name: str, since: int | None = None) -> Table:
    """What has to be laid over a changed document, {} where nothing has to be.

    The title gets ", with p = 97, weight_decay = 2" at its end, and so does what an arm says it is for; `expect` is
    marked as that of the preset, `cost` is emptied. Words that are themselves changed are left as they are. `changed`
    keeps the list, so that changing what was changed before rewrites it: the same changes give the same words.

    Args:
        document: as it is now, without `extends`.
        source: as it was.
        name: stands in for a title where there is none.
        since: the step from which changed fields of `TIMELY` sections hold, where that isn't 0.
    """
    found = differences(source, document)
    if not found and all(_size(document, key) == _size(source, key) for key in ("seeds", "cohort_width")):
        return {}
    over: Table = {}
    if _kept(document, source, "cost"):
        over["cost"] = ""
    if not found:  # other seeds: the rest is as true as it was
        return over
    before, new = _listed(document), tuple(_entry(key, value, since) for key, value in found.items())
    after = tuple({_key(entry): entry for entry in (*before, *new)}.values())
    over["changed"] = list(after)
    title = document.get("title") or ""
    if isinstance(title, str) and title == (source.get("title") or ""):
        over["title"] = _with(title or name, before, new, after)
    if (expect := _kept(document, source, "expect")) and not expect.startswith(EXPECTED_BEFORE):
        over["expect"] = EXPECTED_BEFORE + expect
    arms = {arm: about for arm in arms_of(document) if (about := _about(document, source, arm, before, new, after))}
    return over | ({"arms": arms} if arms else {})


def _size(document: Table, key: str) -> Any:
    value = document.get(key)
    return len(value) if isinstance(value, list | tuple) else value


def _kept(document: Table, source: Table, key: str) -> str:
    """The words under `key`, "" where there are none or they are new."""
    words = document.get(key)
    return words if isinstance(words, str) and words == source.get(key) else ""


def _listed(document: Table) -> tuple[str, ...]:
    """What was changed before."""
    listed = document.get("changed")
    return tuple(entry for entry in listed if isinstance(entry, str)) if isinstance(listed, list) else ()


def _entry(key: str, value: str, since: int | None) -> str:
    """ "p = 97", "lr = 0.1 from step 500"; the field's last name where only one section has it."""
    name = key.rpartition(".")[2]
    short = name if leaf_paths().get(name) == (key,) else key
    timely = since is not None and not TIMELY.isdisjoint(key.split("."))
    from_step = f" from step {since}" if timely else ""
    return f"{_WITHOUT}{short}" if value == GONE else f"{short} = {value}{from_step}"


def _key(entry: str) -> str:
    return entry.removeprefix(_WITHOUT).partition(" = ")[0]


def _with(words: str, before: Sequence[str], new: Sequence[str], after: Sequence[str]) -> str:
    """`words` with what was changed at their end, in the place of what they said of that before."""
    said = _said(before)
    return words.removesuffix(said) + _said(after) if said and words.endswith(said) else words + _said(new)


def _said(entries: Sequence[str]) -> str:
    entries = sorted(entries, key=lambda entry: entry.startswith(_WITHOUT))
    shown, more = entries[:_MOST], len(entries) - _MOST
    start = "" if not shown or shown[0].startswith(_WITHOUT) else "with "
    return "".join((f", {start}" if shown else "", ", ".join(shown), f" and {more} more changes" if more > 0 else ""))


def _about(document: Table, source: Table, arm: str, *lists: Sequence[str]) -> Table | None:
    """What an arm says it is for, where it said so before and fields of it were changed."""
    old, now = (arms_of(table).get(arm) for table in (source, document))
    about = now.get("about") if isinstance(now, dict) else None
    if not isinstance(about, str) or not about or not isinstance(old, dict) or old.get("about") != about:
        return None
    start = f"arms.{arm}."
    own = [tuple(e.replace(start, "", 1) for e in entries if _key(e).startswith(start)) for entries in lists]
    return {"about": _with(about, *own)} if own[1] else None
