"""The form's draft and its cursor: moving through the fields, changing them, taking changes back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.widgets import Input

from grokterm.console.commands import COMMANDS, FORM, told
from grokterm.console.screens.page import Page
from grokterm.console.widgets.sheet import Lines, Sheet
from grokterm.errors import BadInput
from grokterm.nearest import nearest, some

if TYPE_CHECKING:
    from grokterm.spec import Draft, Row

MOST_UNDO = 200
_NEED_A_DRAFT = {entry.method.removeprefix("action_") for entry in COMMANDS if entry.where == (FORM,)} - {"device"}


class FormEdit(Page):
    """What is edited and where the cursor is. A subclass draws it, and judges it whenever it has changed."""

    def __init__(self) -> None:
        super().__init__()
        self.draft: Draft | None = None
        self._undo: list[tuple[Draft, tuple[str, ...]]] = []
        self._rows: tuple[Row, ...] = ()
        self._path: tuple[str, ...] = ()
        self._also: frozenset[tuple[str, ...]] = frozenset()
        self._refused: dict[str, tuple[str, ...]] = {}  # what was written into a row and can't be taken
        self._written = ""  # in a row that is taken over on Enter only

    def obstacle(self, action: str) -> str:
        """Until the draft is read there is nothing to move in or to change."""
        if self.draft is None and action in _NEED_A_DRAFT:
            return "The preset is still being read"
        return super().obstacle(action)

    def _show_all(self, fresh: bool = False, ahead: bool = False) -> None:
        """Draw everything that depends on the draft.

        Args:
            fresh: the input takes the value of the row in focus.
            ahead: show as much as possible of what comes after that row.
        """
        raise NotImplementedError

    def _changed(self) -> None:
        """There is another draft."""
        raise NotImplementedError

    @property
    def _place(self) -> int:
        """The number of the row in focus: the one at the path in focus, else what is nearest to where it was."""
        places = [place for place, row in enumerate(self._rows) if row.focusable]
        path = self._path
        while path:
            for place in places:
                if self._rows[place].path == path:
                    return place
            path = path[:-1]
        return places[0]

    @property
    def _row(self) -> Row:
        return self._rows[self._place]

    @property
    def _not_kept(self) -> str:
        """What the kind that was just chosen in the row in focus made go, "" for nothing."""
        from grokterm.spec import lost, not_kept

        row = self._row
        if not self._undo or self._undo[-1][1] != row.path or not row.field or not row.field.choices or not row.text:
            return ""
        place = row.path[:-1] if row.path[-1] == "kind" else row.path
        gone = lost(self._undo[-1][0].effective(place), self.draft.effective(place))
        return f"{not_kept(row.text, gone)}; {told('{take_back} brings it back')}" if gone else ""

    # --- moving

    def action_field(self, by: int) -> None:
        """To another field."""
        places = [place for place, row in enumerate(self._rows) if row.focusable]
        self._go(places[(places.index(self._place) + by) % len(places)])

    def action_section(self, by: int) -> None:
        """To the first field of another section or to another arm."""
        heads = [place for place, row in enumerate(self._rows) if row.sort in ("section", "arm", "more", "new arm")]
        firsts = sorted({next(p for p in range(head, len(self._rows)) if self._rows[p].focusable) for head in heads})
        beyond = [p for p in firsts if (p > self._place if by > 0 else p < self._place)]
        if beyond:
            self._go(beyond[0 if by > 0 else -1], ahead=True)
        else:
            self.say(f"That is the {'last' if by > 0 else 'first'} section")

    def _go(self, place: int, ahead: bool = False) -> None:
        target = self._rows[place].path
        renamed = self._leave()
        self._path = tuple(renamed.get(part, part) if n == 1 else part for n, part in enumerate(target))
        self._also = frozenset(path for path in self._also if path == self._path)
        self._show_all(True, ahead)

    def _leave(self) -> dict[str, str]:
        """Take over what was written into a row that isn't taken over key by key: the name of an arm."""
        row, new = self._row, self._written.strip()
        if row.sort != "arm" or not new or new == row.text:
            self._refused = {}
            return {}
        try:
            self._change(self.draft.rename_arm(row.text, new))
        except BadInput as error:
            self.say(f"{row.text} keeps its name: {error.message}")
            return {}
        return {row.text: new}

    def on_lines_clicked(self, message: Lines.Clicked) -> None:
        """To the field that was clicked."""
        self._go(message.place)

    # --- changing

    def _change(self, draft: Draft, path: tuple[str, ...] = ()) -> None:
        """Another draft. Changes of one field in a row are undone as one."""
        if draft.document == self.draft.document:
            return
        if not path or not self._undo or self._undo[-1][1] != path:
            self._undo = [*self._undo[-MOST_UNDO:], (self.draft, path)]
        self.draft = draft
        self._refused = {}
        self._changed()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take over what is typed, key by key."""
        if self.draft is None:
            return
        row, self._written = self._row, event.value
        if row.sort in ("field", "axis", "stray"):
            self._also |= {row.path}
            # From what was there before the first key: half a name on the way to `linear` has no fields to keep.
            before = self._undo[-1][0] if self._undo and self._undo[-1][1] == row.path else self.draft
            self._change(before.write(row.path, event.value, row.field), row.path)
        else:
            self._refused = {}
        # What was chosen may be written otherwise: a constant schedule is its number.
        self._show_all(row.sort == "field" and self.query_one(Sheet).cell.choosing)

    def on_input_submitted(self) -> None:
        """Enter: the next field, or add what was named."""
        if self.draft is None:
            return
        row, name = self._row, self._written.strip()
        if not row.sort.startswith("new") or not name:
            self.action_field(1)
            return
        try:
            self._add(row, name)
        except BadInput as error:
            self._refused = {row.key: (error.message,)}
        self._show_all(not self._refused)

    def _add(self, row: Row, name: str) -> None:
        from grokterm.spec.field_rows import field_key

        if row.sort == "new arm" and name in self.draft.arms:
            self._path = ("arms", name)
        elif row.sort == "new arm":
            self._change(self.draft.add_arm(name))
            self._path = ("arms", name, "about")
        elif row.sort == "new axis":
            key = field_key(name)
            value = self.draft.effective(tuple(key.split(".")))
            self._path = ("grid", key)
            self._change(self.draft.put(self._path, [] if value is None else [value]))
        else:
            self._vary(row.path[1], field_key(name))
        self._also |= {self._path}

    def _vary(self, arm: str, key: str) -> None:
        self._path = ("arms", arm, *key.split("."))
        self._also |= {self._path}
        self._change(self.draft.vary(arm, key))

    def action_vary(self) -> None:
        """Set the field in focus for one arm."""
        from grokterm.console.widgets.dialogs import Line as Ask

        row = self._row
        if row.sort != "field" or row.path[0] == "arms" or len(row.path) < 2:
            self.say(told("{vary} is for a field of a run, such as optimizer.lr: it sets it for one arm"))
            return
        key, names = ".".join(row.path[:2]), ", ".join(self.draft.arms)
        detail = "" if names else "There is no arm yet. A name makes the first, and then arms are all that is trained."
        ask = Ask(f"Which arm sets {key} itself?", names or "a name for it", detail=detail, check=self._no_such_arm)
        self.app.push_screen(ask, partial(self._varied, key))

    def _arm_meant(self, name: str) -> str:
        """The arm that a name, or enough of it to tell which, stands for; the name itself where it stands for none."""
        close = [arm for arm in self.draft.arms if arm.startswith(name)]
        return close[0] if len(close) == 1 and name else name

    def _no_such_arm(self, name: str) -> str:
        """What is wrong with the name of an arm, "" where nothing is. Where there is none yet, it is a new one's."""
        arms = list(self.draft.arms)
        if not name or self._arm_meant(name) in arms:
            return ""
        if not arms:
            try:
                self.draft.add_arm(name)
            except BadInput as error:
                return error.message
            return ""
        best = nearest(name, arms)
        return f"no arm {name}; " + (f"nearest: {best}" if best else f"there is: {some(arms)}")

    def _varied(self, key: str, name: str | None) -> None:
        if not name:
            return
        name = self._arm_meant(name)
        draft = self.draft if name in self.draft.arms else self.draft.add_arm(name)
        self.say(f"Write what {key} is in {name}; {told('{remove} takes it away again')}")
        self._path = ("arms", name, *key.split("."))
        self._also |= {self._path}
        self._change(draft.vary(name, key))
        self._show_all(True)

    def action_copy_arm(self) -> None:
        """One more arm like the one the cursor is in."""
        if self._path[0] != "arms" or self._path[1] not in self.draft.arms:
            self.say(told("{copy_arm} copies the arm that the cursor is in; go to one first ({section_down})"))
            return
        draft, name = self.draft.copy_arm(self._path[1])
        self._path = ("arms", name)
        self._change(draft)
        self._show_all(True)

    def action_remove(self) -> None:
        """Take away the value, the arm or the axis in focus."""
        row = self._row
        if row.sort.startswith("new"):
            self.say(told("{remove} takes away what the cursor is on: a value, an arm, an axis"))
            return
        place, draft = self._place, self.draft.unset(row.path)
        if draft.document == self.draft.document and row.path not in self._also:
            self.say(f"{row.label or row.key} isn't set: there is nothing to take away")
            return
        self._also -= {row.path}
        self._change(draft)
        self._land(place)

    def action_as_it_was(self) -> None:
        """Take the field in focus back to what it came with."""
        row = self._row
        if row.sort in ("field", "axis", "stray", "arm") and row.changed:
            place = self._place
            self._change(self.draft.restore(row.path))
            self._land(place)
        elif row.sort.startswith("new"):
            self.say(told("{as_it_was} is for a value that was changed, marked with a dot"))
        else:
            self.say(f"{row.label or row.key} is as it was in {self.draft.title}")

    def action_take_back(self) -> None:
        """Undo the last change."""
        if not self._undo:
            self.say("nothing to undo")
            return
        self.draft, path = self._undo[-1]
        self._undo = self._undo[:-1]
        self._path = path or self._path
        self._refused = {}
        self._changed()
        self._show_all(True)

    def _land(self, place: int) -> None:
        """Stay about where the cursor was, whatever has gone."""
        from grokterm.spec import rows

        self._rows = rows(self.draft, self._also, self._path)
        if self._rows[self._place].path != self._path:
            near = [p for p, row in enumerate(self._rows) if row.focusable and p >= min(place, len(self._rows) - 1)]
            self._path = self._rows[near[0] if near else -1].path
        self._show_all(True)
