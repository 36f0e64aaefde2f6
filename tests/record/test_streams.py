"""Streams: what goes in comes out, in whole rows, once, and never past the committed length."""

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from grokterm.errors import BadInput
from grokterm.record import DamagedRecord


def test_every_kind_of_column_comes_back_as_it_went_in(writer, cohort):
    columns = {
        "single": np.random.default_rng(0).random((5, 4)).astype(np.float32),
        "double": np.random.default_rng(1).random((5, 4)),
        "count": np.arange(20).reshape(5, 4),
        "wall": np.linspace(0, 1, 5),
    }
    columns["double"][2, 1] = np.nan
    columns["single"][0, 0] = np.inf
    writer.append("train", range(5), columns)
    assert writer.commit()
    table = cohort.stream("train").read()
    assert table.steps.tolist() == [0, 1, 2, 3, 4] and table.steps.dtype == np.int64
    assert list(table.columns) == list(columns) and not table.missing
    for name, column in columns.items():
        assert table.columns[name].dtype == column.dtype
        np.testing.assert_array_equal(table.columns[name], column)


def test_one_member_is_a_column_of_width_one_not_a_scalar(runs, experiment):
    from dataclasses import replace

    from grokterm.record import CohortWriter, create

    alone = create(runs, replace(experiment, seeds=(0,), arms=experiment.arms[:1])).cohorts[0]
    writer = CohortWriter(alone.path)
    writer.load_checkpoint()
    writer.append("train", [0, 1], {"loss": np.ones((2, 1)), "wall": np.ones(2)})
    writer.commit()
    table = alone.stream("train").read()
    assert table.columns["loss"].shape == (2, 1) and table.columns["wall"].shape == (2,)


def test_polls_give_every_row_once_and_read_gives_all(writer, cohort, values):
    reader = cohort.stream("train")
    assert len(reader.poll()) == 0
    seen, step = [], 0
    for size in (1, 7, 2, 30, 1, 1, 11):
        rows = np.arange(step, step + size)
        writer.append("train", rows, {"value": values(rows)})
        writer.commit()
        step += size
        if size != 2:  # sometimes two commits are read at once
            table = reader.poll()
            np.testing.assert_array_equal(table.columns["value"], values(table.steps))
            seen += table.steps.tolist()
    assert seen == list(range(step)) and len(reader.poll()) == 0
    assert cohort.stream("train").read().steps.tolist() == seen
    assert reader.read().steps.tolist() == seen and len(reader.poll()) == 0


def test_rows_are_seen_only_once_committed(writer, cohort, values):
    reader = cohort.stream("train")
    writer.append("train", [0, 1], {"value": values([0, 1])})
    assert len(reader.poll()) == 0
    writer.commit()
    assert len(reader.poll()) == 2
    with cohort.paths.stream("train").open("ab") as file:
        file.write(b"\xff\xff\xff\xffhalf a batch that was never committed")
    assert len(reader.poll()) == 0 and len(reader.read()) == 2
    writer.append("train", [2], {"value": values([2])})
    writer.commit()
    assert reader.poll().steps.tolist() == [2]
    np.testing.assert_array_equal(reader.read().columns["value"], values([0, 1, 2]))


def test_many_appends_are_one_batch_in_one_file(writer, cohort, values):
    for step in range(50):
        writer.append("train", [step], {"value": values([step])})
    writer.commit()
    batches = list(pa.ipc.open_stream(cohort.paths.stream("train").read_bytes()))
    assert [batch.num_rows for batch in batches] == [50]
    assert cohort.stream_names() == ("train",)


def test_any_arrow_reader_can_read_the_file(writer, cohort, values):
    writer.append("train", [0, 1], {"value": values([0, 1])})
    writer.commit()
    table = pa.ipc.open_stream(cohort.paths.stream("train").read_bytes()).read_all()
    assert table.column("value").to_pylist() == values([0, 1]).tolist()
    assert b"static/0" in table.schema.metadata[b"members"]


def test_a_choice_of_columns(writer, cohort, values):
    writer.append("train", [0, 1], {"a": values([0, 1]), "b": values([2, 3]), "wall": np.ones(2)})
    writer.commit()
    table = cohort.stream("train").read(["b", "no such column"])
    assert list(table.columns) == ["b"] and table.steps.tolist() == [0, 1]
    np.testing.assert_array_equal(table.columns["b"], values([2, 3]))


def test_a_stream_that_does_not_exist_has_no_rows(cohort, writer):
    assert len(cohort.stream("weights").read()) == 0
    for name in ("", "../secret", ".hidden", "a/b", "nul\0"):
        with pytest.raises(BadInput):
            cohort.stream(name)


def test_a_file_cut_anywhere_gives_its_whole_batches_and_says_what_is_missing(writer, cohort, values):
    path = cohort.paths.stream("train")
    lengths = [0]
    for step in range(3):
        writer.append("train", [step], {"value": values([step])})
        writer.commit()
        lengths.append(path.stat().st_size)
    data = path.read_bytes()
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        table = cohort.stream("train").read()
        whole = sum(cut >= length for length in lengths[1:])
        assert table.steps.tolist() == list(range(whole)), cut
        assert table.missing > 0
    path.write_bytes(data)
    assert len(cohort.stream("train").read()) == 3


