"""What experiments and arms are called in few words."""

from grokterm.names import arm_labels

ONE, TWO = "20261122-141203-quickstart-k3f9", "20261122-141204-quickstart-m7b2"


def test_arms_are_told_apart():
    assert arm_labels([(ONE, "static"), (ONE, "dynamic")]) == ["static", "dynamic"]
    assert arm_labels([(ONE, "static"), (TWO, "static"), (TWO, "dynamic")]) == [
        "static · quickstart-k3f9",
        "static · quickstart-m7b2",
        "dynamic",
    ]
    again = ONE.replace("141203", "150000")
    assert arm_labels([(ONE, "static"), (again, "static")]) == [f"static · {ONE}", f"static · {again}"]
