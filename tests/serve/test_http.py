"""Who is let in: addresses, tokens, cookies, origins, and what the page asks for."""

import asyncio
import re
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
from aiohttp import ClientSession, CookieJar, WSServerHandshakeError
from aiohttp.test_utils import TestServer
from cli.command import grokterm, refused

from grokterm.console.web.guard import is_loopback
from grokterm.console.web.server import ConsoleServer, listen

TOKEN = "correct horse"


@pytest.fixture
async def visit(runs):
    """A function that starts a server and gives (a client without cookies, its address)."""
    opened = []

    async def start(token=""):
        server = TestServer(await ConsoleServer(runs, token).make_app(), host="127.0.0.1")
        await server.start_server()
        client = ClientSession(cookie_jar=CookieJar(unsafe=True))  # "unsafe": cookies of a bare address too
        opened.extend((client, server))
        return client, str(server.make_url("/")).rstrip("/")

    yield start
    for thing in opened:
        await thing.close()


async def test_this_machine_gets_the_page(visit):
    client, place = await visit()
    answer = await client.get(f"{place}/")
    assert answer.status == 200
    assert 'id="terminal"' in await answer.text()


async def test_the_page_needs_nothing_from_elsewhere(visit):
    client, place = await visit()
    answer = await client.get(f"{place}/")
    page = await answer.text()
    assert not re.findall(r"https?://", page.replace('"https:"', ""))
    for path in re.findall(r'(?:src|href)="(/[^"]+)"|url\("(/[^"]+)"\)', page):
        assert (await client.get(place + "".join(path))).status == 200, path
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (await client.get(f"{place}/static/")).status in (403, 404)  # no listing


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "10.1.2.3", ""])
async def test_a_name_that_is_not_ours_is_refused(visit, host):
    client, place = await visit()
    for path in ("/", "/static/js/textual.js", "/ws"):
        answer = await client.get(place + path, headers={"Host": host})
        assert answer.status in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1:1", "[::1]:8000"])
async def test_our_own_names_are_welcome(visit, host):
    client, place = await visit()
    assert (await client.get(place, headers={"Host": host})).status == 200


async def test_without_the_token_nothing_is_given(visit):
    client, place = await visit(TOKEN)
    for path in ("/", "/?token=", "/?token=wrong", "/static/js/textual.js", "/ws", "/download/x"):
        answer = await client.get(place + path)
        assert answer.status == 403
        assert TOKEN not in await answer.text()


async def test_the_token_becomes_a_cookie_and_leaves_the_address(visit):
    client, place = await visit(TOKEN)
    answer = await client.get(f"{place}/", params={"token": TOKEN, "fontsize": "12"}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/?fontsize=12")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and TOKEN not in cookie
    assert (await client.get(f"{place}/")).status == 200
    assert (await client.get(f"{place}/static/js/textual.js")).status == 200


async def test_the_cookie_of_another_server_is_worth_nothing(visit):
    client, place = await visit(TOKEN)
    await client.get(f"{place}/", params={"token": TOKEN})
    _, other = await visit(TOKEN)
    assert (await client.get(other)).status == 403


@pytest.mark.parametrize("origin", [None, "http://evil.example", "http://127.0.0.1:1", "null"])
async def test_a_websocket_of_another_page_is_refused(visit, origin):
    client, place = await visit()
    with pytest.raises(WSServerHandshakeError) as caught:
        await client.ws_connect(f"{place}/ws", origin=origin)
    assert caught.value.status == 403


async def test_a_tab_is_a_console_that_ends_with_it(visit):
    client, place = await visit()
    async with client.ws_connect(f"{place}/ws?width=90&height=30", origin=place) as tab:
        seen = b""
        while b"experiments" not in seen:
            seen += (await tab.receive(timeout=20)).data
        assert len(consoles()) == 1
    deadline = time.monotonic() + 20
    while consoles():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_a_console_ends_with_a_server_that_was_killed(runs, tmp_path):
    command = [sys.executable, "-m", "grokterm", "serve", "--runs", str(runs), "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    place = next(word for word in server.stderr.readline().split() if word.startswith("http")).rstrip("/")
    async with ClientSession() as client, client.ws_connect(f"{place}/ws", origin=place) as tab:
        await tab.receive(timeout=20)
        console = consoles()[0]
        server.kill()
        server.communicate()
    assert await asyncio.to_thread(console.wait, 20) is None


def consoles() -> list[psutil.Process]:
    """The consoles that run below this process."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it ended since it was listed
            line = child.cmdline()
            found += [child] * ("grokterm" in line and "serve" not in line)
    return found


def test_only_this_machine_is_served_without_a_token():
    done = grokterm("serve", "--host", "0.0.0.0", "--port", "8765", cwd=".")
    refused(done, 2, "without a token", "ssh -L 8765:127.0.0.1:8765", "--token")
    assert len(done.stderr.splitlines()) == 1


def test_a_short_token_is_refused():
    refused(grokterm("serve", "--token", "abc", cwd="."), 2, "can be guessed")


def test_a_port_that_is_taken_is_said_in_a_line():
    with listen("127.0.0.1", 0, "") as taken:
        port = taken.getsockname()[1]
        done = grokterm("serve", "--port", str(port), cwd=".")
    refused(done, 2, f"127.0.0.1:{port}", "the port is taken", "--port")
    assert len(done.stderr.splitlines()) == 1


def test_an_address_that_is_none_is_said_in_a_line():
    refused(grokterm("serve", "--host", "no such host", "--token", TOKEN, cwd="."), 2, "no such address")


def test_loopback():
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "a.localhost", "LOCALHOST.")))
    assert not any(map(is_loopback, ("", "0.0.0.0", "::", "10.0.0.1", "example.com", "127.0.0.1.evil.example")))
