"""Words and numbers: nothing dangerous reaches the terminal, and no number is cut in the middle."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grokterm.console import text


@given(st.text())
def test_plain_text_is_one_line_without_control_characters(words):
    safe = text.plain(words)
    assert safe.isprintable()
    assert len(safe) == len(words)


def test_escape_codes_become_visible_and_markup_stays_as_it_is():
    assert text.plain("sweep[lr=1e-3] \x1b[31mred\x1b[0m\n") == "sweep[lr=1e-3] ␛[31mred␛[0m "
    assert text.plain("\u202egnp.exe\x7f") == "�gnp.exe␡"


@given(st.text(max_size=40), st.integers(0, 30))
def test_a_clipped_text_fits(words, width):
    from rich.cells import cell_len

    assert cell_len(text.clip(words, width)) <= width
    assert cell_len(text.clip_middle(words, width)) <= width


def test_a_name_is_clipped_in_the_middle():
    assert text.clip_middle("static optimizer.lr=0.001", 15) == "static …r=0.001"
    assert text.clip_middle("static optimizer.lr=0.001", 15, tail=3) == "static opti…001"


def test_names_that_differ_stay_different_where_that_is_possible():
    grid = tuple(f"3jy4:lr={lr}_weight_decay={decay}" for lr in ("0.0005", "0.002") for decay in ("0.0", "1.0"))
    for width in (18, 20, 25):
        clipped = text.clip_apart(grid, width)
        assert len(set(clipped)) == 4 and all(len(name) <= width for name in clipped)
    assert text.clip_apart(grid, 40) == grid
    assert text.clip_apart(("static", "dynamic"), 30) == ("static", "dynamic")
    assert text.clip_apart(("a" * 9, "b" * 9), 1) == ("…", "…")
    assert text.clip_among(grid[2], grid, 20) == text.clip_apart(grid, 20)[2]
    assert text.clip_apart(("same" * 9, "same" * 9), 8) == ("sam…same",) * 2
    assert text.clip_apart(("a\tb",), 30) == ("a b",)


def test_the_letters_that_find_an_experiment_stay():
    assert text.clip_name("20261109-120000-lou-fig9-dropout-small-4dwf", 22) == "lou-fig9-dropout-…4dwf"
    assert text.clip_name("20261109-120000-lou-fig9-dropout-small-4dwf", 27) == "lou-fig9-dropout-small-4dwf"
    assert text.clip_name("copied by hand", 8) == "cop…hand"


@pytest.mark.parametrize(
    "value, written",
    [
        (None, "–"), (math.nan, "–"), (math.inf, "∞"), (0, "0"), (0.60000000001, "0.6"), (1e-7, "1.00e-07"),
        (9876, "9876"), (12345, "12.3k"), (227313, "227k"), (2.5e7, "25M"), (-3.14159, "-3.14"),
    ],
)  # fmt: skip
def test_numbers_keep_three_digits(value, written):
    assert text.number(value) == written


@pytest.mark.parametrize(
    "value, written", [(850, "850"), (2500, "2.5k"), (25_000, "25k"), (1_250_000, "1.25M"), (math.nan, "–")]
)
def test_short_steps(value, written):
    assert text.short_steps(value) == written


def test_times_and_rates():
    assert text.duration(125) == "2m 05s"
    assert text.duration(3 * 3600 + 20 * 60) == "3h 20m"
    assert text.duration(-1) == text.duration(math.nan) == "–"
    assert [text.age(s) for s in (0, 59, 61, 7300, 10 * 86400)] == ["now", "59s", "1m", "2h", "10d"]
    assert [text.rate(r) for r in (0.0, 0.84, 31.2, 1234)] == ["–", "0.84/s", "31/s", "1.23k/s"]


@pytest.mark.parametrize(
    ("share", "whole"), [(0, 0), (0.29, 29), (212 / 900, 23), (0.999, 99), (1 - 1e-12, 99), (1.0, 100), (1.2, 100)]
)
def test_progress_is_told_in_one_way_and_is_100_at_the_end_alone(share, whole):
    assert text.percent(share) == whole
