"""Reading one experiment folder: its spec, its cohorts, its notes, and what is wrong with it."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli

from grokterm.errors import GroktermError
from grokterm.names import NAME
from grokterm.record.cohort import CohortFolder
from grokterm.record.errors import DamagedRecord, unreadable
from grokterm.record.events import FORKED
from grokterm.record.files import read_json
from grokterm.record.layout import FORMAT, ExperimentPaths, cohort_paths, telling_paths
from grokterm.record.notes import Marks, Note, add_note, marks_of, read_notes
from grokterm.record.past import Past, past_of
from grokterm.record.state import State, combine_states
from grokterm.spec import Experiment, Member, Scalar, flat_values, parse

Stamp = tuple[int, ...]
_FIRST_COHORT = 4  # in a stamp: before it stand notes and the folder of cohorts, each with size and time
# What reading TOML raises: brackets nested without end and numbers of thousands of digits are not TOML's own errors.
_NO_SPEC = (OSError, ValueError, RecursionError)


@dataclass(frozen=True)
class Forked:
    """Where a fork comes from: the experiment's name, and the step up to which the two are one."""

    name: str
    step: int


class ExperimentFolder:
    """A reader of one experiment folder. Making one reads nothing, so that thousands can be listed.

    Args:
        path: the folder; it may be broken, see `problem`.
    """

    def __init__(self, path: Path) -> None:
        self.paths = ExperimentPaths(Path(path))

    @property
    def path(self) -> Path:
        return self.paths.root

    @property
    def name(self) -> str:
        """The folder's name, which is data: it may hold anything a file system allows."""
        return self.path.name

    @cached_property
    def created(self) -> float:
        """Unix seconds, from the folder's name, which is in UTC; of a renamed folder, its last change."""
        match = NAME.fullmatch(self.name)
        try:
            if match:
                parts = (int(match[1][a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (9, 11), (11, 13), (13, 15)))
                return datetime(*parts, tzinfo=UTC).timestamp()
            return self.path.stat().st_mtime
        except (ValueError, OSError):
            return 0.0

    @cached_property
    def marker(self) -> dict[str, Any]:
        """format.json: format, name, title, version. Raises DamagedRecord."""
        marker = read_json(self.paths.marker, expected=False)
        if marker is None:
            raise DamagedRecord(f"{self.paths.marker}: missing")
        if not isinstance(marker.get("format"), int):
            raise DamagedRecord(f"{self.paths.marker}: names no format")
        if marker["format"] > FORMAT:
            found = f"format {marker['format']}, written by grokterm {marker.get('version', '?')}"
            raise DamagedRecord(f"{self.path}: {found}; this one reads up to format {FORMAT}: a newer grokterm does")
        return marker

    @property
    def preset(self) -> str:
        """The short name of what was launched, from the folder's name; of a renamed folder, as it was launched."""
        match = NAME.fullmatch(self.name)
        try:
            return match[2] if match else str(self.marker.get("name") or self.name)
        except DamagedRecord:
            return self.name

    @property
    def title(self) -> str:
        """The experiment's title without parsing its spec; empty if that can't be read."""
        try:
            return str(self.marker.get("title", ""))
        except DamagedRecord:
            return ""

    @property
    def scored(self) -> bool:
        """Some arm's task has an accuracy, and with it milestones, without parsing the spec."""
        try:
            return bool(self.marker.get("scored", True))
        except DamagedRecord:
            return True

    @cached_property
    def problem(self) -> str | None:
        """Why this folder can't be read, in one line; None if it can. Never raises; parses no spec."""
        try:
            self.marker  # noqa: B018 - reading it is the check
            if not self.paths.spec.is_file():
                return f"{self.paths.spec}: missing"
            if not self.cohorts:
                return f"{self.paths.cohorts}: no cohorts"
            return next((cohort.problem for cohort in self.cohorts if cohort.problem), None)
        except DamagedRecord as error:
            return error.message
        except OSError as error:
            return f"{self.path}: can't be read ({error.strerror})"

    def check(self) -> None:
        """Raises DamagedRecord with the `problem`, if there is one."""
        if self.problem:
            raise DamagedRecord(self.problem)

    @cached_property
    def cohorts(self) -> tuple[CohortFolder, ...]:
        """The cohorts in order; none if the folder is broken."""
        try:
            found = [CohortFolder(path) for path in self.paths.cohorts.iterdir()]
        except OSError:
            return ()
        return tuple(sorted((cohort for cohort in found if cohort.index >= 0), key=lambda cohort: cohort.index))

    def cohort(self, index: int) -> CohortFolder:
        """The cohort with this number, without looking whether it is there."""
        return CohortFolder(self.paths.cohort(index).root)

    def spec(self) -> Experiment:
        """The experiment as it was launched, parsed once. Raises GroktermError if it can't be."""
        return self._spec

    @cached_property
    def _spec(self) -> Experiment:
        self.marker  # noqa: B018 - a later format is reported as such, not as a mistake in the spec
        try:
            text = self.paths.spec.read_text("utf-8")
            return parse(tomli.loads(text), str(self.paths.spec))
        except _NO_SPEC as error:
            raise unreadable(self.paths.spec, error) from error
        except GroktermError as error:
            raise DamagedRecord(error.message) from error

    def fields(self) -> dict[str, tuple[Scalar, ...]]:
        """Every value of the spec by its dotted path, over all arms, without validation. Raises DamagedRecord."""
        try:
            return flat_values(tomli.loads(self.paths.spec.read_text("utf-8")))
        except (*_NO_SPEC, AttributeError) as error:
            raise unreadable(self.paths.spec, error) from error

    def stamp(self) -> Stamp:
        """Changes whenever a cohort's status, launch or events, or the notes are written. Opens no file.

        Small files are renamed into place, so the time of a cohort's folder speaks for all of them; what is
        appended to has a size and a time of its own. The largest number in it is when that was, in nanoseconds.
        """
        return _stamp(self.path, len(self.cohorts))

    def unchanged(self, stamp: Stamp) -> bool:
        """Whether the folder still has this stamp. Quicker than `stamp`: its cohorts aren't listed again."""
        return _stamp(self.path, _cohorts_in(stamp)) == stamp

    def stirred(self, stamp: Stamp) -> bool:
        """Whether a cohort has had another status written since this stamp: a quarter of what `unchanged` looks at."""
        try:
            for index, path in enumerate(cohort_paths(str(self.path), _cohorts_in(stamp))):
                if os.stat(path).st_mtime_ns != stamp[_FIRST_COHORT + 4 * index + 1]:  # noqa: PTH116
                    return True
        except OSError:
            return True
        return False

    def planned(self, cohort: CohortFolder) -> tuple[Member, ...]:
        """The members of a cohort with their specs, in the order written when the experiment was created."""
        arms = {arm.name: arm.spec for arm in self.spec().arms}
        try:
            return tuple(Member(arm, seed, arms[arm]) for arm, seed in cohort.members)
        except KeyError as error:
            wrong = f"has no arm {error}, and {cohort.paths.members} does"
            raise DamagedRecord(f"{self.paths.spec}: {wrong}") from error

    def forked(self) -> Forked | None:
        """Where a fork comes from; None where this is none. Raises DamagedRecord."""
        events = (event for cohort in self.cohorts[:1] for event in cohort.events() if event.kind == FORKED)
        event = next(events, None)
        return None if event is None else Forked(str(event.data.get("of", "")), event.step or 0)

    def past(self, arm: str) -> tuple[Past, ...]:
        """What fields of an arm were before forks changed them, the earliest first. Raises DamagedRecord."""
        return past_of((event for cohort in self.cohorts for event in cohort.events()), arm)

    def state(self) -> State:
        """The state of all cohorts together."""
        return combine_states(cohort.state() for cohort in self.cohorts)

    def notes(self) -> list[Note]:
        return read_notes(self.paths.notes)

    def marks(self) -> Marks:
        """Tags, star and archive mark: the last word on each."""
        return marks_of(self.notes())

    def add_note(self, kind: str, value: str | bool) -> Note:
        """Adds a note, tag, untag (a text), star or archive (True or False). Raises BadInput."""
        return add_note(self.paths.notes, kind, value)

    def __repr__(self) -> str:
        return f"ExperimentFolder({str(self.path)!r})"


def _cohorts_in(stamp: Stamp) -> int:
    return (len(stamp) - _FIRST_COHORT) // 4


def _stamp(root: Path, cohorts: int) -> Stamp:
    parts: list[int] = []
    for path in telling_paths(str(root), cohorts):
        try:
            found = os.stat(path)  # noqa: PTH116 - thousands are looked at, and a Path costs more than the look
            parts += (found.st_size, found.st_mtime_ns)
        except OSError:
            parts += (0, 0)
    return tuple(parts)


def open_folder(path: Path) -> ExperimentFolder:
    """Opens an experiment folder. Reads nothing: a broken one says so in `problem`."""
    return ExperimentFolder(Path(path))
