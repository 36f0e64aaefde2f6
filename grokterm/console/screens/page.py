"""What every full screen shares: common keys, the view of the charts, and word of new snapshots while in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.screen import Screen
from textual.widgets import Static

from grokterm.console.commands import APP, bindings, told
from grokterm.console.scales import View
from grokterm.console.snapshot import Snapshot
from grokterm.console.text import plain_lines
from grokterm.console.widgets.keybar import KeyBar

if TYPE_CHECKING:
    from textual.theme import Theme

    from grokterm.console.app import Console


class Page(Screen[None]):
    """A full screen. Subclasses say their scope, compose, and draw in `show`."""

    SCOPE: ClassVar[str] = APP
    BINDINGS = bindings(APP)
    app: Console

    def on_mount(self) -> None:
        """Follow the snapshots. Textual calls this besides the `on_mount` of a subclass, not instead of it."""
        self.watch(self.app, "snapshot", self._arrived, init=False)
        self.app.theme_changed_signal.subscribe(self, self._themed)

    def on_unmount(self) -> None:
        """Left for good: what is subscribed would keep the page, and all that it has read."""
        self.app.theme_changed_signal.unsubscribe(self)

    def on_screen_resume(self) -> None:
        """In front again: ask for what this screen shows, and show what is known."""
        self.app.turn_page()
        self.app.watcher.focus(self.focus_name())
        self.show(self.app.snapshot)

    @property
    def in_front(self) -> bool:
        """Nothing covers this one: what lies over a screen, a dialog too, hides all of it."""
        return self.app.screen is self

    def _arrived(self, snapshot: Snapshot) -> None:
        if self.in_front:
            self.show(snapshot)

    def _themed(self, theme: Theme) -> None:
        if self.in_front:
            self.show(self.app.snapshot)

    def put(self, selector: str, words: Text | str) -> None:
        """Write into a `Static`; see `rewrite`."""
        rewrite(self.query_one(selector, Static), words)

    def focus_name(self) -> str | None:
        """The experiment that this screen wants to be followed closely."""
        return None

    def show(self, snapshot: Snapshot) -> None:
        """Draw what has changed."""

    def came_back(self, name: str) -> None:
        """The page of the experiment `name`, which lay over this one, was left."""

    def obstacle(self, action: str) -> str:
        """Why there is nothing here that `action` could do something to, and where there is; "" where it can.

        The footer and help leave out what has one, and its key says it.
        """
        view = self.app.memory.view
        if action == "pen" and (self.app.ascii or view.table):
            return "In ASCII curves are letters" if self.app.ascii else told("These are numbers; {table} draws curves")
        if action == "suspend" and self.app.is_web:
            return "In a browser there is no shell to go to"
        return ""

    def offers(self, action: str) -> bool:
        """Whether the footer shows it: it has no obstacle, and would not be refused now."""
        return not self.obstacle(action)

    def say(self, words: str, severity: str = "information") -> None:
        """Some words at the edge of the screen."""
        self.app.notify(plain_lines(words), severity=severity)

    def offer(self) -> None:
        """The keys in the footer, where others can be given than before."""
        self.query_one(KeyBar).check()

    def seeds(self) -> tuple[int, ...]:
        """The seeds that the seed key goes through."""
        return ()

    @property
    def view(self) -> View:
        """How curves are looked at here. A seed that these experiments don't have is kept for those that do."""
        return self.app.memory.view.among(len(self.seeds()))

    def action_new(self) -> None:
        """Choose a preset."""
        from grokterm.console.screens.new import New

        self.app.push_screen(New())

    def action_log_y(self) -> None:
        """The next scale of the y axes."""
        self._look(self.app.memory.view.next_y())

    def action_log_x(self) -> None:
        """Linear or logarithmic."""
        self._look(self.app.memory.view.flip_x())

    def action_axis(self) -> None:
        """The next meaning of x."""
        self._look(self.app.memory.view.next_axis())

    def action_seeds(self) -> None:
        """Median and band, all seeds, one seed after the other."""
        self._look(self.view.next_seed(len(self.seeds())))

    def action_smoother(self) -> None:
        """Smooth more."""
        self._look(self.app.memory.view.smoother(1), told("That is as smooth as it gets; {rougher} smooths less"))

    def action_rougher(self) -> None:
        """Smooth less."""
        self._look(self.app.memory.view.smoother(-1), told("Nothing is smoothed; {smoother} does"))

    def action_pen(self) -> None:
        """The next kind of dots."""
        self._look(self.app.memory.view.next_pen())

    def action_theme(self) -> None:
        """The other theme."""
        self.app.action_theme()

    def _look(self, view: View, same: str = "") -> None:
        """Look that way from now on; `same` is said where it is the way it was."""
        if same and view == self.app.memory.view:
            self.say(same)
            return
        self.app.memory.remember(view=view)
        self.show(self.app.snapshot)

    def action_back(self) -> None:
        """One layer back; the first layer stays."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def action_help(self) -> None:
        """Show the help screen, beginning with what has focus."""
        from grokterm.console.screens.help import Help

        self.app.push_screen(Help(self.SCOPE, self.focused, self.obstacle))

    def action_suspend(self) -> None:
        """Stop the console and give the terminal to the shell; workers go on."""
        self.app.action_suspend_process()

    def action_reread(self) -> None:
        """Read the folders again."""
        self.say("Reading everything again")
        self.app.watcher.reread()

    async def action_quit(self) -> None:
        """Leave the console."""
        await self.app.action_quit()


def rewrite(static: Static, words: Text | str) -> None:
    """Change what a `Static` says, unless it says that already.

    What is written is sent to the terminal, and a new layout sends the whole screen; so that is asked for only where
    the number of lines has changed. Words are broken into lines before they come here.
    """
    if static.content != words:
        static.update(words, layout=str(static.content).count("\n") != str(words).count("\n") or not static.size)
