"""The progress line at every width: nothing is cut in the middle, and what is needed most stays longest."""

from dataclasses import replace

import pytest
from console.world import make

from grokterm.analysis import summarise
from grokterm.cli.progress import _parts, line_of
from grokterm.jobs.follow import Look


@pytest.fixture
def look(runs):
    """An experiment that trains."""
    folder = make(runs, "20261122-120000-quickstart-one2", step=610, state="running")
    summary = replace(summarise(folder), eta=125.0, eta_rough=True, workers=3, rate=31.0)
    return Look(summary, 0.998, 0.7834, 0.1, 0.2)


def test_in_eighty_columns_it_says_what_has_grokked_and_how_long_it_takes(look):
    whole = line_of(look)
    assert whole.startswith("running · step 610 of 900 · 8 of 12 grokked · about 2m 05s left · test 78.3 % · train")
    short = "running · 610/900 · 8/12 grokked · ~2m 05s left · test 78 % · train 99 % · 31/s"
    assert line_of(look, 79) == short and len(short) == 79
    assert line_of(look, 78) == short.removesuffix(" · 31/s")
    assert line_of(look, 200) == whole


@pytest.mark.parametrize("scored", [True, False])
def test_no_part_is_cut_at_any_width(look, scored):
    look = replace(look, summary=replace(look.summary, scored=scored))
    known = {part for both in _parts(look) for part in both}
    for room in range(7, 140):
        line = line_of(look, room)
        assert len(line) <= room and set(line.split(" · ")) <= known
    assert line_of(look, 5) == "runn…"


def test_a_long_problem_ends_in_an_ellipsis(look):
    broken = replace(look, summary=replace(look.summary, problem="experiment.toml: " + "word " * 40))
    assert len(line_of(broken, 60)) <= 60 and line_of(broken, 60).endswith("…")
