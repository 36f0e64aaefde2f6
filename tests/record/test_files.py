"""Small files are whole or absent; readers wait a moment for one that is being renamed."""

import json
import threading
import time

import pytest

from grokterm.record import DamagedRecord
from grokterm.record.files import append_at, append_line, cut_torn_line, read_json, write_json, write_whole


def test_a_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "status.json"
    write_json(path, {"n": 0, "pad": "x" * 50_000})
    done = threading.Event()

    def write():
        for n in range(300):
            write_json(path, {"n": n, "pad": "x" * 50_000})
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    seen = []
    while not done.is_set():
        document = json.loads(path.read_bytes())
        assert len(document["pad"]) == 50_000
        seen.append(document["n"])
    thread.join()
    assert seen == sorted(seen) and len(set(seen)) > 1
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    target = tmp_path / "folder"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError):
        write_whole(target, b"can't replace a folder")
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_a_file_being_renamed_is_waited_for(tmp_path):
    path = tmp_path / "status.json"
    path.write_bytes(b'{"half')

    def finish():
        time.sleep(0.02)
        write_json(path, {"n": 1})

    thread = threading.Thread(target=finish)
    thread.start()
    assert read_json(path) == {"n": 1}
    thread.join()


def test_a_file_that_stays_broken_is_reported_and_one_that_need_not_exist_is_not_waited_for(tmp_path, monkeypatch):
    path, waits = tmp_path / "status.json", []
    monkeypatch.setattr("grokterm.record.files.time.sleep", waits.append)
    assert read_json(path, expected=False) is None
    assert waits == []
    assert read_json(path) is None
    assert waits
    for content in (b"", b"[1]", b"\xff", b'{"a":' * 100_000):
        path.write_bytes(content)
        with pytest.raises(DamagedRecord, match=r"status\.json"):
            read_json(path)


def test_an_append_overwrites_what_was_never_committed(tmp_path):
    path = tmp_path / "s"
    assert append_at(path, 0, b"one") == 3
    path.write_bytes(b"one, and a torn tail")
    assert append_at(path, 3, b"two") == 6
    assert path.read_bytes() == b"onetwo"


def test_a_torn_line_is_cut_or_closed(tmp_path):
    path = tmp_path / "events.jsonl"
    assert cut_torn_line(path) == 0
    path.write_bytes(b"a\nb")
    assert cut_torn_line(path) == 1 and path.read_bytes() == b"a\n"
    path.write_bytes(b"a\nb")
    append_line(path, "c")
    assert path.read_bytes() == b"a\nb\nc\n"


@pytest.mark.parametrize(("sole_writer", "left"), [(False, b"before\nmine\ntheirs\n"), (True, b"before\n")])
def test_a_failed_line_takes_no_line_of_others_with_it(tmp_path, monkeypatch, sole_writer, left):
    path = tmp_path / "notes.jsonl"
    append_line(path, "before")

    def fail(descriptor):
        append_line(path, "theirs")  # another process, in the meantime
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("grokterm.record.files.os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        append_line(path, "mine", durable=True, sole_writer=sole_writer)
    assert path.read_bytes() == left
