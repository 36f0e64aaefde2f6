"""Keys take effect in the order in which they were typed.

Textual hands a key to the widget in focus. Letters are taken there at once; everything bound to an action first travels
up to the app, and a key typed meanwhile overtakes it: `a`, backspace, `b` in one packet of a slow line would leave
nothing, and two marks before `/` would be typed into the filter. So the next key waits until the one before has come
back or was taken.
"""

from collections import deque

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.timer import Timer

LEADING = ("enter", "escape")  # the text line says so in a message, and only that opens or closes something
PATIENCE = 0.25  # seconds: a key that goes down with the dialog it closes never comes back


class InOrder(App):
    """An app that hands over one key (or one pasted text) at a time."""

    class Taken(Message):
        """Follows a key through the same queues, and so arrives when everything about it is done."""

        def __init__(self, turn: int, taker: MessagePump) -> None:
            super().__init__()
            self.turn, self.taker = turn, taker

    def __init__(self) -> None:
        super().__init__()
        self._turn = 0
        self._under_way = self._leads = False
        self._typed: deque[events.Key | events.Paste] = deque()
        self._patience: Timer | None = None

    @property
    def typing(self) -> bool:
        """Keys wait, or one is under way."""
        return self._under_way or bool(self._typed)

    async def on_event(self, event: events.Event) -> None:
        """Hand a key over, or keep it until those before it are done."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._under_way:
            self._typed.append(event)
            self._patience = self._patience or self.set_timer(PATIENCE, self._give_up)
        else:
            await self._hand_over(event)

    async def _hand_over(self, event: events.Key | events.Paste) -> None:
        self._under_way, self._turn = True, self._turn + 1
        self._leads = isinstance(event, events.Key) and event.key in LEADING
        taker = self.focused or self.screen
        await super().on_event(event)
        if not taker.post_message(self.Taken(self._turn, taker)):  # it has gone with what the key did
            self.post_message(self.Taken(self._turn, self))

    async def on_in_order_taken(self, message: Taken) -> None:
        """The next one's turn; on a screen that has just come in front when it has its focus."""
        message.stop()
        if message.turn != self._turn:
            return
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        if not self._typed:
            self._under_way = False
        elif self._leads and message.taker.post_message(self.Taken(self._turn, message.taker)):
            self._leads = False  # once more, behind what the key has posted
        elif self.focused is None:
            self.screen.call_after_refresh(self._next)
        else:
            self.call_later(self._next)  # behind a change of focus that the key has asked for

    async def _next(self) -> None:
        self._under_way = False
        if self._typed:
            await self._hand_over(self._typed.popleft())

    async def _give_up(self) -> None:
        self._patience = None
        await self._next()
