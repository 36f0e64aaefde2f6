"""`grokterm serve`: the console in a browser."""

from typing import Annotated

import typer

from grokterm.cli.options import RUNS, Runs, examples
from grokterm.cli.out import say


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""

    @app.command(epilog=examples("serve", "serve --host 0.0.0.0 --token a-long-secret-word --port 8080"))
    def serve(
        runs: Runs = RUNS,
        host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option("--port", metavar="N", help="0 takes a free one.", min=0, max=65535)] = 8000,
        token: Annotated[
            str,
            typer.Option(
                "--token",
                metavar="TEXT",
                envvar="GROKTERM_TOKEN",
                help="What a visitor must know; needed where others can reach it.",
            ),
        ] = "",
    ) -> None:
        """Show the console in a browser. Every tab is a console of its own; Ctrl-C ends it, experiments go on."""
        from urllib.parse import quote

        from grokterm.console.web.guard import is_loopback
        from grokterm.console.web.server import listen, serve
        from grokterm.places import check_listable

        check_listable(runs)
        listener = listen(host, port, token)
        place = f"[{host}]" if ":" in host else host
        address = f"http://{place}:{listener.getsockname()[1]}/"
        query = f"?token={quote(token, safe='')}" if token else ""
        say(f"the console is at {address}{query}   Ctrl-C ends it; experiments go on")
        if not is_loopback(host):
            say("this is plain HTTP: whoever listens on the network reads along; ssh -L or a proxy with TLS is safer")
        serve(listener, runs, token)
