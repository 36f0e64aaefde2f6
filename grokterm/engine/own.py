"""Code of the user's own: found by its name, called with a seed, and named with file and line where it fails."""

import hashlib
import importlib
import random
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import torch

from grokterm.errors import BadInput
from grokterm.nearest import instead
from grokterm.spec import Member
from grokterm.spec.base import Section

_LIBRARIES = tuple(
    f"{place}/"
    for place in (
        Path(__file__).resolve().parents[1],
        Path(torch.__file__).parent,
        Path(np.__file__).parent,
        sysconfig.get_path("stdlib"),
    )
)
_INSTALLED = "site-packages"


def load_named(name: str, folders: Sequence[str], section: str) -> Callable:
    """The class or function that a section names: "package.module:Name", or an entry point of grokterm.SECTIONs.

    The folders are in front of the path from then on, as a script's own folder is: what the code imports later is found
    as well.

    Raises:
        BadInput: there is no such module, or no such name in it, or it fails while it is imported.
    """
    for folder in reversed(folders):
        if folder in sys.path:
            sys.path.remove(folder)
        sys.path.insert(0, folder)
    module, colon, attribute = name.partition(":")
    if not colon:
        return _entry_point(name, section)
    with said_of(section, name):
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError as problem:
            if problem.name is None or not f"{module}.".startswith(f"{problem.name}."):
                raise
            places = ", ".join(folders)
            raise BadInput(f"{section}.module: no module {problem.name!r} in {places}, and none is installed") from None
    _check_file(module, getattr(found, "__file__", None), folders, section)
    for part in attribute.split("."):
        if not hasattr(found, part):
            there = [key for key, value in vars(found).items() if callable(value) and key[:1] != "_"]
            known = f"; {instead(part, there, 'it has')}" if there else ""
            raise BadInput(f"{section}.module: {module} ({found.__file__}) has no {attribute!r}{known}")
        found = getattr(found, part)
    if not callable(found):
        raise BadInput(f"{section}.module: {name} is no class and no function")
    return found


def _check_file(module: str, file: str | None, folders: Sequence[str], section: str) -> None:
    """Refuses a module that another one of the same name, loaded before, stands in the way of."""
    place = module.replace(".", "/")
    mine = [Path(folder, name) for folder in folders for name in (f"{place}/__init__.py", f"{place}.py")]
    first = next((path for path in mine if path.is_file()), None)
    if first is not None and not (file and Path(file).is_file() and first.samefile(file)):
        raise BadInput(f"{section}.module: {module} is {file or 'a part of Python'} here; give {first} another name")


def _entry_point(name: str, section: str) -> Callable:
    group = f"grokterm.{section}s"
    points = entry_points(group=group)
    if name not in points.names:
        known = f"; {instead(name, sorted(points.names))}" if points.names else ""
        sentence = f"{section}.module: {name!r} is no package.module:Name, and no entry point of the group {group}"
        raise BadInput(sentence + known)
    with said_of(section, name):
        return points[name].load()


@contextmanager
def said_of(section: str, name: str) -> Iterator[None]:
    """Turns whatever the user's code raises into one line with its file and line.

    Raises:
        BadInput: in place of any other exception.
    """
    try:
        yield
    except BadInput:
        raise
    except (Exception, SystemExit) as problem:
        raise BadInput(_said(section, name, problem)) from problem


def of_network(problem: BaseException, model: Section) -> str:
    """What a worker that trains an own network failed of, as `said_of` has it; "" where no code of the user's was run.

    Called while a network trains, so what is raised there by code of theirs is the network's.
    """
    if model.kind != "module":
        return ""
    folders = tuple(f"{folder}/" for folder in model.folders)
    files = [frame.filename for frame in traceback.extract_tb(problem.__traceback__)]
    theirs = [file for file in files if file.startswith(folders) and _is_own(file) and _INSTALLED not in file]
    return _said("model", model.module, problem) if theirs else ""


def _said(section: str, name: str, problem: BaseException) -> str:
    words = " ".join(traceback.format_exception_only(problem)[-1].split())
    return f"{section}.module: {name}: {_place(problem)}{words}"


def _place(problem: BaseException) -> str:
    """Where in the user's code it happened; of a call with wrong arguments, nowhere."""
    if isinstance(problem, SyntaxError) and problem.filename:
        return f"{problem.filename}, line {problem.lineno}: "
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if _is_own(frame.filename)]
    return f"{frames[-1].filename}, line {frames[-1].lineno}: " if frames else ""


def _is_own(file: str) -> bool:
    return not file.startswith(("<", *_LIBRARIES))


@contextmanager
def drawing(seed: int) -> Iterator[None]:
    """Random numbers of torch, numpy and Python begin at `seed`, and are as they were afterwards."""
    kept = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        np.random.seed(seed % 2**32)
        random.seed(seed)
        try:
            yield
        finally:
            random.setstate(kept[0])
            np.random.set_state(kept[1])


def sources(members: Sequence[Member]) -> dict[str, str]:
    """SHA-256 of every file of the user's own that is loaded, by its path; {} where all kinds are grokterm's."""
    spec = members[0].spec
    own = [section for section in (spec.task, spec.model) if section.kind == "module"]
    folders = tuple(f"{folder}/" for section in own for folder in section.folders)
    named = {section.module.partition(":")[0] for section in own}
    found = {}
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None) or ""
        ours = name in named or (file.startswith(folders) and _is_own(file) and _INSTALLED not in file)
        if ours and Path(file).is_file():  # one inside an archive is no file
            found[file] = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    return found if own else {}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The files that are others than before, or are there only before or now."""
    return sorted(file for file in before.keys() | now.keys() if before.get(file) != now.get(file))


def called(section: str, name: str, function: Callable, *args: Any, **options: Any) -> Any:
    """What the user's code gives; see `said_of`."""
    with said_of(section, name):
        return function(*args, **options)
