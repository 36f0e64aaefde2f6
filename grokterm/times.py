"""Moments as people read them: in local time."""

import time


def local_time(seconds: float, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Unix seconds by `form` of `time.strftime`; "" for 0, which stands for no time, and for what no calendar holds.

    Times come from files that anyone may have written: nan, infinities and the year 3e12 among them.
    """
    if not seconds:
        return ""
    try:
        return time.strftime(form, time.localtime(seconds))
    except (ValueError, OverflowError, OSError):
        return ""
