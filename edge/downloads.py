"""Files by their SHA-256: fetched once, resumed where they broke off, kept only when the hash is right."""

import hashlib
import re
from pathlib import Path

import httpx

from edge.paths import FOLDER_MODE, Home, remove
from edge.transport import Transport
from federation.protocol.errors import Refusal, refusal

ATTEMPTS = 5
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Downloads:
    """The content-addressed cache of one home folder."""

    def __init__(self, home: Home, transport: Transport) -> None:
        self._folder = home.cache / "sha256"
        self._transport = transport

    def place(self, sha256: str) -> Path:
        """Where the file of that hash lies, or would."""
        if not _SHA256.fullmatch(sha256):
            raise refusal("server-answer", "A hash is not one.")
        return self._folder / sha256[:2] / sha256

    def fetch(self, sha256: str, limit: int) -> Path:
        """The file, from the cache or the server; at most `limit` bytes.

        Raises Refusal `download-hash-differs`, `download-too-large`, `download-truncated` or the server's own.
        """
        path = self.place(sha256)
        if path.exists():
            if file_sha256(path) == sha256:
                return path
            remove(path)  # a disk that lies: fetch it again
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        for attempt in range(ATTEMPTS):
            resumed = part.exists()
            if self._advance(sha256, part, limit):
                if file_sha256(part) == sha256:
                    part.replace(path)
                    return path
                remove(part)
                if (
                    not resumed
                ):  # a part from an earlier time may have been spoilt: then once more from the start
                    raise refusal("download-hash-differs")
            self._transport.waiter.wait(self._transport.waiter.backoff(attempt))
        raise refusal("download-truncated")

    def _advance(self, sha256: str, part: Path, limit: int) -> bool:
        """Append what the server sends after what is there; whether the file is complete as far as it says."""
        have = part.stat().st_size if part.exists() else 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        try:
            with self._transport.stream("GET", f"/api/v1/blobs/{sha256}", headers=headers) as response:
                return self._append(response, part, have if response.status_code == 206 else 0, limit)
        except Refusal as refused:
            if refused.status == 416 and have:
                return True  # all of it is here already; the hash decides
            if refused.code == "server-unreachable":
                return False
            raise

    @staticmethod
    def _append(response: httpx.Response, part: Path, have: int, limit: int) -> bool:
        said = response.headers.get("Content-Length")
        size = have
        with part.open("ab" if have else "wb") as stream:
            for piece in response.iter_bytes():
                size += len(piece)
                if size > limit:
                    remove(part)
                    raise refusal("download-too-large", f"More than {limit} bytes.")
                stream.write(piece)
        return said is None or size - have == int(said)


def file_sha256(path: Path) -> str:
    """The hash of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
