"""The server: a page with a terminal in it, and a console of its own for every tab that opens it."""

import asyncio
import errno
import os
import shlex
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from textual_serve.server import Server, to_int

from grokterm.console.web.guard import Guard, harden, is_loopback, nonce
from grokterm.errors import BadInput

LEAST_TOKEN = 8  # characters
_GOODBYE = 5.0  # seconds that open tabs have to end when the server does


class ConsoleServer(Server):
    """textual-serve's server, behind a `Guard`, with a page that needs nothing from elsewhere.

    Args:
        runs: the folder of experiments.
        token: see `Guard`.
    """

    def __init__(self, runs: Path, token: str = "") -> None:
        # `exec`, so that the console's parent is this process and no shell; it leaves when its parent is another.
        words = [f"GROKTERM_SERVER={os.getpid()}", sys.executable, "-m", "grokterm", "--runs", str(runs.absolute())]
        command = "exec env " + shlex.join(words)
        super().__init__(command, title="grokterm", templates_path=Path(__file__).with_name("templates"))
        self._guard = Guard(token)
        self._tabs: set[asyncio.Task] = set()

    async def make_app(self) -> web.Application:
        """The application, as tests and `serve` run it."""
        app = web.Application(middlewares=[self._guard.middleware()])
        aiohttp_jinja2.setup(app, loader=aiohttp_jinja2.jinja2.FileSystemLoader(self.templates_path))
        app.add_routes(
            [
                web.get("/", self.handle_index, name="index"),
                web.get("/ws", self.handle_websocket, name="websocket"),
                web.get("/download/{key}", self.handle_download, name="download"),
                web.static("/static", self.statics_path, name="static"),
            ]
        )
        app.on_response_prepare.append(_harden)
        app.on_shutdown.append(self.on_shutdown)
        return app

    @aiohttp_jinja2.template("page.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """The page. Its addresses are those of the request, so that it also works behind `ssh -L`."""
        size = min(max(to_int(request.query.get("fontsize", ""), 16), 6), 64)
        return {"title": self.title, "font_size": size, "nonce": nonce(request)}

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """A tab, from its opening to its end."""
        task = asyncio.current_task()
        assert task is not None
        self._tabs.add(task)
        try:
            return await super().handle_websocket(request)
        finally:
            self._tabs.discard(task)

    async def on_shutdown(self, app: web.Application) -> None:
        """End the consoles of the tabs that are open; workers go on."""
        for task in self._tabs:
            task.cancel()
        if self._tabs:
            await asyncio.wait(self._tabs, timeout=_GOODBYE)


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    harden(request, response)


def listen(host: str, port: int, token: str) -> socket.socket:
    """A socket to serve on.

    Args:
        port: 0 takes a free one.

    Raises:
        BadInput: the port is taken, the address isn't this machine's, or it can be reached from others without a token.
    """
    if token and len(token) < LEAST_TOKEN:
        raise BadInput(f"a token of {len(token)} characters can be guessed", f"take {LEAST_TOKEN} or more")
    if not token and not is_loopback(host):
        local = f"127.0.0.1:{port or 8000}"
        raise BadInput(
            f"without a token nobody but this machine may be served, and {host or 'an empty host'} is more than that",
            f"from elsewhere: ssh -L {port or 8000}:{local} HOST, and open http://{local} there; or --token",
        )
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except (socket.gaierror, UnicodeError):
        raise BadInput(f"--host {host}: there is no such address") from None
    try:
        return socket.create_server((host, port), family=family)
    except OSError as problem:
        taken = problem.errno == errno.EADDRINUSE
        why = "the port is taken; another one: --port N, or 0 for a free one" if taken else os.strerror(problem.errno)
        raise BadInput(f"{host}:{port} can't be listened on: {why}") from None


def serve(listener: socket.socket, runs: Path, token: str) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    os.environ.pop("GROKTERM_TOKEN", None)  # not for the consoles, nor for workers that they start
    server, loop = ConsoleServer(runs, token), asyncio.new_event_loop()
    for end in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(end, server.request_exit)
    # No access log: addresses have tokens in them.
    web.run_app(
        server.make_app(),
        sock=listener,
        handle_signals=False,
        loop=loop,
        print=None,
        access_log=None,
        shutdown_timeout=_GOODBYE,
    )
