"""Events: numbered lines, torn tails, and what a resume supersedes."""

import json

from grokterm.record import CohortFolder, CohortWriter, Event, effective_events


def kinds(cohort):
    return [event.kind for event in cohort.events()]


def test_events_are_numbered_across_workers(writer, cohort):
    first = writer.event("started", 0, device="cpu")
    assert first.n == 1 and first.data["pid"] == writer.status.pid
    writer.event("memorised", 20, arm="static", seed=0, value=0.99)
    again = CohortWriter(cohort.path)
    again.load_checkpoint()
    again.event("started", 0)
    events = cohort.events()
    assert [event.n for event in events] == [1, 2, 3]
    assert events[1] == Event(2, "memorised", events[1].time, 20, {"arm": "static", "seed": 0, "value": 0.99})


def test_a_reader_reads_on_where_it_was(writer, cohort):
    assert cohort.events() == []
    writer.event("started", 0)
    held = cohort.events()
    writer.event("note", None, text="x")
    assert len(cohort.events()) == 2 and len(held) == 1


def test_a_torn_last_line_is_ignored_and_then_repaired(writer, cohort):
    writer.event("started", 0)
    with cohort.paths.events.open("ab") as file:
        file.write(b'{"n":2,"kind":"memo')
    assert kinds(cohort) == ["started"]
    CohortWriter(cohort.path).event("note", text="after")
    assert kinds(cohort) == ["started", "note"] and [event.n for event in cohort.events()] == [1, 2]
    assert len(cohort.paths.events.read_bytes().splitlines()) == 2


def test_a_damaged_line_is_shown_and_hides_nothing(writer, cohort):
    writer.event("started", 0)
    with cohort.paths.events.open("ab") as file:
        file.write(b"\x00\xff garbage\n[]\nnull\n{}\n" + b"[" * 100_000 + b"\n")
    writer.event("note", text="still here")
    assert kinds(cohort) == ["started", *["damaged"] * 5, "note"]
    assert kinds(CohortFolder(cohort.path))[-1] == "note"


def test_texts_are_data(writer, cohort):
    text = "line\nbreak \x1b[31m \u2028 \ud800 [red] \x00 ü"
    writer.event("note", text=text)
    assert cohort.events()[0].data["text"] == text
    assert cohort.paths.events.read_bytes().count(b"\n") == 1


def test_numbers_without_a_word_in_json(writer, cohort):
    import numpy as np

    data = {"loss": float("nan"), "worst": np.float32("inf"), "members": np.array([1, 2]), "n": np.int64(3)}
    writer.event("diverged", np.int64(7), **data)
    (event,) = cohort.events()
    assert event.data == {"loss": "nan", "worst": "inf", "members": [1, 2], "n": 3} and event.step == 7
    json.loads(cohort.paths.events.read_text(), parse_constant=lambda word: 1 / 0)  # strict JSON


def test_what_training_went_back_behind_is_superseded():
    log = [
        Event(1, "started", 0.0, 0),
        Event(2, "memorised", 1.0, 100, {"member": 0}),
        Event(3, "checkpointed", 2.0, 500),
        Event(4, "grokked", 3.0, 480, {"member": 0}),  # found after the checkpoint, about a step before it
        Event(5, "memorised", 3.0, 600, {"member": 1}),
        Event(6, "checkpointed", 3.5, 700),
        Event(7, "failed", 4.0, 720),
        Event(8, "resumed", 5.0, 500, {"after": 3}),
        Event(9, "grokked", 6.0, 480, {"member": 0}),
        Event(10, "memorised", 7.0, 600, {"member": 1}),
    ]
    assert [event.n for event in effective_events(log)] == [1, 2, 3, 7, 8, 9, 10]
    assert [event.n for event in effective_events([*log, Event(11, "started", 8.0, 0)])] == [1, 7, 8, 11]


def test_without_a_number_the_step_decides():
    log = [Event(1, "memorised", 0.0, 100), Event(2, "grokked", 0.0, 300), Event(3, "resumed", 1.0, 200)]
    assert [event.n for event in effective_events(log)] == [1, 3]


def test_the_event_of_the_checkpoint_itself_holds(writer, cohort):
    writer.event("started", 0)
    writer.save_checkpoint(10, {}, {})
    writer.event("grokked", 12)
    again = CohortWriter(cohort.path)
    again.load_checkpoint()
    again.event("resumed", 10)
    assert [event.kind for event in cohort.effective_events()] == ["started", "checkpointed", "resumed"]
    assert kinds(cohort) == ["started", "checkpointed", "grokked", "resumed"]
