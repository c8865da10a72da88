"""Content-addressed files: bases and adapters in the storage "blobs", uploads of a round in "updates"."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages

from federation.protocol.errors import refusal

PIECE = 1 << 18  # bytes read at a time: fits the cache, keeps memory flat


def blobs() -> Storage:
    """Public, immutable: files of bases and adapters."""
    return storages["blobs"]


def updates() -> Storage:
    """Private, thrown away with the round."""
    return storages["updates"]


def blob_name(sha256: str) -> str:
    """Two levels, so that no folder grows without bound."""
    return f"{sha256[:2]}/{sha256}"


def update_name(round_id: UUID, sha256: str) -> str:
    """The content address of an upload: its round, then its hash."""
    return f"{round_id}/{sha256}"


def part_name(round_id: UUID, upload: int, offset: int | None = None, sha256: str = "") -> str:
    """Where the parts of an upload lie; with an offset, the name of the part that begins there."""
    folder = f"{round_id}/parts/{upload}"
    return folder if offset is None else f"{folder}/{offset:012d}-{sha256[:32]}"


def delete_folder(storage: Storage, name: str) -> int:
    """Deletes everything below a name, whoever wrote it and whether a row knows it or not. Counts the files."""
    try:
        folders, files = storage.listdir(name)
    except FileNotFoundError:
        return 0
    found = sum(delete_folder(storage, f"{name}/{folder}") for folder in folders)
    for file in files:
        storage.delete(f"{name}/{file}")
    with suppress(OSError):  # somebody is writing into it; it goes another time
        storage.delete(name)  # a folder on a disk stays when it is empty; elsewhere there is none
    return found + len(files)


def put_bytes(storage: Storage, name: str, data: bytes) -> str:
    """Writes once; the same name always holds the same bytes, so a second writer does nothing."""
    return put_file(storage, name, ContentFile(data))


def put_file(storage: Storage, name: str, content: File[Any] | ContentFile[Any]) -> str:
    """As put_bytes, from an open file. Returns the name under which it lies.

    A process killed while writing leaves a shorter file under the name; the size tells, and it is written again.
    """
    if storage.exists(name):
        if storage.size(name) == content.size:
            return name
        storage.delete(name)
    saved = storage.save(name, content)
    if saved != name:  # another process wrote it between the two lines; the bytes are the same
        storage.delete(saved)
    return name


def read_all(storage: Storage, name: str) -> bytes:
    """The whole file; only for what is bounded by a spec or a wire limit."""
    with storage.open(name) as file:
        return bytes(file.read())


def read_checked(storage: Storage, name: str, sha256: str) -> bytes:
    """The bytes under that name, once their hash is seen to be right. Raises Refusal `blob-damaged`."""
    data = read_all(storage, name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise refusal("blob-damaged", name)
    return data


def sha256_of(stream: IO[bytes]) -> tuple[str, int]:
    """SHA-256 (hex) and size of what is left in the stream."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces(stream):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream in PIECE-sized parts."""
    while piece := stream.read(PIECE):
        yield piece
