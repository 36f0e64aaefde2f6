"""Who may use the console through a browser. Whoever may can start programs here, so everything is refused by default.

Three doors. The address in `Host` must be one of this machine's own names, or a page elsewhere could have its name
point here (DNS rebinding). A websocket must come from a page of ours (`Origin`). With a token, every request needs it:
once in the address, from then on as a cookie that scripts and other sites can't use.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

_NONCE = web.RequestKey("nonce", str)
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Nothing from anywhere else, neither fonts nor scripts; the terminal styles its cells in place.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_loopback(host: str) -> bool:
    """`host` is a name or an address that only this machine answers to."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


class Guard:
    """The middleware in front of everything.

    Args:
        token: what a visitor must know, or "" where only this machine can reach the server.
    """

    def __init__(self, token: str) -> None:
        self._token = token
        self._session = secrets.token_urlsafe(32)  # in the cookie in place of the token; ends with the server
        self._cookie = f"grokterm-{secrets.token_hex(4)}"  # cookies don't know ports: two servers mustn't share one

    def middleware(self):
        """For `web.Application(middlewares=[…])`."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            refused = self._host(request) or self._origin(request)
            if refused:
                return _refusal(refused)
            if self._token and not self._known(request):
                return self._enter(request)
            request[_NONCE] = secrets.token_urlsafe(16)
            return await handler(request)

        return guard

    def _host(self, request: web.Request) -> str:
        host = urlsplit(f"//{request.host}").hostname or ""
        if self._token or is_loopback(host):
            return ""
        return f"{host or 'no host'} is not a name of this machine; open it as localhost or 127.0.0.1"

    def _origin(self, request: web.Request) -> str:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return ""
        origin = urlsplit(request.headers.get("Origin", ""))
        return "" if origin.netloc and origin.netloc == request.host else "only a page of this server may do that"

    def _known(self, request: web.Request) -> bool:
        return _same(request.cookies.get(self._cookie, ""), self._session)

    def _enter(self, request: web.Request) -> web.StreamResponse:
        """With the right token in the address: a cookie, and to the same address without it."""
        given = request.query.get("token")
        if given is None or not _same(given, self._token) or request.method != "GET":
            return _refusal("the address needs the token: add ?token=… as `grokterm serve` printed it")
        response = web.Response(status=303, headers={"Location": str(request.rel_url.without_query_params("token"))})
        # Not "Strict": a browser that comes here by a link elsewhere would not send that after the redirection.
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="Lax", path="/", secure=request.secure)
        return response


def harden(request: web.Request, response: web.StreamResponse) -> None:
    """Headers for everything that is sent; see `_POLICY`."""
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce(request))


def nonce(request: web.Request) -> str:
    """The word that lets the page's own script run."""
    return request.get(_NONCE, "none")


def _refusal(why: str) -> web.Response:
    return web.Response(status=403, text=f"Refused: {why}\n")


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
