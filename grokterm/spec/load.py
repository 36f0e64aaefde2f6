"""From a preset to an experiment: files, overrides, arms and grid are laid over one another, then validated
as a whole.

Every mistake is found before anything is refused, and each is reported once, where it was written: in the
file (or the file it extends), under its arm, in the grid, or on the command line.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from grokterm.errors import BadInput
from grokterm.nearest import some
from grokterm.spec.disclosure import disclosure
from grokterm.spec.documents import as_new, flatten
from grokterm.spec.experiment import Arm, Experiment, Header
from grokterm.spec.grid import MAX_ARMS, Point, expand, read_axes
from grokterm.spec.kinds import keep_common
from grokterm.spec.merge import Document, Layer, merge, stack
from grokterm.spec.overrides import Override, read_overrides
from grokterm.spec.presets import extend, find_preset, read_chain, slug
from grokterm.spec.problems import Problem, plain_line, problems_of, show, unknown, value_at
from grokterm.spec.run import RunSpec
from grokterm.spec.small import SMALL, shrink

SECTIONS = tuple(RunSpec.model_fields)
TOP = (*Header.model_fields, "extends", *SECTIONS, "arms", "grid", SMALL)
_WRITTEN = [key for key in TOP if key not in ("origin", "changed")]  # what a person may write
ARM_NAME = re.compile(r"[A-Za-z0-9._=\-]{1,100}")
SET, SEEDS = "--set", "--seeds"
ONLY_ARM = "run"


class _Draft(NamedTuple):
    """An arm before it is validated."""

    name: str
    about: str
    layers: list[Layer]
    point: dict[str, Any]


def load(
    source: str | Path,
    overrides: Sequence[str] = (),
    seeds: int | Sequence[int] | None = None,
    small: bool = False,
) -> Experiment:
    """The experiment that a preset describes.

    Args:
        source: the name of a preset, or the path of a TOML file (with a slash, or .toml at its end).
        overrides: texts like "optimizer.lr=3e-3"; see `overrides`.
        seeds: takes the place of the preset's: a count, or a list.
        small: the form that its [small] describes, with what is in `overrides` over it.

    Raises:
        NotFound: no such preset or file.
        BadInput: with all mistakes, one line each.
    """
    path = find_preset(source)
    files = [Document(*pair) for pair in read_chain(path)]
    files = [Document(file.origin, as_new(file.table)) for file in files]
    if small:
        files = shrink(files)
    names = [name for file in files for name in _table(file.table, "arms")]
    changes, problems = read_overrides(overrides, list(dict.fromkeys(names)))
    source = flatten(file.table for file in files)
    changes, _ = keep_common(source, changes)
    extra = [Document(SET, change.document) for change in changes]
    if seeds is not None:
        extra.append(Document(SEEDS, {"seeds": seeds if isinstance(seeds, int) else list(seeds)}))
    extra = truthful(extra, source, source, path.stem)
    found = assemble([*files, *extra], path.stem, changes, problems)
    return replace(found, name=f"{found.name[:58]}-{SMALL}") if small else found


def truthful(
    extra: list[Document],
    document: dict[str, Any],
    source: dict[str, Any],
    name: str = "",
    since: int | None = None,
) -> list[Document]:
    """What goes over a document, with what that makes of its title, expectation and cost.

    Args:
        document: what it goes over.
        source: what the words were written for.
        name: what the experiment is called where the document doesn't say.
        since: the step from which changes of the training hold, where that isn't 0.
    """
    now = flatten([document, *(layer.table for layer in extra)])
    over = disclosure(now, source, document.get("name") or name, since)
    return [*extra, Document(SET, over)] if over else extra


def left_out(source: str | Path, overrides: Sequence[str], small: bool = False) -> tuple[str, ...]:
    """A line for each override by which another kind takes the place of one, with fields that it doesn't have."""
    files = [Document(*pair) for pair in read_chain(find_preset(source))]
    return left_out_of(flatten(file.table for file in (shrink(files) if small else files)), overrides)


def left_out_of(document: dict[str, Any], overrides: Sequence[str]) -> tuple[str, ...]:
    """The same for a document without `extends`."""
    return keep_common(document, read_overrides(overrides, list(_table(document, "arms")))[0])[1]


def parse(document: dict[str, Any], origin: str) -> Experiment:
    """The experiment that a TOML document describes.

    Args:
        document: what a TOML reader gave.
        origin: the file's name for error lines; the experiment is named after its stem where it doesn't say
            `name`.

    Raises:
        BadInput: with all mistakes, one line each.
    """
    files = [Document(*pair) for pair in extend(origin, document, Path(origin).parent)]
    return assemble(files, Path(origin).stem, [], [])


