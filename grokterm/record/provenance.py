"""provenance.json: with what a cohort was trained, one entry for every start and resume, none ever taken out."""

from pathlib import Path
from typing import Any

from grokterm.record.errors import DamagedRecord
from grokterm.record.files import read_json_value, write_json

_ASIDE = ".damaged"


def read_provenance(path: Path) -> list[dict[str, Any]]:
    """The entries in order; none if nothing was written yet. A lone object, as once written, is one entry.

    Raises:
        DamagedRecord: the file can't be read.
    """
    document = read_json_value(path, False, (dict, list))
    entries = [] if document is None else [document] if isinstance(document, dict) else document
    if not all(isinstance(entry, dict) for entry in entries):
        raise DamagedRecord(f"{path}: can't be read (an entry is not an object)")
    return entries


def add_provenance(path: Path, entry: dict[str, Any]) -> None:
    """Adds an entry; a file that can't be read is renamed, not lost. Raises OSError if it can't be written."""
    try:
        entries = read_provenance(path)
    except DamagedRecord:
        path.replace(path.with_name(path.name + _ASIDE))
        entries = []
    write_json(path, [*entries, entry], durable=True)
