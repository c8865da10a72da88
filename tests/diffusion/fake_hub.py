"""A model hub that is none: the few doors of huggingface.co that its client knocks at, on this computer.

No real hub can be reached where these tests run. The client is the real one (huggingface_hub).
"""

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "c0ffee" * 6 + "c0ff"
LARGE = 5_000
"""Bytes from which a file is kept as a large one, whose SHA-256 the hub tells."""


class FakeHub:
    """`files` of the one repository "someone/tiny". `cut` names files whose first answer breaks off half-way, `spoilt`
    those that come with other bytes than the hub tells of."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.cut: set[str] = set()
        self.spoilt: set[str] = set()
        self.gated = False
        self.asked: list[tuple[str, str, str]] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def fetched(self, path: str) -> list[str]:
        """The ranges asked for of that file ("" is all of it)."""
        return [ranged for verb, asked, ranged in self.asked if verb == "GET" and asked.endswith(f"/{path}")]

    def info(self) -> dict[str, Any]:
        return {
            "id": "someone/tiny",
            "sha": COMMIT,
            "siblings": [self._row(path) for path in sorted(self.files)],
        }

    def _row(self, path: str) -> dict[str, Any]:
        data = self.files[path]
        row: dict[str, Any] = {"rfilename": path, "size": len(data), "blobId": hashlib.sha1(data).hexdigest()}
        if len(data) >= LARGE:
            row["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
        return row


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            ranged = self.headers.get("Range", "")
            hub.asked.append((self.command, self.path, ranged))
            if match := re.match(r"/api/models/someone/tiny/revision/(main|[0-9a-f]{40})(\?|$)", self.path):
                self._send(200, {"Content-Type": "application/json"}, json.dumps(hub.info()).encode())
            elif match := re.fullmatch(rf"/someone/tiny/resolve/(?:main|{COMMIT})/(.+)", self.path):
                self._file(match[1], ranged)
            elif self.path.startswith("/api/models/someone/tiny/"):
                self._send(404, {"X-Error-Code": "RevisionNotFound"}, b"")
            else:
                self._send(401, {"X-Error-Code": "RepoNotFound"}, b"")

        do_HEAD = do_GET

        def _file(self, path: str, ranged: str) -> None:
            data = hub.files.get(path)
            if hub.gated:
                self._send(403, {"X-Error-Code": "GatedRepo"}, b"")
                return
            if data is None:
                self._send(404, {"X-Error-Code": "EntryNotFound"}, b"")
                return
            etag = hashlib.sha256(data).hexdigest()
            if path in hub.spoilt:
                data = bytes(reversed(data))
            told = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
            start = int(ranged.removeprefix("bytes=").partition("-")[0]) if ranged else 0
            if start:
                told["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            cut = self.command == "GET" and path in hub.cut
            hub.cut -= {path} if cut else set()
            self._send(206 if start else 200, told, data[start:], cut=cut)

        def _send(self, status: int, more: dict[str, str], data: bytes, *, cut: bool = False) -> None:
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data[: len(data) // 2] if cut else data)
            self.close_connection = self.close_connection or cut

    return Handler
