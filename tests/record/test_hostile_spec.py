"""Specs and provenance that nobody would write: one line says so, and nothing else happens."""

import json
import re

import pytest

from grokterm.analysis import summarise
from grokterm.jobs.repeat import next_seeds
from grokterm.record import DamagedRecord, create, open_folder

DEEP = "[" * 900 + "]" * 900
DIGITS = "1" + "0" * 5000


@pytest.fixture
def written(folder):
    """written(line) -> the folder with this line in place of the learning rate's."""

    def write(line: str):
        text = folder.paths.spec.read_text()
        folder.paths.spec.write_text(re.sub(r"(?m)^lr = .*$", line, text, count=1))
        assert line in folder.paths.spec.read_text()
        return open_folder(folder.path)

    return write


@pytest.mark.parametrize("line", [f"lr = {DEEP}", f"lr = {DIGITS}"])
def test_what_no_parser_takes_is_a_damaged_record(written, line):
    folder = written(line)
    for read in (folder.spec, folder.fields):
        with pytest.raises(DamagedRecord, match=r"experiment\.toml: can't be read"):
            read()
    assert summarise(folder).name == folder.name


def test_another_folder_with_such_a_spec_does_not_keep_one_from_being_repeated(folder, written, experiment, runs):
    good = create(runs, experiment)
    written(f"lr = {DEEP}")
    assert list(next_seeds(good)) == [2, 3]


@pytest.mark.parametrize("number", ["1" + "0" * 400, "0x1" + "0" * 5000])
def test_a_number_beyond_every_float_is_refused_and_searched_as_infinite(written, number):
    folder = written(f"lr = {number}")
    with pytest.raises(DamagedRecord, match=r"lr|can't be read"):
        folder.spec()
    assert folder.fields()["optimizer.lr"] == (float("inf"),)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"step": "x"}, "step must be an integer"), ({"step": 10**400}, "step must be an integer of 64 bits"),
        ({"step": 1.5}, "step"), ({"precision": [1]}, "precision must be an object, and is list"),
        ({"threads": {}}, "threads"), ({"device_name": []}, "device_name must be a text"),
    ],
)  # fmt: skip
def test_provenance_of_other_kinds_is_a_damaged_record(cohort, entry, says):
    cohort.paths.provenance.write_text(json.dumps([{"step": 0}, entry]))
    with pytest.raises(DamagedRecord, match=says):
        cohort.provenance()
