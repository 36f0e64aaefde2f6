"""Any of grokterm's values in the types that JSON knows, so that every `--json` reads alike."""

import dataclasses
import math
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any


def json_types(value: Any) -> Any:
    """`value` in JSON's types.

    Dataclasses, named tuples and mappings become objects, other collections and numpy arrays lists. A number that is
    not finite becomes None: not reached, not bounded and not known are all null.
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: json_types(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "_asdict"):
        return {key: json_types(item) for key, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {str(key): json_types(item) for key, item in value.items()}
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):  # numpy arrays and scalars, without importing numpy for them
        return json_types(value.tolist())
    return [json_types(item) for item in value]
