"""Numbers out of files, which anybody may have written: within what can be counted with and shown as a date."""

from typing import Any

_LARGEST = 2**63  # beyond what any count of ours, or the system's, can hold
_LAST = 253_402_300_800.0  # the year 10000, which no calendar function here can write


def whole(value: Any) -> int:
    """A whole number of 64 bits. Raises ValueError, TypeError or OverflowError for anything else."""
    number = int(value)
    if not -_LARGEST <= number < _LARGEST:
        raise ValueError("a number of more than 64 bits")
    return number


def moment(value: Any) -> float:
    """Unix seconds that a calendar knows. Raises ValueError, TypeError or OverflowError for anything else."""
    seconds = float(value)
    if not 0 <= seconds < _LAST:  # nor NaN
        raise ValueError(f"no moment in time: {seconds:g}")
    return seconds