def test_a_folder_in_the_place_of_a_stream_is_one_line(writer, cohort, values):
    writer.append("train", [0], {"value": values([0])})
    writer.commit()
    cohort.paths.stream("train").unlink()
    cohort.paths.stream("train").mkdir()
    for read in (cohort.stream("train").read, cohort.stream("train").column_names):
        with pytest.raises(DamagedRecord, match=r"train\.arrows: can't be read"):
            read()


def test_a_late_tail_is_picked_up_by_the_next_poll(writer, cohort, values):
    """As on a network file system, where the status may be seen before the rows."""
    writer.append("train", [0], {"value": values([0])})
    writer.commit()
    reader = cohort.stream("train")
    assert len(reader.poll()) == 1
    path = cohort.paths.stream("train")
    short = path.read_bytes()
    writer.append("train", [1, 2], {"value": values([1, 2])})
    writer.commit()
    whole = path.read_bytes()
    for cut in (len(short), len(short) + 3, len(whole) - 1):
        path.write_bytes(whole[:cut])
        table = reader.poll()
        assert len(table) == 0 and table.missing == len(whole) - len(short)
    path.write_bytes(whole)
    assert reader.poll().steps.tolist() == [1, 2]


def test_a_damaged_file_is_never_a_crash(writer, cohort, values):
    """Any few bytes may be wrong, also those that say how long and where the numbers are."""
    for step in range(3):
        writer.append("train", [2 * step, 2 * step + 1], {"value": values([0, 1]), "wall": np.ones(2)})
        writer.commit()
    path = cohort.paths.stream("train")
    whole = path.read_bytes()
    chance, seen = random.Random(1), set()
    for _ in range(1500):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 1, 4])):
            data[chance.randrange(len(data))] = chance.choice([0, 255, chance.randrange(256)])
        path.write_bytes(data)
        try:
            table = cohort.stream("train").read()
        except DamagedRecord as error:
            assert "schema" in error.message or "values in a row" in error.message
            continue
        assert all(len(column) == len(table) for column in table.columns.values())
        assert bool(table.missing) == (len(table) < 6)
        seen.add(len(table))
    assert seen == {0, 2, 4, 6}
    path.write_bytes(b"x" * len(whole))
    assert len(cohort.stream("train").read()) == 0
    path.unlink()
    assert cohort.stream("train").read().missing == len(whole)


@pytest.mark.parametrize(
    ("steps", "columns", "why"),
    [
        ([5], {"value": np.ones((1, 4))}, "do not rise"),
        ([6, 6], {"value": np.ones((2, 4))}, "do not rise"),
        ([8, 7], {"value": np.ones((2, 4))}, "do not rise"),
        ([6], {"value": np.ones((1, 3))}, "shape"),
        ([6], {"value": np.ones((2, 4))}, "shape"),
        ([6], {"value": np.ones((1, 4), np.float16)}, "float16"),
        ([6], {"value": np.ones((1, 4), object)}, "object"),
        ([6], {"value": np.ones((1, 4), np.float32)}, "columns"),
        ([6], {"other": np.ones((1, 4))}, "columns"),
        ([6], {"value": np.ones((1, 4)), "step": np.ones(1)}, "step"),
    ],
)
def test_rows_that_do_not_fit_are_refused_whole(writer, cohort, values, steps, columns, why):
    writer.append("train", [4, 5], {"value": values([4, 5])})
    with pytest.raises(ValueError, match=why):
        writer.append("train", steps, columns)
    assert writer.commit()
    writer.append("train", [6], {"value": values([6])})
    assert writer.commit()
    assert cohort.stream("train").read().steps.tolist() == [4, 5, 6]


def test_a_log_of_the_machine_may_stay_at_a_step(writer, cohort):
    for wall in (1.0, 2.0):
        writer.append("clock", [7], {"wall": np.array([wall])})
        writer.commit()
    assert cohort.stream("clock").read().columns["wall"].tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="do not rise"):
        writer.append("clock", [6], {"wall": np.ones(1)})


def test_what_was_appended_is_not_changed_by_its_caller_later(writer, cohort):
    rows, column = np.array([0]), np.zeros((1, 4))
    writer.append("train", rows, {"value": column})
    rows += 100
    column += 1
    writer.commit()
    table = cohort.stream("train").read()
    assert table.steps.tolist() == [0] and not table.columns["value"].any()


def test_a_long_run_in_thousands_of_batches_is_read_at_once(writer, cohort, monkeypatch):
    for step in range(0, 25_000, 10):
        rows = np.arange(step, step + 10)
        columns = {name: np.full((10, 4), step, np.float32) for name in ("train_loss", "train_acc")}
        writer.append("train", rows, columns)
        writer.commit()
    stream, opened, whole = cohort.stream("train"), [], Path.open
    monkeypatch.setattr(Path, "open", lambda path, *how, **more: (opened.append(path), whole(path, *how, **more))[1])
    table = stream.read()
    assert len(table) == 25_000 and (table.columns["train_loss"][:, 0] == table.steps // 10 * 10).all()
    assert opened.count(stream.path) == 1
