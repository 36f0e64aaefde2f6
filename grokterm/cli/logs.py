"""What the workers of an experiment said: its events as lines, and the ends of their logs."""

from collections.abc import Iterator

from grokterm.console.text import plain
from grokterm.record import CohortFolder, Event, ExperimentFolder
from grokterm.record.errors import unreadable
from grokterm.times import local_time

_MOST_BYTES = 1 << 20  # of a log's end, read at the first look; the file has all of it


def document(folder: ExperimentFolder, lines: int) -> dict:
    """The last `lines` events, and the last `lines` lines of the log, of each worker of an experiment."""
    told = [
        {"cohort": one.index, "events": one.events()[-lines:], "log": CohortLog(one, lines).all()}
        for one in folder.cohorts
    ]
    return {"experiment": folder.name, "cohorts": told}


class CohortLog:
    """Follows one cohort. Events and log are followed apart, because each grows at its own end.

    Args:
        cohort: whose.
        lines: to show at the first look.
    """

    def __init__(self, cohort: CohortFolder, lines: int) -> None:
        self._cohort, self._lines = cohort, lines
        self._told: set[tuple] = set()
        self._offset: int | None = None  # in the log, of the first byte not yet shown
        self._torn = b""  # a line of the log whose end isn't written yet

    def all(self) -> list[str]:
        """The log alone, as it stands there now: its last lines, the last of them even without an end."""
        return [*self._said(over=True)][-self._lines :]

    def look(self, over: bool) -> list[str]:
        """The last lines at the first look, then what is new.

        Args:
            over: nobody writes any more: a line without an end is whole.

        Raises:
            DamagedRecord: a file that can't be read.
        """
        first = self._offset is None
        said = [plain(line) for line in self._said(over)]
        heading = [f"-- worker.log of cohort {self._cohort.index}"] if said else []
        lines = [*self._happened(), *heading, *said]
        return lines[-self._lines :] if first else lines

    def _happened(self) -> Iterator[str]:
        told = frozenset(self._told)
        for event in self._cohort.events():
            # Not by place: the launcher's word is put among the worker's by its time.
            line = _line(event, self._cohort.index)
            key = (event.n, event.time, line)
            if key not in told:
                self._told.add(key)
                yield line

    def _said(self, over: bool) -> list[str]:
        try:
            with self._cohort.log_path.open("rb") as file:
                length = file.seek(0, 2)
                if self._offset is None:
                    self._offset = max(0, length - _MOST_BYTES)
                elif self._offset > length:  # another file by now
                    self._offset, self._torn = 0, b""
                file.seek(self._offset)
                data = file.read(length - self._offset)
        except FileNotFoundError:
            self._offset = self._offset or 0
            data = b""
        except OSError as error:
            raise unreadable(self._cohort.log_path, error) from error
        self._offset += len(data)
        *lines, self._torn = (self._torn + data).split(b"\n")
        if over and self._torn:
            lines.append(self._torn)
            self._torn = b""
        return [line.decode("utf-8", "replace") for line in lines]


def _line(event: Event, cohort: int) -> str:
    from grokterm.console.logbook import in_words

    step = "" if event.step is None else f" step {event.step:,}"
    return plain(f"{local_time(event.time)} cohort {cohort}{step} {' '.join(in_words(event).split())}".strip())
