"""What happened: the only reader and writer of experiment folders. runs/README.md describes the format."""

from grokterm.record.checkpoints import Checkpoint, CheckpointFile
from grokterm.record.cohort import CohortFolder
from grokterm.record.control import ANSWERS, Request
from grokterm.record.donors import read_donors
from grokterm.record.errors import DamagedRecord, FolderBusy
from grokterm.record.events import Event, effective_events
from grokterm.record.folder import ExperimentFolder, Forked, Stamp, open_folder
from grokterm.record.fork import Branch, create_fork
from grokterm.record.launch import Launch
from grokterm.record.local import local_place, local_state
from grokterm.record.notes import Marks, Note, check_note
from grokterm.record.past import Past
from grokterm.record.processes import Identity, Observation, observe
from grokterm.record.runs import (
    check_removable,
    count_binned,
    create,
    find,
    find_removed,
    list_folders,
    remove,
    restore,
)
from grokterm.record.state import Silence, State, combine_states, derive_state
from grokterm.record.status import Status
from grokterm.record.streams import StreamReader, Table
from grokterm.record.writer import CohortWriter

__all__ = [
    "ANSWERS",
    "Branch",
    "Checkpoint",
    "CheckpointFile",
    "CohortFolder",
    "CohortWriter",
    "DamagedRecord",
    "Event",
    "ExperimentFolder",
    "FolderBusy",
    "Forked",
    "Identity",
    "Launch",
    "Marks",
    "Note",
    "Observation",
    "Past",
    "Request",
    "Silence",
    "Stamp",
    "State",
    "Status",
    "StreamReader",
    "Table",
    "check_note",
    "check_removable",
    "combine_states",
    "count_binned",
    "create",
    "create_fork",
    "derive_state",
    "effective_events",
    "find",
    "find_removed",
    "list_folders",
    "local_place",
    "local_state",
    "observe",
    "open_folder",
    "read_donors",
    "remove",
    "restore",
]
