"""Numbers that nobody wrote in good faith: each file that holds one is damaged, and nothing else is."""

import json

import pytest

from grokterm.record import CohortFolder, DamagedRecord, State
from grokterm.record.line import read_claim

HUGE = "9" * 400
NUMBERS = ["1e999", "-1e999", "NaN", HUGE, "9" * 5000, "-1e30", "[1]", '"x"']  # as they stand in a file


def dump(document: dict) -> str:
    """JSON in which the text "@" stands as it was given: `dump({"n": "@"}).replace('"@"', "1e999")`."""
    return json.dumps(document)


def with_number(document: dict, key: str, number: str) -> str:
    return dump(document | {key: "@"}).replace('"@"', number)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("key", ["n", "time", "step"])
def test_an_event(folder, cohort, key, number):
    good = {"n": 2, "kind": "note", "time": 1.0, "step": 5, "data": {}}
    lines = [with_number(good, key, number), dump(good)]
    cohort.paths.events.write_text("\n".join(lines) + "\n")
    assert [event.kind for event in cohort.events()] == ["damaged", "note"]
    assert folder.state() is State.CREATED


@pytest.mark.parametrize("number", NUMBERS)
def test_the_word_of_a_launcher_among_the_events(folder, cohort, number):
    process = {"host": "h", "boot_id": "b", "pid": "@", "process_start": 1.0}
    event = {"n": 1, "kind": "queued", "time": 1.0, "step": None, "data": process}
    cohort.paths.events.write_text(dump(event).replace('"@"', number) + "\n")
    assert folder.state() in State


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("key", ["step", "pid", "heartbeat_at", "memory_bytes"])
def test_the_status(writer, folder, cohort, key, number):
    writer.commit(state="running")
    good = json.loads(cohort.paths.status.read_text())
    cohort.paths.status.write_text(with_number(good, key, number))
    with pytest.raises(DamagedRecord, match=r"status\.json"):
        cohort.status()
    assert folder.state() is State.CREATED


@pytest.mark.parametrize("number", NUMBERS)
def test_committed_lengths(writer, cohort, number):
    writer.commit(state="running")
    good = json.loads(cohort.paths.status.read_text())
    cohort.paths.status.write_text(dump(good | {"committed": {"train": "@"}}).replace('"@"', number))
    with pytest.raises(DamagedRecord, match=r"status\.json"):
        cohort.status()


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("key", ["time", "pid"])
def test_the_launch(folder, cohort, key, number):
    cohort.announce("cpu", pid=1)
    good = json.loads(cohort.paths.launch.read_text())
    cohort.paths.launch.write_text(with_number(good, key, number))
    with pytest.raises(DamagedRecord, match=r"launch\.json"):
        cohort.launch()
    assert [event.kind for event in cohort.events()] == ["damaged"] and folder.state() is State.CREATED


@pytest.mark.parametrize("number", NUMBERS)
def test_a_note(folder, number):
    good = {"kind": "note", "value": "hello", "time": 1.0, "who": "me"}
    folder.paths.notes.write_text(with_number(good, "time", number) + "\n" + dump(good) + "\n")
    assert [note.kind for note in folder.notes()] == ["damaged", "note"]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_members(cohort, number):
    good = json.loads(cohort.paths.members.read_text())
    for broken in (
        with_number(good, "steps", number),
        dump(good | {"members": [{"arm": "a", "seed": "@"}]}).replace('"@"', number),
    ):
        cohort.paths.members.write_text(broken)
        with pytest.raises(DamagedRecord, match=r"members\.json"):
            CohortFolder(cohort.path).plan  # noqa: B018 - reading it is the check


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("key", ["cohort", "since", "pid"])
def test_a_place_in_the_line(tmp_path, key, number):
    good = {"folder": "/x", "cohort": 0, "devices": ["cpu"], "identities": ["cpu"], "since": 1.0}
    good |= {"host": "h", "boot_id": "b", "pid": 1, "process_start": 1.0}
    ticket = tmp_path / "a.ticket"
    ticket.write_text(dump(good))
    assert read_claim(ticket).folder == "/x"
    ticket.write_text(with_number(good, key, number))
    assert read_claim(ticket) is None