def assemble(documents: list[Document], stem: str, changes: list[Override], problems: list[str]) -> Experiment:
    """The experiment of documents laid over one another, the first at the bottom.

    Args:
        documents: files and what goes over them; at least one is a file.
        stem: its name, where no document says one.
        changes: what `--set` asked for, which is among the documents too.
        problems: lines about what was wrong before.

    Raises:
        BadInput: with all mistakes, one line each.
    """
    main = next(d.origin for d in reversed(documents) if d.origin not in (SET, SEEDS))
    lines = dict.fromkeys(problems)  # an ordered set: the same mistake in ten arms is one line
    lines |= dict.fromkeys(line for document in documents for line in _misplaced(document))
    header, header_lines = _header(documents, main)
    base = [Layer(d.origin, d.prefix, {key: d.table[key] for key in SECTIONS if key in d.table}) for d in documents]
    drafts, draft_lines = _drafts(documents, main)
    lines |= dict.fromkeys((*header_lines, *draft_lines))
    base_problems = _validate(stack(base))[1]
    missing = {p.paths for p in base_problems if p.sort == "missing"}
    lines |= dict.fromkeys(_line(p, base, missing, main) for p in base_problems if p.sort == "value")
    arms = []
    for draft in drafts:
        layers = [*base, *draft.layers]
        spec, found = _validate(stack(layers))
        lines |= dict.fromkeys(_line(problem, layers, missing, main) for problem in found)
        arms.append(Arm(draft.name, draft.about, spec))
    lines |= dict.fromkeys(_without_effect(changes, base, drafts))
    if lines:
        raise BadInput([plain_line(line) for line in lines])
    fields = header.model_dump()
    fields |= {"name": slug(header.name or stem), "seeds": tuple(header.seeds), "changed": tuple(header.changed)}
    return Experiment(**fields, arms=tuple(arms))


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    """A sub-table, empty where there is none or something else in its place (which `_misplaced` reports)."""
    value = document.get(key)
    return value if isinstance(value, dict) else {}


def _misplaced(document: Document) -> Iterable[str]:
    """Lines about keys that don't exist at the top or in an arm, names, and tables that aren't tables."""
    table, start = document.table, _start(document.origin)
    for key in (key for key in table if key not in TOP):
        path, is_section = dotted((*document.prefix, key)), isinstance(table[key], dict)
        given = "" if is_section else f" (given {show(table[key])})"
        yield f"{start}{path}: {unknown(key, _WRITTEN, given, 'section' if is_section else 'key')}"
    if not isinstance(table.get(SMALL, {}), dict):
        yield f"{start}{SMALL}: expected a table of what the small form changes (given {show(table[SMALL])})"
    arms = table.get("arms")
    if arms is None:
        return
    if not isinstance(arms, dict) or not arms:
        path = dotted((*document.prefix, "arms"))
        yield f"{start}{path}: expected one arm or more, each a table [arms.NAME] (given {show(arms)})"
        return
    for name, arm in arms.items():
        path = dotted((*document.prefix, "arms", name))
        if not ARM_NAME.fullmatch(name):
            yield f"{start}{path}: the name of an arm is 1 to 100 letters, digits and . _ - = without spaces"
        if not isinstance(arm, dict):
            yield f"{start}{path}: expected a table of sections to override (given {show(arm)})"
            continue
        for key in (key for key in arm if key not in ("about", *SECTIONS)):
            text = unknown(key, ["about", *SECTIONS], f" (given {show(arm[key])})", "section")
            yield f"{start}{path}.{dotted((key,))}: {text}"
        if not isinstance(arm.get("about", ""), str):
            yield f"{start}{path}.about: expected text (given {show(arm['about'])})"


def _header(documents: list[Document], main: str) -> tuple[Header | None, list[str]]:
    layers = [
        Layer(d.origin, d.prefix, {k: d.table[k] for k in Header.model_fields if k in d.table}) for d in documents
    ]
    merged = {key: value for layer in layers for key, value in layer.table.items()}
    try:
        return Header.model_validate(merged), []
    except ValidationError as error:
        return None, [_line(problem, layers, set(), main) for problem in problems_of(error, Header, merged)]


