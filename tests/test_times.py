"""Moments as text."""

import math
import time

import pytest

from grokterm.times import local_time

NOON = time.mktime((2026, 11, 22, 12, 5, 7, 0, 0, -1))


def test_in_local_time():
    assert local_time(NOON) == "2026-11-22 12:05:07"
    assert local_time(NOON, "%H:%M") == "12:05"


@pytest.mark.parametrize("seconds", [0, 0.0, 1e20, -1e20, math.inf, -math.inf, math.nan, 10**400])
def test_what_no_calendar_holds_is_nothing(seconds):
    assert local_time(seconds) == ""
