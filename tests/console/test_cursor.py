"""The value cursor in a drawing."""

from dataclasses import replace

import numpy as np
import pytest

from grokterm.console.charts.model import Chart, Series
from grokterm.console.charts.plot import draw
from grokterm.console.look import DARK, ink

INK = ink(DARK)
STEPS = np.arange(0, 901, 10.0)
WHOLE = Chart("loss", (Series("a", STEPS, STEPS, INK.arm(0)),))


def at(cursor: float | None, width: int = 76) -> list[str]:

    return [strip.text for strip in draw(replace(WHOLE, cursor=cursor), width, 14, INK)]


@pytest.mark.parametrize("cursor", [0, 10, 195, 200, 433, 600, 605, 899, 900])
def test_its_label_never_cuts_that_of_a_tick(cursor):
    ticks = at(None)[-1].split()
    words = at(cursor)[-1].split()
    assert f"{cursor}" in words
    assert set(words) - {f"{cursor}"} <= set(ticks)
    assert len(words) >= len(ticks) - 1


def test_it_is_a_line_from_the_top_to_the_axis_through_which_the_curve_is_seen():
    lines, without = at(433)[1:-2], at(None)[1:-2]
    column = next(place for place in range(12, 76) if lines[0][place] == "│")
    assert all(
        line[column] == ("│" if before[column] == " " else before[column])
        for line, before in zip(lines, without, strict=True)
    )
    assert all(
        line[:column] + line[column + 1 :] == before[:column] + before[column + 1 :]
        for line, before in zip(lines, without, strict=True)
    )


def test_outside_the_window_it_is_not_there():
    assert at(5000) == at(None)