def _drafts(documents: list[Document], main: str) -> tuple[list[_Draft], list[str]]:
    """The arms times the grid, with the layers that go over the base, and lines about the grid."""
    names: dict[str, list[Layer]] = {}
    abouts: dict[str, str] = {}
    for document in documents:
        for name, arm in _table(document.table, "arms").items():
            arm = arm if isinstance(arm, dict) else {}
            abouts[name] = str(arm.get("about", abouts.get(name, "")))
            sections = {key: value for key, value in arm.items() if key in SECTIONS}
            names.setdefault(name, []).append(Layer(document.origin, (*document.prefix, "arms", name), sections))
    grids = [d for d in documents if "grid" in d.table]
    origin, prefix = (grids[-1].origin, grids[-1].prefix) if grids else (main, ())
    grid = next((d.table["grid"] for d in grids if not isinstance(d.table["grid"], dict)), None)
    grid = stack(Layer(d.origin, (), d.table["grid"]) for d in grids) if grid is None else grid
    axes, problems = read_axes(grid)
    if not problems and len(expand(axes)) * max(1, len(names)) > MAX_ARMS:
        problems.append(f"grid: more than {MAX_ARMS} arms")
    problems += _set_twice(axes, names)
    points = [Point("", {})] if problems else expand(axes)
    drafts = []
    for name, layers in (names or {"": []}).items():
        for point in points:
            full = "_".join(part for part in (name, point.suffix) if part) or ONLY_ARM
            over = [Layer(origin, (*prefix, "grid"), point.table)] if point.table else []
            drafts.append(_Draft(full, abouts.get(name, ""), layers + over, point.table))
    twice = [name for name, count in Counter(draft.name for draft in drafts).items() if count > 1]
    problems += [f"grid: two arms would be called {name}" for name in twice]
    return drafts, [f"{_start(origin)}{problem}" for problem in problems]


def _set_twice(axes: dict[str, list], arms: dict[str, list[Layer]]) -> list[str]:
    """A field that both the grid and an arm set: one of the two would be ignored."""
    return [
        f"grid.{key}: arm {name} sets it too; leave it to one of the two"
        for key in axes
        for name, layers in arms.items()
        if any(layer.holds(tuple(key.split("."))) for layer in layers)
    ]


def _validate(document: dict[str, Any]) -> tuple[RunSpec | None, list[Problem]]:
    # An absent section is an empty one: the lines then name the fields that are missing in it.
    document = {name: {} for name in ("task", "model", "optimizer", "stop")} | document
    try:
        return RunSpec.model_validate(document), []
    except ValidationError as error:
        return None, problems_of(error, RunSpec, document)


def _line(problem: Problem, layers: list[Layer], missing: set, main: str) -> str:
    """The error line of a problem, with the place where the value was written."""
    path = problem.paths[0]
    if problem.sort == "missing":
        layer = next((l for l in reversed(layers) if l.holds(path[:-1]) and len(path) > 1), None)
        layer = None if problem.paths in missing else layer
    else:
        layer = next((l for l in reversed(layers) if any(l.holds(p) for p in problem.paths)), None)
        if layer is not None:
            path = next(p for p in problem.paths if layer.holds(p))
        elif len(path) > 2:  # a field that isn't written, of a table that is
            layer = next((l for l in layers if l.holds(path[:-1])), None)  # the same for all arms
    if layer is None:
        return f"{_start(main)}{dotted(path)}: {problem.text}"
    if layer.origin == SEEDS:
        return f"{SEEDS}: {problem.text}"
    return f"{_start(layer.origin)}{dotted((*layer.prefix, *path))}: {problem.text}"


def _start(origin: str) -> str:
    return f"{origin} " if origin == SET else f"{origin}: "


def dotted(path: Sequence[str]) -> str:
    """A path as it stands in an error line; a key that isn't a plain word is quoted."""
    return ".".join(key if re.fullmatch(r"[\w.=\-]+", key) else show(key) for key in path)


def _without_effect(changes: list[Override], base: list[Layer], drafts: list[_Draft]) -> Iterable[str]:
    """Overrides of the base that every arm (or the grid) overrides again: they would silently do nothing."""
    for change in changes:
        if change.path[0] not in SECTIONS:
            continue
        without = [layer for layer in base if layer.table != change.document or layer.origin != SET]
        if value_at(stack(without), change.path) == value_at(stack(base), change.path):
            continue
        if all(stack([*without, *d.layers]) == merge(stack(base), stack(d.layers)) for d in drafts):
            key = ".".join(change.path)
            if any(value_at(d.point, change.path)[0] for d in drafts):
                yield f"--set {key}: has no effect, the grid sets it; set grid.{key} to a list"
            else:
                arms = some([draft.name for draft in drafts])
                yield f"--set {key}: has no effect, every arm sets it; set arms.NAME.{key} (arms: {arms})"
