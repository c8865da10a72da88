"""Pages as Django answers them, kept, and then given to a browser from memory: no ORM beside Playwright."""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client

# One grey pixel: what every picture of these pages shows.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763b8777a0a0003e8021a"
    "dbb0a5a40000000049454e44ae426082"
)


@dataclass(frozen=True)
class Rendered:
    """One answer: what it is called in a report, and what a browser needs of it."""

    name: str
    status: int
    headers: dict[str, str]
    body: bytes


def render(browser: "Client", address: str, name: str) -> Rendered:
    """Follow redirects as a browser does; the last answer."""
    answer: Any = browser.get(address, follow=True, headers={"host": "localhost"})
    headers = {key: value for key, value in answer.headers.items() if key != "Content-Length"}
    return Rendered(name, answer.status_code, headers, answer.content)


class Server(ThreadingHTTPServer):
    """`now` at every address, the files of static/, a grey pixel for every picture."""

    daemon_threads = True
    now: Rendered

    def answer_to(self, path: str, wanted: str) -> Rendered:
        """What a request for `path` that accepts `wanted` gets."""
        from django.contrib.staticfiles import finders

        if path.startswith("/static/"):
            file = Path(str(finders.find(path.removeprefix("/static/"))))
            kind = mimetypes.guess_type(file.name)[0] or "text/javascript"
            keep = {"Content-Type": kind, "Cache-Control": "max-age=3600"}
            return Rendered(path, 200, keep, file.read_bytes())
        if wanted.startswith("text/html"):
            return self.now
        if wanted.startswith("image/"):
            return Rendered(path, 200, {"Content-Type": "image/png"}, PIXEL)
        return Rendered(path, 404, {"Content-Type": "application/json"}, b"{}")


class Handler(BaseHTTPRequestHandler):
    """HTTP/1.1, so that a connection serves many files."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Any address."""
        path = self.path.partition("?")[0]
        answer = self.server.answer_to(path, self.headers.get("Accept", ""))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[Server]:
    """The server, as long as the block lasts."""
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
