"""A mistake of our own ends the console, wherever it happens: nothing goes on as if nothing had been."""

import asyncio

import pytest
from console.play import play, press
from console.world import make

from grokterm.console import deeds
from grokterm.console.app import Console
from grokterm.console.listing import Listing

STOPPED = "20261122-110000-quickstart-sto4"


def mistake(*arguments, **words):
    """What is put in place of something that works."""
    raise ZeroDivisionError("a mistake")


async def until_it_ends(app: Console) -> None:
    """Wait until the console has ended."""
    async with asyncio.timeout(10):
        while app._exception is None:
            await asyncio.sleep(0.01)


async def test_in_the_watcher(runs, monkeypatch):
    monkeypatch.setattr(Listing, "look", mistake)
    app = Console(runs)
    with pytest.raises(ZeroDivisionError):
        async with app.run_test():
            await until_it_ends(app)


async def test_in_something_done_to_an_experiment(runs, monkeypatch):
    make(runs, STOPPED, state="stopped", step=300)
    monkeypatch.setattr(deeds, "mark", mistake)
    with pytest.raises(ZeroDivisionError):
        async with play(runs) as pilot:
            await press(pilot, "asterisk")
            await until_it_ends(pilot.app)
