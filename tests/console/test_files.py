"""Charts as files."""

import csv
import io
import json
import os
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from grokterm.console.charts.figure import stacked
from grokterm.console.charts.files import file_name, free_path, write
from grokterm.console.charts.model import Chart, Milestone, Series
from grokterm.console.look import DARK, ink, marker
from grokterm.errors import BadInput

INK = ink(DARK)
X = np.arange(0.0, 200.0, 10)
Y = np.where(X == 50, np.nan, np.sin(X / 30) + 1.1)


def charts(**options) -> list[Chart]:
    n = np.full(20, 4.0)
    series = (
        Series("static", X, Y, INK.arm(0), marker(0), Y - 0.1, Y + 0.1, column="test_loss", arm="static", n=n),
        Series("<b>$x$&", X, Y / 2, INK.arm(1), marker(1), raw_y=Y / 3, column="test_loss", arm="<b>$x$&", seed=3),
        Series("static", X, Y * 2, INK.arm(0), marker(0), faint=True, column="train_loss", arm="static", n=n),
    )  # fmt: skip
    return [Chart("loss", series, milestones=(Milestone(90, "g●", INK.arm(0), "t_grok"),), **options)]


def test_an_svg_is_xml_with_its_words_as_text(tmp_path):
    path = write(charts(), tmp_path / "a.svg")
    assert path == tmp_path / "a.svg"
    words = " ".join("".join(node.itertext()) for node in ElementTree.parse(path).iter())
    assert "static" in words and "<b>$x$&" in words and "t_grok" in words and "train" in words
    assert "one-d64z · every seed" not in words
    words = ElementTree.parse(write(charts(whose="one-d64z · every seed"), tmp_path / "b.svg"))
    assert "one-d64z · every seed" in " ".join("".join(node.itertext()) for node in words.iter())


def test_the_same_charts_give_the_same_bytes(tmp_path):
    for suffix in (".svg", ".png", ".csv", ".json"):
        one, other = (write(charts(), tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
        assert one == other, suffix


def test_a_png_is_one_of_a_size_for_paper(tmp_path):
    data = write(charts(), tmp_path / "a.PNG").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (1200, 720)


@pytest.mark.parametrize(
    "options", [{"log_x": True, "log_y": True}, {"window": (35.0, 155.0)}, {"window": (-5.0, 9.0)}]
)
def test_every_view_can_be_drawn(tmp_path, options):
    assert write(charts(**options), tmp_path / "a.svg").stat().st_size > 1000


@pytest.mark.parametrize("log_x", [False, True])
def test_the_marker_of_a_milestone_stands_at_its_place_on_the_axis(log_x):
    """Those that are close go up, never sideways: a reader reads their place off the axis."""
    from matplotlib.figure import Figure

    from grokterm.console.charts.figure import _draw

    times = (88.0, 90.0, 90.0, 95.0, 150.0, 188.0)
    found = tuple(Milestone(x, f"g{marker(i)}", INK.arm(i), "t_grok") for i, x in enumerate(times))
    axes = Figure(figsize=(8, 4.8)).add_subplot()
    _draw(axes, replace(charts(log_x=log_x)[0], milestones=found))
    signs = [one for one in axes.get_lines() if not one.get_clip_on()]
    signs += [one for one in axes.artists if not one.get_clip_on()]
    drawn = sorted(tuple(one.get_transform().transform((one.get_xdata()[0], one.get_ydata()[0]))) for one in signs)
    expected = [axes.transData.transform((x, 1))[0] for x in times]
    assert [x for x, _ in drawn] == pytest.approx(expected)
    assert len({(round(x), round(y)) for x, y in drawn}) == len(times)


def test_what_would_lie_on_others_goes_a_row_up_and_no_line_down_crosses_words():
    assert stacked([], [], 100) == []
    assert stacked([0, 50], [30, 30], 100) == [0, 0]
    assert stacked([10, 20, 60], [30, 30, 30], 100) == [1, 0, 0]  # the line of the first comes down before the second
    assert stacked([10, 10, 10], [30, 30, 30], 100) == [2, 1, 0]
    assert stacked([60, 95], [30, 30], 100) == [1, 0]  # the last ends at the edge


def test_a_csv_has_the_recorded_numbers(tmp_path):
    rows = list(csv.DictReader(io.StringIO(write(charts(), tmp_path / "a.csv").read_text())))
    assert {row["chart"] for row in rows} == {"loss"} and {row["axis"] for row in rows} == {"step"}
    timed = write(charts(x_title="wall time", seconds=True), tmp_path / "b.csv").read_text().splitlines()
    assert timed[0].startswith("whose,chart,column,arm,seed,axis,x,value,") and ",wall time (seconds)," in timed[1]
    first = [row for row in rows if row["arm"] == "static" and row["column"] == "test_loss"]
    assert [float(row["x"]) for row in first] == list(X)
    values = np.array([float(row["value"] or "nan") for row in first])
    np.testing.assert_array_equal(values, Y)  # without loss
    assert {row["seed"] for row in first} == {"median"} and {row["n"] for row in first} == {"4"}
    smooth = [row for row in rows if row["seed"] == "3"]
    assert float(smooth[0]["value"]) == Y[0] / 3 and float(smooth[0]["smoothed"]) == Y[0] / 2


def test_numbers_are_those_of_the_window(tmp_path):
    rows = list(csv.DictReader(io.StringIO(write(charts(window=(35, 70)), tmp_path / "a.csv").read_text())))
    assert {row["x"] for row in rows} == {"40", "50", "60", "70"}


def test_json_has_lists_of_equal_length_and_null_for_a_gap(tmp_path):
    (one,) = json.loads(write(charts(), tmp_path / "a.json").read_text())["charts"]
    curve = one["curves"][0]
    assert len(curve["x"]) == len(curve["value"]) == 20 and curve["value"][5] is None
    assert one["milestones"] == [{"x": 90, "label": "g●"}] and "smoothed" not in curve


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.svg.gz"])
def test_another_format_is_refused_with_those_there_are(tmp_path, name):
    with pytest.raises(BadInput, match=r"\.svg, \.png, \.csv, \.json"):
        write(charts(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_nothing_to_write_says_why(tmp_path):
    with pytest.raises(BadInput, match="every arm is hidden"):
        write([Chart("loss", empty="every arm is hidden")], tmp_path / "a.svg")
    with pytest.raises(BadInput, match="no chart"):
        write([], tmp_path / "a.csv")


def test_a_place_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="can't be written"):
        write(charts(), tmp_path / "file" / "a.csv")
    if os.geteuid():
        tmp_path.chmod(0o500)
        with pytest.raises(BadInput, match="can't be written"):
            write(charts(), tmp_path / "a.csv")


def test_a_free_name_is_found_and_words_become_a_file_name(tmp_path):
    first = free_path(tmp_path, "weight decay λ / 1", ".svg")
    assert first.name == "weight-decay-λ---1.svg"
    first.write_text("")
    assert free_path(tmp_path, "weight decay λ / 1", ".svg").name == "weight-decay-λ---1-2.svg"
    assert (
        free_path(tmp_path, "../..", ".csv").parent == tmp_path and free_path(tmp_path, "", ".csv").name == "chart.csv"
    )


def test_a_long_name_is_cut_between_its_letters(tmp_path):
    assert file_name("λ" * 300, ".svg") == "λ" * 100 + ".svg" and file_name("", ".svg") == "chart.svg"
    for number in range(3):
        path = free_path(tmp_path, "a" * 300, ".csv")
        assert write(charts(), path).name == "a" * 200 + (f"-{number + 1}.csv" if number else ".csv")
