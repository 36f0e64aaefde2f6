"""Where everything lies inside an experiment folder. No path inside one is built anywhere else.

runs/README.md explains the same layout to a person.
"""

from dataclasses import dataclass
from pathlib import Path

# Goes up when an older version could misread a folder of this one. A reader refuses a higher number.
FORMAT = 1

HIDDEN = "."  # what is being written, and what was thrown away, starts with this and is never listed
BIN = ".bin"  # in the runs folder: removed experiments, never deleted for good
_STREAM = ".arrows"
_CHECKPOINT = ".safetensors"
_KEPT = ".kept" + _CHECKPOINT


@dataclass(frozen=True)
class ExperimentPaths:
    """The paths of one experiment."""

    root: Path

    @property
    def marker(self) -> Path:
        return self.root / "format.json"

    @property
    def spec(self) -> Path:
        return self.root / "experiment.toml"

    @property
    def notes(self) -> Path:
        return self.root / "notes.jsonl"

    @property
    def cohorts(self) -> Path:
        return self.root / "cohorts"

    def cohort(self, index: int) -> "CohortPaths":
        return CohortPaths(self.cohorts / f"{index:02d}")


@dataclass(frozen=True)
class CohortPaths:
    """The paths of one cohort: what one worker writes, and what is said to that worker."""

    root: Path

    @property
    def members(self) -> Path:
        return self.root / "members.json"

    @property
    def launch(self) -> Path:
        return self.root / "launch.json"

    @property
    def status(self) -> Path:
        return self.root / "status.json"

    @property
    def events(self) -> Path:
        return self.root / "events.jsonl"

    @property
    def provenance(self) -> Path:
        return self.root / "provenance.json"

    @property
    def log(self) -> Path:
        return self.root / "worker.log"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def control(self) -> Path:
        return self.root / "control"

    def stream(self, name: str) -> Path:
        return self.root / f"{name}{_STREAM}"

    def streams(self) -> tuple[str, ...]:
        """The names of the streams that have a file."""
        return tuple(sorted(path.name.removesuffix(_STREAM) for path in self.root.glob(f"[!.]*{_STREAM}")))

    def checkpoint(self, step: int, kept: bool) -> Path:
        return self.checkpoints / f"{step:09d}{_KEPT if kept else _CHECKPOINT}"

    def request(self, time_ns: int, request_id: str) -> Path:
        return self.control / f"{time_ns}-{request_id}.json"


def telling_paths(root: str, cohorts: int) -> list[str]:
    """What has another size or time after any change to notes, or to a cohort's status, launch or events.

    Two paths for the experiment, then two for each cohort. As text, since thousands of them are looked at.
    """
    paths = [f"{root}/notes.jsonl", f"{root}/cohorts"]
    for index in range(cohorts):
        cohort = f"{root}/cohorts/{index:02d}"
        paths += (cohort, f"{cohort}/events.jsonl")
    return paths


def cohort_paths(root: str, cohorts: int) -> list[str]:
    """The folders of the cohorts: their times change with every status that is written."""
    return [f"{root}/cohorts/{index:02d}" for index in range(cohorts)]


def parse_checkpoint_name(name: str) -> tuple[int, bool] | None:
    """(step, kept) of the name of a checkpoint; None for any other file."""
    kept = name.endswith(_KEPT)
    stem = name.removesuffix(_KEPT if kept else _CHECKPOINT)
    return (int(stem), kept) if stem != name and stem.isascii() and stem.isdigit() else None
