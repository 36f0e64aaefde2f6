"""provenance.json: with what a cohort was trained, one entry for every start and resume, none ever taken out."""

from pathlib import Path
from typing import Any

from grokterm.record.errors import DamagedRecord
from grokterm.record.files import read_json_value, write_json

_ASIDE = ".damaged"
_KINDS = {"step": int, "threads": int, "device": str, "device_name": str, "precision": dict}  # or None
_MOST = 2**63
_WORDS = {int: "an integer of 64 bits", str: "a text", dict: "an object"}


def read_provenance(path: Path) -> list[dict[str, Any]]:
    """The entries in order; none if nothing was written yet. A lone object, as once written, is one entry.

    Raises:
        DamagedRecord: the file can't be read, or readers would stumble over what is in it.
    """
    document = read_json_value(path, False, (dict, list))
    entries = [] if document is None else [document] if isinstance(document, dict) else document
    if not all(isinstance(entry, dict) for entry in entries):
        raise DamagedRecord(f"{path}: can't be read (an entry is not an object)")
    for key, kind in _KINDS.items():
        for entry in entries:
            value = entry.get(key)
            if not isinstance(value, kind | None) or (kind is int and abs(value or 0) > _MOST):
                wrong = f"{key} must be {_WORDS[kind]}, and is {type(value).__name__}"
                raise DamagedRecord(f"{path}: can't be read ({wrong})")
    return entries


def add_provenance(path: Path, entry: dict[str, Any]) -> None:
    """Adds an entry; a file that can't be read is renamed, not lost. Raises OSError if it can't be written."""
    try:
        entries = read_provenance(path)
    except DamagedRecord:
        path.replace(path.with_name(path.name + _ASIDE))
        entries = []
    write_json(path, [*entries, entry], durable=True)
