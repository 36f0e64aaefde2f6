"""What the history does with itself: filter, sort, group, fold, mark. What is shown then is the watcher's work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from grokterm.console import deeds
from grokterm.console.arranging import GROUPS, SORTS, Heading, Query, sort_of
from grokterm.console.commands import COMMANDS, HOME, command, told
from grokterm.console.screens.acting import Acting
from grokterm.console.screens.filterbar import FilterBar
from grokterm.console.widgets.table import Table
from grokterm.errors import BadInput

if TYPE_CHECKING:
    from grokterm.analysis import Summary
    from grokterm.console.facts import Key


# What the footer leaves out while there is nothing to do it to.
_OF_ONE = {
    entry.id for entry in COMMANDS if HOME in entry.where if entry.about in ("focus", "experiments", "history")
} - {"new", "next_pane", "queue", "undo"}
# What needs a row, and not marks.
_OF_A_ROW = {"open", "mark", "all", "sort", "reverse", "group", "fork", "earlier", "later"}


class Gathering(Acting):
    """The keys of the history, apart from those that do something to an experiment."""

    _among: tuple[Summary, ...] = ()
    _aimed: tuple[tuple[str, ...], tuple[Summary, ...]] = ((), ())

    @property
    def history(self) -> Table:
        """The table."""
        raise NotImplementedError

    @property
    def marked(self) -> tuple[str, ...]:
        """The marked experiments; those that are gone don't count."""
        marks = self.app.memory.marks
        if not marks:
            return ()
        there = {summary.name for summary in self.app.snapshot.history}
        return tuple(name for name in marks if name in there)

    def target(self) -> str | None:
        """The highlighted experiment; None on the heading of a group."""
        row = self.history.highlighted
        return None if row is None or isinstance(row, Heading) else row.name

    def chosen(self) -> tuple[str, ...]:
        """The marked experiments, else the highlighted one."""
        return self.marked or super().chosen()

    def aimed(self) -> tuple[Summary, ...]:
        """The same, as far as they are known."""
        history, marks = self.app.snapshot.history, self.app.memory.marks
        if self._among is not history or self._aimed[0] != marks:  # looked up once: the footer asks for each key
            self._among, self._aimed = history, (marks, self.summaries(marks) if marks else ())
        highlighted = (self.history.highlighted,) if self.target() is not None else ()
        return self._aimed[1] or highlighted

    @property
    def hidden(self) -> tuple[str, ...]:
        """The marked experiments that stand in no row now."""
        there = {row.name for row in self.app.snapshot.arranged.rows} if self.app.memory.marks else ()
        return tuple(name for name in self.marked if name not in there)

    def unseen(self, names: Sequence[str]) -> str:
        """How many of them are marked and hidden, by what, and which."""
        hidden = [name for name in self.hidden if name in names]
        if not hidden:
            return ""
        by = "by the filter" if self.app.memory.filter else "in the archive or in a folded group"
        which = deeds.listed(hidden, 4)
        return f"{len(names)} marked, {len(hidden)} of them hidden {by}: {which}."

    def ask_again(self) -> None:
        """Tell the watcher what is to be shown, as it is remembered."""
        from grokterm.console.completing import asked_field, begins_key
        from grokterm.console.filtering import parse

        memory, bar = self.app.memory, self.query_one(FilterBar)
        try:
            wanted = parse(memory.filter)
        except BadInput:  # written by hand, or by another version
            wanted = parse("")
        typed = bar.text if bar.has_focus_within else ""
        about, begun = asked_field(typed), begins_key(typed)
        query = Query(wanted, memory.sort, memory.reverse, memory.group, memory.folded, about, begun)
        self.app.watcher.arrange(query)

    def known_values(self, key: Key) -> Iterable[str]:
        """The values that a key has in the history, for completion."""
        from grokterm.console.completing import known_values

        arranged = self.app.snapshot.arranged
        if arranged.query.about == key.name:
            return arranged.values
        return known_values(key, self.app.snapshot.history)

    def action_filter(self) -> None:
        """Write a filter."""
        self.query_one(FilterBar).open()

    def on_filter_bar_changed(self, message: FilterBar.Changed) -> None:
        """Filter while typing."""
        self.app.memory.remember(filter=message.text)
        self.ask_again()

    def on_filter_bar_closed(self) -> None:
        """Back to the table."""
        self.ask_again()
        self.set_focus(self.history)

    def action_back(self) -> None:
        """Take the filter away, then the marks; then there is nothing left to go back from."""
        bar = self.query_one(FilterBar)
        if bar.display:
            bar.clear()
            self.set_focus(self.history)
        else:
            self._mark(())

    def obstacle(self, action: str) -> str:
        """There must be something to put into order, and something to go back from."""
        if action in ("sort", "reverse", "group") and not self.app.snapshot.history:
            return self.nothing()
        if action == "back" and not self.marked and not self.query_one(FilterBar).display:
            return told("Nothing to go back from; {quit} leaves the console, and what trains goes on")
        return super().obstacle(action)

    def offers(self, action: str) -> bool:
        """Without an experiment there is little to do; where the filter hides all, what is marked can be acted on."""
        snapshot = self.app.snapshot
        if action not in _OF_ONE or snapshot.loading or snapshot.arranged.rows:
            return super().offers(action)
        some = bool(snapshot.history) if action == "filter" else action not in _OF_A_ROW and bool(self.marked)
        return some and super().offers(action)

    def action_sort(self) -> None:
        """By the next column."""
        place = SORTS.index(sort_of(self.app.memory.sort))
        self.app.memory.remember(sort=SORTS[(place + 1) % len(SORTS)].name, reverse=False)
        self.ask_again()

    def action_reverse(self) -> None:
        """The other way round."""
        self.app.memory.remember(reverse=not self.app.memory.reverse)
        self.ask_again()

    def action_group(self) -> None:
        """By the next property, or not at all; what the key does next is said."""
        names = tuple(GROUPS)
        now = self.app.memory.group if self.app.memory.group in names else ""
        group, after = (names[(names.index(now) + by) % len(names)] for by in (1, 2))
        self.app.memory.remember(group=group, folded=())
        then = f"groups by {after}" if after else "ends the groups"
        key = command("group").shown_key
        self.say(f"Grouped by {group}; {key} again {then}" if group else f"No groups; {key} again {then}")
        self.ask_again()

    def action_open(self) -> None:
        """Open the highlighted experiment; fold or unfold a group."""
        row, folded = self.history.highlighted, self.app.memory.folded
        if self.target() is not None:
            self.open_page(self.target())
        elif row is not None and self.history.display:
            others = tuple(title for title in folded if title != row.title)
            self.app.memory.remember(folded=others if row.title in folded else (*others, row.title))
            self.ask_again()
        else:
            self.say(self.nothing())

    def action_mark(self) -> None:
        """Mark or unmark, and go on to the next line; on a heading the whole group."""
        row, marks = self.history.highlighted, self.app.memory.marks
        if row is None or not self.history.display:
            self.say(self.nothing())
        elif self.target() is None:
            self._toggle(self._group_of(row.name))
        else:
            others = tuple(mark for mark in marks if mark != row.name)
            self._mark(others if row.name in marks else (*marks, row.name))
            self.history.action_move(1)

    def _group_of(self, name: str) -> tuple[str, ...]:
        """The experiments below a heading; none where the group is folded."""
        rows, names = iter(self.history.rows), []
        for row in rows:
            if row.name == name:
                break
        for row in rows:
            if isinstance(row, Heading):
                break
            names.append(row.name)
        return tuple(names)

    def action_all(self) -> None:
        """Mark everything that is shown, or nothing."""
        shown = tuple(row.name for row in self.history.rows if not isinstance(row, Heading))
        if not shown:
            self.say(self.nothing())
        self._toggle(shown)

    def _toggle(self, names: tuple[str, ...]) -> None:
        marks = self.app.memory.marks
        if all(name in marks for name in names):
            self._mark(tuple(mark for mark in marks if mark not in set(names)))
        else:
            self._mark(tuple(dict.fromkeys((*marks, *names))))

    def _mark(self, marks: tuple[str, ...]) -> None:
        self.app.memory.remember(marks=marks)
        self.show(self.app.snapshot)

    def action_next_pane(self) -> None:
        """To the next pane."""
        before = self.focused
        self.focus_next()
        if self.focused is before:
            self.say(told("The history is the only pane; {filter} opens a filter, {open} an experiment"))

    def action_difference(self) -> None:
        """Where the marked experiments differ, or the arms of the highlighted one."""
        names = self.compared()
        if names:
            from grokterm.console.screens.difference import Difference

            self.app.push_screen(Difference(names))
