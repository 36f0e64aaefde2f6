"""The columns of the history at several widths, and what stands in them."""

import math

import pytest

from grokterm.analysis import Summary
from grokterm.analysis.summary import ArmProgress
from grokterm.console.look import DARK, ink
from grokterm.console.screens.history import COLUMNS, groks, paint
from grokterm.console.widgets.table import GAP, fit

NAME = "20261109-120000-lou-fig9-dropout-small-4dwf"


def widths(cells: int) -> dict[str, int]:
    return {column.id: width for column, width in fit(COLUMNS, cells)}


@pytest.mark.parametrize("cells", range(60, 300, 7))
def test_the_columns_fit_and_the_name_grows_before_others(cells):
    given = widths(cells)
    assert sum(given.values()) + GAP * (len(given) - 1) <= cells
    if given["name"] < 28:
        assert given["progress"] == 11
    if cells >= 118:
        assert given["name"] >= 28 and len(given) == len(COLUMNS)


@pytest.mark.parametrize("cells", [78, 118, 198])
def test_a_name_keeps_its_letters(cells):
    shown = paint(Summary(NAME, 0.0), "name", widths(cells)["name"], ink(DARK), ("1m", False, 0)).plain
    assert shown.startswith("lou-fig9-dropout") and shown.endswith("4dwf")


def test_arms_that_just_fit_are_not_cut():
    arms = {
        name: ArmProgress(2, 2, 2, 0, t_grok) for name, t_grok in zip("abcd", (math.nan, 310, 540, 1020), strict=True)
    }
    summary = Summary(NAME, 0.0, arms=arms)
    whole = groks(summary, 80, ink(DARK)).plain
    assert whole == "●– ▲310 ■540 ◆1.02k"
    assert groks(summary, len(whole), ink(DARK)).plain == whole
    assert groks(summary, len(whole) - 1, ink(DARK)).plain == "●– ▲310 ■540 +1"
