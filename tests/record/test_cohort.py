"""The rest of a cohort: log, provenance, and the heartbeat."""

import time

import pytest

from grokterm.errors import GroktermError
from grokterm.record import CohortWriter, DamagedRecord


def test_the_tail_of_a_log(cohort):
    assert cohort.log_tail(5) == []
    lines = [f"line {n} \x1b[31m" for n in range(20_000)]
    cohort.log_path.write_text("\n".join(lines) + "\n")
    assert cohort.log_tail(3) == lines[-3:]
    assert cohort.log_tail(12_345) == lines[-12_345:]
    assert cohort.log_tail(10**6) == lines and cohort.log_tail(0) == []
    cohort.log_path.write_bytes(b"\xff\xfe no end")
    assert cohort.log_tail(1) == ["\ufffd\ufffd no end"]


def test_the_tail_of_a_log_that_ends_no_line(cohort):
    bar = b"".join(b"%7d of 10000000\r" % n for n in range(200_000))
    cohort.log_path.write_bytes(b"begun\n" + bar)
    (end,) = cohort.log_tail(1000)
    assert 2**20 <= len(end) < 2**20 + 2**16 and end.endswith("199999 of 10000000\r")
    cohort.log_path.write_bytes(b"begun\n" + bar + b"\nlast\nwords\n")
    assert cohort.log_tail(2) == ["last", "words"]
    assert cohort.log_tail(1000) == ["last", "words"]  # the line before them is cut off
    cohort.log_path.write_bytes(b"\n\n")
    assert cohort.log_tail(5) == ["", ""]
    cohort.log_path.write_bytes(b"")
    assert cohort.log_tail(5) == []


def test_provenance(writer, cohort):
    assert cohort.provenance() == []
    first, second = {"torch": "2.13", "tf32": False, "step": 0}, {"torch": "2.14", "tf32": False, "step": 700}
    writer.provenance(first)
    assert cohort.provenance() == [first]
    CohortWriter(cohort.path).provenance(second)  # a resume, perhaps elsewhere
    assert cohort.provenance() == [first, second]


def test_provenance_as_it_was_once_written_and_as_it_should_not_be(writer, cohort):
    path = cohort.paths.provenance
    path.write_text('{"torch": "2.12"}')
    assert cohort.provenance() == [{"torch": "2.12"}]
    writer.provenance({"torch": "2.13"})
    assert cohort.provenance() == [{"torch": "2.12"}, {"torch": "2.13"}]
    for damaged in ("[1]", '"x"', "{half"):
        path.write_text(damaged)
        with pytest.raises(DamagedRecord, match=r"provenance\.json"):
            cohort.provenance()
    writer.provenance({"torch": "2.14"})
    assert cohort.provenance() == [{"torch": "2.14"}]
    assert path.with_name("provenance.json.damaged").read_text() == "{half"


def test_files_that_can_not_be_read_are_one_line(folder, cohort):
    for path, read in (
        (cohort.paths.events, cohort.events),
        (cohort.paths.log, lambda: cohort.log_tail(3)),
        (folder.paths.notes, folder.notes),
    ):
        path.mkdir()  # permissions would not stop every user
        with pytest.raises(DamagedRecord, match=path.name):
            read()
    with pytest.raises(DamagedRecord, match=r"events\.jsonl"):
        folder.state()


def test_every_commit_is_a_heartbeat(writer, cohort):
    before = cohort.status()
    begin = time.time()
    writer.commit(state="paused")
    after = cohort.status()
    assert after.heartbeat == before.heartbeat + 1 and begin <= after.heartbeat_at <= time.time()
    assert after.steps == 100 and after.state == "paused"
    again = CohortWriter(cohort.path)
    assert again.status.heartbeat == after.heartbeat + 1  # goes on counting, so that nobody takes it for the old one


def test_a_folder_that_is_no_cohort_is_refused(tmp_path):
    with pytest.raises(DamagedRecord, match=r"members\.json: missing"):
        CohortWriter(tmp_path)
    with pytest.raises(GroktermError):
        CohortWriter(tmp_path / "nowhere")


def test_a_folder_that_vanishes_does_not_end_training(folder, writer, values):
    import shutil

    writer.append("train", [0], {"value": values([0])})
    shutil.rmtree(folder.path)
    assert writer.commit(step=1) is False
    writer.event("memorised", 1)
    writer.append("train", [1], {"value": values([1])})
    assert writer.commit(step=2) is False and writer.status.dropped >= 4
    with pytest.raises(GroktermError, match="no such file"):
        writer.save_checkpoint(2, {}, {})
    assert writer.requests() == []
