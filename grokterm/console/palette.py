"""The palette: the commands of the screen by name, by what they do, and by their keys."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import App
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.dom import DOMNode
from textual.widgets import Input

from grokterm.console.commands import APP, Command, commands_in
from grokterm.console.screens.page import Page

_KEY, _LABEL, _HELP = 3.0, 2.0, 1.0  # a key that was typed stands first, then names, then sentences


class Palette(CommandPalette):
    """Textual's, with a prompt that every terminal can draw, and a list that is what Enter means.

    Textual searches behind the typing: who types fast and presses Enter would get a command of the list before.
    """

    _sought: str | None = None  # what is searched for
    _listed: str | None = None  # what the list was found for
    _entered = False  # Enter was pressed before the list was there

    def on_mount(self) -> None:
        """In place of an emoji."""
        self.query_one(SearchIcon).icon = ">"

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value.strip()

    @on(Input.Changed)
    def _go_on(self) -> None:
        """What is typed after Enter takes it back."""
        self._entered = False

    @on(Input.Submitted)
    def _wait(self, event: Input.Submitted) -> None:
        """Enter chooses from the list for what is typed now, once it is there."""
        if self._list_visible and self._listed != self._typed:
            event.prevent_default()
            event.stop()
            self._entered = True

    def _search_for(self, search_value: str) -> AsyncGenerator[DiscoveryHit | Hit, bool]:
        self._sought = search_value
        return super()._search_for(search_value)

    def _refresh_command_list(self, command_list: CommandList, commands: list, clear_current: bool) -> None:
        super()._refresh_command_list(command_list, commands, clear_current)
        self._listed = self._sought
        if self._entered and self._listed == self._typed:
            self._entered = False
            if commands:
                self.call_later(self._select_or_command)


class Commands(Provider):
    """What can be done on the screen that the palette was opened on."""

    def _entries(self) -> Iterator[Command]:
        for entry in commands_in(getattr(self.screen, "SCOPE", APP), APP):
            if entry.id != "command_palette":
                yield entry

    async def discover(self) -> Hits:
        """All of them, by name."""
        for entry in sorted(self._entries(), key=lambda entry: entry.label):
            yield DiscoveryHit(_title(entry), self._doing(entry), help=entry.help)

    async def search(self, query: str) -> Hits:
        """Those whose key is `query`, whose name looks like it, or whose sentence has all of its words."""
        matcher = self.matcher(query)
        for entry in self._entries():
            title = _title(entry)
            found = matcher.match(entry.label)
            if query.strip() in entry.shown_keys.split():
                score = _KEY
            elif found > 0:
                score = _LABEL + found / 1000
            elif all(word in f"{title} {entry.help}".lower() for word in query.lower().split()):
                score = _HELP
            else:
                continue
            yield Hit(score, matcher.highlight(title) if found > 0 else title, self._doing(entry), help=entry.help)

    def _doing(self, entry: Command) -> partial:
        return partial(self.screen.run_action, entry.action or entry.id)


def _title(entry: Command) -> str:
    return f"{entry.label}  ({entry.shown_key})"


class Calling(App[None]):
    """An app whose commands can be called by name."""

    COMMANDS: ClassVar = {Commands}

    async def run_action(
        self,
        action: str | tuple,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """What a key, a click on the footer and the palette end in: do it, or say what would make it work."""
        if isinstance(default_namespace, Page) and isinstance(action, str):
            obstacle = default_namespace.obstacle(action.partition("(")[0])
            if obstacle:
                default_namespace.say(obstacle)
                return True
        return await super().run_action(action, default_namespace, namespaces)

    def action_command_palette(self) -> None:
        """Every command by name."""
        if not Palette.is_open(self):
            self.push_screen(Palette(id="--command-palette"))
