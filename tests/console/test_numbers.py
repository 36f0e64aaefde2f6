"""The numbers of a chart in place of its picture: no line too long, no two names alike, nothing left out unsaid."""

import numpy as np
import pytest

from grokterm.console.charts.model import Chart, Series
from grokterm.console.look import DARK, ink
from grokterm.console.screens.numbers import numbers_text

INK = ink(DARK)
STEPS = np.arange(0, 25_001, 10.0)


def chart(arms: int, seeds: int, name: str = "arm-with-a-long-name", **options) -> Chart:
    series = [
        Series(f"{name}-{arm}/{seed}", STEPS, STEPS * -1.2345e-7 - seed, INK.arm(arm), "●▲■◆"[arm % 4],
               faint=faint, column="train_acc" if faint else "test_acc")
        for faint in (False, True) for arm in range(arms) for seed in range(seeds)
    ]  # fmt: skip
    return Chart("accuracy", tuple(series), **options)


def lines(one: Chart, width: int, height: int) -> list[str]:
    return numbers_text(one, width, height, INK).plain.split("\n")


@pytest.mark.parametrize("size", [(80, 24), (80, 14), (120, 40), (200, 60), (40, 10)])
@pytest.mark.parametrize("arms, seeds", [(3, 30), (1, 30), (8, 4), (1, 1)])
@pytest.mark.parametrize("cursor", [None, 12_345.0])
def test_every_line_fits_and_no_two_names_are_alike(size, arms, seeds, cursor):
    found = lines(chart(arms, seeds, cursor=cursor), *size)
    assert len(found) <= size[1] and all(len(line) <= size[0] for line in found)
    heads = found[1].split()
    assert len(heads) == len(set(heads)) >= 3 or arms * seeds == 1
    named = [line[: line.index("  ", 4)].strip() for line in found[2:] if line[1:2] in "●▲■◆"]
    assert len(named) == len(set(named))


def test_where_all_curves_fit_every_row_is_a_line():
    found = lines(chart(2, 1, "a", cursor=12_510.0), 80, 7)
    assert found[1].split() == ["step", "●", "a-0/0", "▲", "a-1/0", "●", "a-0/0", "train", "▲", "a-1/0", "train"]
    assert [line[:9].split()[-1] for line in found[2:]] == ["0", "8,330", "16,670", "25,000"]
    assert [line[0] for line in found[2:]] == [" ", "›", " ", " "]
    assert found[0] == " accuracy   4 of 2,501 points, evenly spread"
    assert lines(chart(2, 1, "a"), 80, 3000)[0] == " accuracy   2,501 points"


def test_else_every_curve_is_a_line_and_what_is_left_out_is_counted():
    found = lines(chart(3, 30), 80, 24)
    assert found[2].startswith(" ● arm-with-a-long-name-0/0") or "…" in found[2]
    assert found[-1].strip().startswith("and 159 more curves: Space hides an arm")
    assert len(found) == 24
    whole = lines(chart(1, 8, "a"), 60, 24)
    assert len(whole) == 2 + 16 and "train" in whole[-1] and "more" not in whole[-1]


def test_the_column_at_the_cursor_is_marked():
    assert "›25,000" in lines(chart(3, 30, cursor=25_000.0), 80, 24)[1].split()


def test_nothing_to_show_is_said():
    assert lines(Chart("loss", empty="every arm is hidden"), 80, 24)[-1] == " every arm is hidden"
