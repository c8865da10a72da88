"""The vault's doors at the server, one method each."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from edge import answers
from edge.answers import as_object
from edge.transport import Transport
from federation.protocol.errors import refusal
from federation.vault.lists import MAX_FILE_BYTES

ROOT = "/api/v1/vault"


@dataclass(frozen=True)
class Shown:
    """What the server shows of a vault: the newest list's bytes and small files by SHA-256. Unchecked."""

    document: bytes
    small: dict[str, bytes]


@dataclass(frozen=True)
class Progress:
    """How far an upload is: pieces that have arrived, bytes of each, whether all is there."""

    pieces: int
    piece_bytes: int
    complete: bool


class Doors:
    """Calls; every one raises Refusal for what the server refuses."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def overview(self) -> Shown:
        """The newest list with its small files."""
        told = as_object(self.transport.get(ROOT))
        try:
            small = {name: base64.b64decode(text, validate=True) for name, text in told["files"].items()}
            return Shown(str(told["list"]).encode(), small)
        except (KeyError, TypeError, AttributeError, binascii.Error):
            raise refusal("server-answer", "It is no vault.") from None

    def lists_after(self, version: int) -> list[bytes]:
        """Signed lists after a version, oldest first."""
        told = as_object(self.transport.get(f"{ROOT}/lists?after={version}")).get("lists")
        if not isinstance(told, list):
            raise refusal("server-answer", "It holds no lists.")
        return [str(one).encode() for one in told]

    def send_list(self, document: bytes) -> None:
        """Make it the newest."""
        self.transport.post(f"{ROOT}/lists", {"list": document.decode(), "files": {}})

    def ask(self, recipient: str) -> None:
        """Ask to be let in."""
        self.transport.post(f"{ROOT}/asks", {"recipient": recipient})

    def announce(self, sha256: str, size: int) -> Progress:
        """Begin an upload, or hear how far it has come."""
        return _progress(self.transport.post(f"{ROOT}/objects", {"sha256": sha256, "bytes": size}))

    def send_piece(self, sha256: str, number: int, data: bytes) -> Progress:
        """Send one piece."""
        path = f"{ROOT}/objects/{sha256}/pieces/{number}"
        headers = {"Content-Type": "application/octet-stream"}
        return _progress(self.transport.request("PUT", path, content=data, headers=headers))

    def fetch(self, sha256: str, size: int) -> bytes:
        """The bytes of a file, at most `size`."""
        with self.transport.stream("GET", f"{ROOT}/objects/{sha256}") as response:
            return answers.read_body(response, min(size, MAX_FILE_BYTES))


def _progress(body: bytes) -> Progress:
    told: dict[str, Any] = as_object(body)
    try:
        return Progress(int(told["pieces"]), max(1, int(told["piece_bytes"])), bool(told["complete"]))
    except (KeyError, TypeError, ValueError):
        raise refusal("server-answer", "It does not say how far the upload is.") from None
