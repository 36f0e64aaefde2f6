"""What experiments and arms are called in few words."""

from pathlib import Path

from grokterm.names import arm_labels

ONE, TWO = Path("runs/20261122-141203-quickstart-k3f9"), Path("runs/20261122-141204-quickstart-m7b2")


def test_arms_are_told_apart():
    assert arm_labels([(ONE, "static"), (ONE, "dynamic")]) == ["static", "dynamic"]
    assert arm_labels([(ONE, "static"), (TWO, "static"), (TWO, "dynamic")]) == [
        "k3f9:static",
        "m7b2:static",
        "m7b2:dynamic",
    ]


def test_where_ids_are_the_same_the_longer_name_tells_experiments_apart():
    other = Path("runs/20261122-150000-sparse-k3f9")
    assert arm_labels([(ONE, "a"), (other, "a"), (TWO, "a")]) == ["quickstart-k3f9:a", "sparse-k3f9:a", "m7b2:a"]
    again = Path("runs/20261122-150000-quickstart-k3f9")
    assert arm_labels([(ONE, "a"), (again, "a")]) == [f"{ONE.name}:a", f"{again.name}:a"]
    elsewhere = Path("old") / ONE.name
    assert arm_labels([(ONE, "a"), (elsewhere, "a")]) == [f"{ONE}:a", f"{elsewhere}:a"]
    assert arm_labels([(ONE, "a"), (Path("runs/renamed"), "a")]) == ["k3f9:a", "renamed:a"]
