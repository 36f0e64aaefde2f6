"""Statistics as text, where a careless format would say something wrong."""

import math

import pytest

from grokterm.analysis import Median, Ratio
from grokterm.analysis.words import factor, median_words, p_value, p_words, speed_up_words, step_count

NAN = math.nan


@pytest.mark.parametrize(
    ("p", "cell", "words"),
    [
        (NAN, "–", "p not computable"),
        (0.0, "< 0.001", "p < 0.001"),
        (0.000999, "< 0.001", "p < 0.001"),
        (0.001, "0.001", "p = 0.001"),
        (2 / 70, "0.029", "p = 0.029"),
        (1.0, "1", "p = 1"),
    ],
)
def test_a_p_reads_the_same_in_a_table_and_in_a_sentence(p, cell, words):
    assert (p_value(p), p_words(p)) == (cell, words)


def test_ratios_have_two_digits_and_are_never_in_powers_of_ten():
    assert [factor(value) for value in (0.4123, 2.75, 26.4, 12345.0, NAN)] == ["0.41", "2.8", "26", "12345", "–"]


def test_large_steps_keep_every_digit():
    assert [step_count(value) for value in (0, 1234567.0, NAN)] == ["0", "1,234,567", "–"]


def test_medians_and_speed_ups_say_which_ends_are_open():
    assert median_words(Median(825, 775, NAN)) == "825 (775 to ∞)"
    assert median_words(Median(NAN, 1775, NAN)) == "not reached (1,775 to ∞)"
    assert median_words(Median(NAN, NAN, NAN)) == "not reached"
    assert speed_up_words(None) == "1"
    assert speed_up_words(Ratio(2.75, 1.9, 3.4, 2.75)) == "2.8 (1.9 to 3.4)"
    assert speed_up_words(Ratio(NAN, 2.5, NAN, 2.8)) == "≥ 2.8 (2.5 to ∞)"
    assert speed_up_words(Ratio(NAN, NAN, NAN, NAN)) == "–"
