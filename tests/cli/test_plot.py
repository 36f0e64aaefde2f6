"""`grokterm plot`: pictures, numbers, and charts on standard output."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest
from cli.command import grokterm, refused
from console.world import make

from grokterm.cli.compare import contenders
from grokterm.cli.plot import charts_of, view_of
from grokterm.console.scales import View
from grokterm.errors import BadInput

ONE, OTHER = "20261122-120000-quickstart-one1", "20261122-130000-quickstart-two2"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two experiments with arms of the same names."""
    cwd = tmp_path_factory.mktemp("plot")
    (cwd / "runs").mkdir()
    make(cwd / "runs", ONE, seeds=2)
    make(cwd / "runs", OTHER, seeds=2, step=400, state="stopped")
    return cwd


def plot(place, *words, **variables):
    done = grokterm("plot", *words, cwd=place, COLUMNS="90", **variables)
    assert done.returncode == 0, done.stderr
    return done


def test_a_chart_with_its_arms_and_what_the_dotted_lines_are(place):
    done = plot(place, "one1")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(" accuracy") and "● static   ▲ dynamic   ■ static-high" in lines
    assert "┊ median of the arm: m memorised (t_mem), g grokked (t_grok)" in lines
    assert done.stderr == "" and "\x1b" not in done.stdout
    assert all(len(line) <= 90 for line in lines)


def test_equal_names_of_arms_are_told_apart(place):
    items = contenders([f"{ONE}:dynamic", f"{OTHER}:dynamic"], place / "runs")
    (chart,) = charts_of(items, ["accuracy"], View(), None, None)
    names = {series.name for series in chart.series}
    assert len(names) == 2 and all(name.endswith(":dynamic") for name in names)


def test_every_option_has_its_effect(place):
    said = plot(
        place, "one1", "--panel", "all", "--seeds", "all", "--x", "integral", "--y", "log", "--log-x", "--smooth", "0.9"
    ).stdout
    for part in ("weight decay λ", "static/1", "x ∫λ", "0.001┤", "smoothed 0.9"):
        assert part in said, part
    said = plot(
        place, "one1", "--panel", "weight_decay_integral", "--seeds", "1", "--from", "300", "--to", "500"
    ).stdout
    for part in ("integral of the weight decay", "● static/1", "350"):
        assert part in said, part
    assert "static/0" not in said


def test_a_picture_is_written_and_nothing_is_on_standard_output(place):
    done = plot(place, "one1", "--panel", "loss", "-o", "a.svg")
    assert done.stdout == "" and "a.svg" in done.stderr
    ElementTree.parse(place / "a.svg")


def test_json_on_standard_output_is_the_numbers_or_where_they_are(place):
    (chart,) = json.loads(plot(place, "one1", "--json").stdout)["charts"]
    assert len(chart["curves"]) == 6 and chart["curves"][0]["column"] == "test_acc"
    told = json.loads(plot(place, "one1", "--json", "-o", "b.csv").stdout)
    assert told["path"].endswith("b.csv") and told["charts"] == ["accuracy"]
    rows = list(csv.DictReader(io.StringIO((place / "b.csv").read_text())))
    assert {row["arm"] for row in rows} == {"static", "dynamic", "static-high"}


def test_ascii_is_ascii(place):
    said = plot(place, "one1", "two2", "--panel", "all", GROKTERM_ASCII="1").stdout
    assert said.isascii() and "* two2:static" in said and ": median of the arm" in said
    assert "/-" in said and " | " in said  # strokes, and not braille by its density


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--panel", "test_ac"), 3, "--panel 'test_ac': no such chart or column; nearest: test_acc"),
        (("--panel", "loss,accurracy"), 3, "nearest: accuracy"),
        (("--panel", "foo"), 3, "no such chart or column; see `grokterm plot NAME --list`"),
        (("--panel", "loss", "--x", "wall", "-o", "a.svg"), 2, "no wall time was recorded"),
    ],
)  # fmt: skip
def test_a_bad_value_is_one_line_with_what_is_allowed(place, words, code, said):
    done = grokterm("plot", "one1", *words, cwd=place)
    refused(done, code, said)
    assert len(done.stderr.splitlines()) == 1 and len(done.stderr) < 200, done.stderr


def test_every_panel_that_is_listed_can_be_drawn(place):
    named = [one["name"] for one in json.loads(plot(place, "one1", "--list", "--json").stdout)["panels"]]
    assert named[:4] == ["loss", "accuracy", "norm", "lambda"] and "test_acc" in named
    charts = charts_of(contenders([ONE], place / "runs"), named, View(), None, None)
    assert len(charts) == len(named)
    said = plot(place, "one1", "--list").stdout
    assert "weight decay λ" in said and "weight_decay_integral" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"x": "time"}, "step, epoch, wall, integral"), ({"y": "cubic"}, "auto, log, linear"),
        ({"smooth": 0.5}, "0.6"), ({"seeds": "-1"}, "band, all"),
        ({"seeds": "9"}, "band, all"), ({"seeds": "x"}, "seeds 0, 1"),
    ],
)  # fmt: skip
def test_what_is_allowed_is_said(place, options, said):
    items = contenders([ONE], place / "runs")
    with pytest.raises(BadInput, match=said):
        view_of(items, **{"x": "step", "y": "auto", "log_x": False, "seeds": "band", "smooth": 0.0, **options})


@pytest.mark.parametrize(("left", "right"), [(500.0, 300.0), (5000.0, None), (None, -1.0)])
def test_a_window_without_anything_in_it(place, left, right):
    with pytest.raises(BadInput, match="this axis runs from 0 to 900"):
        charts_of(contenders([ONE], place / "runs"), ["loss"], View(), left, right)


@pytest.mark.parametrize(
    "words", [("--ascii", "plot", "one1"), ("plot", "one1", "--ascii"), ("plot", "--ascii", "one1", "--panel", "loss")]
)
def test_what_holds_for_every_command_may_stand_behind_it(place, words):
    done = grokterm(*words, cwd=place, COLUMNS="90")
    assert done.returncode == 0 and done.stdout.isascii() and "o static" in done.stdout


def test_behind_two_dashes_there_are_no_options(place):
    assert grokterm("note", "one1", "--", "--ascii", cwd=place).returncode == 0
    assert "--ascii" in grokterm("note", "one1", cwd=place).stdout
