"""A body on its way to storage: hashed as it comes, on disk when it is large, never whole on the heap."""

from __future__ import annotations

import hashlib
import mmap
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast
from uuid import UUID

import numpy as np
from django.core.files.base import File
from numpy.typing import NDArray

from federation.protocol.errors import refusal
from federation.store import PIECE, put_file, update_name, updates

ON_THE_HEAP = 256 * 1024
"""Bytes below which a temporary file would cost more than it spares."""


@dataclass(frozen=True)
class Spooled:
    """A whole body: `sha256` in hexadecimal, `size` in bytes."""

    stream: IO[bytes]
    sha256: str
    size: int

    def view(self) -> bytes:
        """The bytes for reading: of a large body the pages of its file, which the system loads and drops as it likes.

        Not a `bytes` object then, but a read-only buffer that everything which reads a message takes as one.
        """
        self.stream.flush()
        try:
            pages = mmap.mmap(self.stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):  # it is on the heap, or empty
            self.stream.seek(0)
            return self.stream.read()
        return cast(bytes, memoryview(pages))

    def file(self) -> File[Any]:
        """The body for a storage, from its start."""
        self.stream.seek(0)
        return File(self.stream)


@contextmanager
def spooled(pieces: Iterable[bytes], *, size: int) -> Iterator[Spooled]:
    """Takes in exactly `size` bytes. Raises Refusal `message-truncated` or `message-too-long`."""
    digest, taken = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=ON_THE_HEAP) as stream:
        if size > ON_THE_HEAP:
            stream.rollover()
        for piece in pieces:
            taken += len(piece)
            if taken > size:
                raise refusal("message-too-long")
            digest.update(piece)
            stream.write(piece)
        if taken < size:
            raise refusal("message-truncated", f"{taken} of {size} bytes came.")
        yield Spooled(cast(IO[bytes], stream), digest.hexdigest(), size)


def bounded(stream: Any, most: int) -> Iterator[bytes]:
    """What a stream gives, in pieces, and at most one byte more than `most`: enough to see that it is too long."""
    left = most + 1
    while left > 0 and (piece := stream.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


def put_array(round_id: UUID, array: NDArray[Any]) -> tuple[str, str]:
    """Writes the bytes of an array to "updates" under their hash, without a second copy of it on the heap.

    Returns the name and the hash.
    """
    view = np.ascontiguousarray(array).view(np.uint8)
    cut = (view[at : at + PIECE].tobytes() for at in range(0, view.size, PIECE))
    with spooled(cut, size=view.size) as body:
        return put_file(updates(), update_name(round_id, body.sha256), body.file()), body.sha256
