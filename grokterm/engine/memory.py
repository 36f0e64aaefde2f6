"""The C library's memory, told to keep what it has.

A step frees and asks again for the same tens of megabytes. glibc hands large pieces back to the system at once, and
fetching them again costs a page fault for every four kilobytes: 12 % of a step at p = 113, 70 %.
"""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # from malloc.h
_NEVER = 2**31 - 1


def keep_freed_memory() -> bool:
    """Let freed memory stay with this process, for the next step. False where the C library isn't glibc."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_M_MMAP_MAX, 0) and mallopt(_M_TRIM_THRESHOLD, _NEVER))
