"""Sending long messages in parts (tus 1.0): after a cut or a restart the server says where to go on."""

import base64
import hashlib
from uuid import UUID

from edge.transport import Transport
from federation.protocol.errors import Refusal, refusal
from federation.protocol.steps import Step

PART = 2 << 20
"""Bytes sent at once. A message that is not longer goes as one request."""
TUS = {"Tus-Resumable": "1.0.0"}
PATIENCE = 8
"""Times in a row that the server may name an offset which is not further on."""


class Uploads:
    """Uploads to one server. Nothing is kept here: what the server has of a message, it says."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(self, round_id: UUID, step: Step, message: bytes, signature: str) -> None:
        """Send a message to its end. Raises Refusal `upload-stuck`, or what the server has against the message."""
        sha256 = hashlib.sha256(message).hexdigest()
        place = f"/api/v1/rounds/{round_id}/uploads/{step.slug}"
        offset = self._begin(place, len(message), sha256, signature)
        stuck = 0
        while offset < len(message):
            before = offset
            try:
                offset = self._part(f"{place}/{sha256}", offset, message[offset : offset + PART])
            except Refusal as refused:
                if refused.code == "upload-offset":  # an answer was lost: the part may be there
                    offset = self._offset("HEAD", f"{place}/{sha256}", TUS)
                elif refused.code == "upload-unknown":  # it was given up meanwhile
                    offset = self._begin(place, len(message), sha256, signature)
                else:
                    raise
            stuck = 0 if offset > before else stuck + 1
            if stuck >= PATIENCE:
                raise refusal("upload-stuck", f"At {offset} of {len(message)} bytes.")

    def _begin(self, place: str, size: int, sha256: str, signature: str) -> int:
        told = ",".join(
            f"{name} {_b64(value)}" for name, value in (("sha256", sha256), ("signature", signature))
        )
        return self._offset("POST", place, {**TUS, "Upload-Length": str(size), "Upload-Metadata": told})

    def _part(self, place: str, offset: int, part: bytes) -> int:
        headers = {
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
        }
        return self._offset("PATCH", place, headers, part)

    def _offset(self, method: str, place: str, headers: dict[str, str], part: bytes = b"") -> int:
        """What the server has after this request. Raises Refusal `server-answer` where it does not say."""
        with self._transport.stream(method, place, content=part, headers=headers) as response:
            told = response.headers.get("Upload-Offset", "")
        if not (told.isascii() and told.isdigit() and len(told) <= 15):
            raise refusal("server-answer", "It does not say how much of the upload it has.")
        return int(told)


def _b64(text: str) -> str:
    return base64.b64encode(text.encode("ascii")).decode("ascii")
