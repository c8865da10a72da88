"""The page's small server: this computer only, for those who know the address; no other site can reach or use it.

- It listens on 127.0.0.1, so no other computer gets an answer.
- The address holds a token that is new at each start and lies in the home folder, readable by the artist alone: other
  accounts of this computer, and pages of other sites, do not know it.
- `Host` must be this very address: a name of another site that points here (DNS rebinding) gets nothing.
- What changes something must come from this page (`Origin`, `Sec-Fetch-Site`), and the token stands in its address.
"""

import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from urllib.parse import parse_qs, urlsplit

from edge import pauses
from edge.page import facts, html
from edge.paths import Home, remove, write_private
from edge.tools import Tools

HERE = "127.0.0.1"
MAX_BODY = 1000
PATIENCE_S = 10.0
TOKEN_BYTES = 24
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
ASSETS = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}


@contextmanager
def serving(tools: Tools, *, at: str | None = None, poll_s: float = 0.5) -> Iterator[str]:
    """Serve the page while the agent runs; its address, which `page` prints. Raises OSError where no port is free.

    `at`: where it was before, if the same agent goes on; `poll_s`: seconds between two looks whether it shall end.
    """
    server = _server(tools, at)
    thread = threading.Thread(target=server.serve_forever, args=(poll_s,), name="page", daemon=True)
    thread.start()
    try:
        write_private(tools.home.page, json.dumps({"address": server.address}).encode())
        yield server.address
    finally:
        remove(tools.home.page)
        server.shutdown()
        server.server_close()
        thread.join()


def address_of(home: Home) -> str | None:
    """Where the page of a running agent is; None where none is served."""
    try:
        return str(json.loads(home.page.read_text("utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Server(ThreadingHTTPServer):
    """Listens on this computer only, on a port of the moment."""

    daemon_threads = True

    def __init__(self, tools: Tools, port: int = 0, token: str = "") -> None:
        super().__init__((HERE, port), Handler)
        self.tools = tools
        self.token = token or secrets.token_urlsafe(TOKEN_BYTES)
        self.address = f"http://{HERE}:{self.server_port}/{self.token}/"


def _server(tools: Tools, at: str | None) -> Server:
    """On the port of before if it is still free, else on another one."""
    if at:
        parts = urlsplit(at)
        with suppress(OSError):
            return Server(tools, parts.port or 0, parts.path.strip("/"))
    return Server(tools)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE_S
    server_version, sys_version = "fedart-edge", ""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the address is a secret."""

    def do_GET(self) -> None:
        name = self._name()
        if name == "":
            self._answer(
                200,
                "text/html; charset=utf-8",
                html.page(facts.now(self.server.tools), facts.gathered(self.server.tools)),
            )
        elif name == "status.json":
            self._answer(200, "application/json", json.dumps(facts.now(self.server.tools)))
        elif name in ASSETS:
            self._answer(200, ASSETS[name], files("edge.page").joinpath(name).read_text("utf-8"))
        elif name is not None:
            self._nothing()

    def do_POST(self) -> None:
        name = self._name()
        if name is None:
            return
        size = self.headers.get("Content-Length", "")
        if not (size.isascii() and size.isdigit() and int(size) <= MAX_BODY) or not self._from_here():
            self.close_connection = True
            self._answer(403, "text/plain; charset=utf-8", "Only this page's own buttons do that.")
            return
        asked = parse_qs(self.rfile.read(int(size)).decode("ascii", "replace"), keep_blank_values=True)
        if name == "pause" and _pause(self.server.tools, asked.get("for", ["?"])[0]):
            self._back()
        elif name == "resume":
            pauses.resume(self.server.tools.state)
            self._back()
        else:
            self._nothing()

    def _name(self) -> str | None:
        """What is asked for, below the token; None once a stranger was answered."""
        own = {f"{name}:{self.server.server_port}" for name in (HERE, "localhost")}
        if self.headers.get("Host") not in own:
            self.close_connection = True
            self._answer(421, "text/plain; charset=utf-8", "This is another computer's address.")
            return None
        given, slash, name = self.path.removeprefix("/").partition("/")
        if not slash or not hmac.compare_digest(given.encode(), self.server.token.encode()):
            self.close_connection = True
            self._nothing()
            return None
        return name

    def _from_here(self) -> bool:
        """Whether a button of this page was pressed; browsers say so in two headers, and scripts need the token."""
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site")
        return origin in (None, f"http://{self.headers['Host']}") and site in (None, "same-origin")

    def _back(self) -> None:
        self._answer(303, "text/plain; charset=utf-8", "", {"Location": f"/{self.server.token}/"})

    def _nothing(self) -> None:
        self._answer(404, "text/plain; charset=utf-8", "Nothing here. `fedart-edge page` says the address.")

    def _answer(self, status: int, kind: str, text: str, more: dict[str, str] | None = None) -> None:
        body = text.encode("utf-8")
        self.send_response(status)
        told = {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}
        if self.close_connection:
            told["Connection"] = "close"
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _pause(tools: Tools, wanted: str) -> bool:
    """Pause as a button says; whether one of the buttons says that."""
    if wanted not in {value for value, _ in html.PAUSES}:
        return False
    now = tools.clock()
    if not wanted:
        until = None
    elif ":" in wanted:
        until = pauses.time_of(wanted, now)
    else:
        until = now + pauses.span_of(wanted)
    pauses.pause(tools.state, until)
    return True
