"""What the tests of the form share: opening it, moving in it, writing into it."""

from console.play import hold, screen_text, settle, until
from console.test_new import GOOD

from grokterm.console.screens.form import Form

THREE = (
    GOOD
    + """
[arms.flat]
[arms.fall.optimizer.weight_decay]
schedule = "linear"
initial = 1.0
final = 0.0
"""
)


async def judged(pilot):
    """Wait until mistakes and cost are those of what is written."""
    await settle(pilot)
    await until(pilot, lambda: pilot.app.screen.settled)


async def form(pilot, source) -> Form:
    """The form, open on a preset."""
    page = Form(source)
    pilot.app.push_screen(page)
    await until(pilot, lambda: page.draft is not None)
    await judged(pilot)
    return page


async def go(pilot, key: str) -> None:
    """Move to the row of that name, the shorter way."""
    page = pilot.app.screen
    places = [place for place, row in enumerate(page._rows) if row.focusable]
    goal = next((place for place in places if page._rows[place].key == key), None)
    assert goal is not None, f"no row {key}"
    down = (places.index(goal) - places.index(page._place)) % len(places)
    up = len(places) - down
    await hold(pilot, *(("down", down) if down <= up else ("up", up)))
    assert page._row.key == key


async def write(pilot, key: str, text: str) -> None:
    """Type `text` into a row."""
    await go(pilot, key)
    await pilot.press(*text)
    await judged(pilot)


def lines(pilot) -> list[str]:
    """The screen, line by line."""
    return [line.rstrip() for line in screen_text(pilot).splitlines()]
