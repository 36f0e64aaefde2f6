"""`grokterm compare`, where there is more to say than numbers."""

import pytest
from console.world import make


@pytest.mark.parametrize(("state", "step", "marked"), [("running", 610, True), ("finished", None, False)])
def test_an_integral_that_still_grows_is_marked(runs, answer, state, step, marked):
    make(runs, "20261122-120000-quickstart-one2", state=state, step=step)
    said = answer("compare", "one2", "--runs", runs, "--no-chart")[1]
    (line,) = [line for line in said.splitlines() if line.startswith("∫λ at the end")]
    assert line.count("so far") == (3 if marked else 0)
