"""Files that leave in pieces, whoever serves them."""

from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.http import FileResponse


class FileDownload(FileResponse):
    """A FileResponse of flat memory: under ASGI Django itself would read a synchronous file whole before it sends the
    first byte of it."""

    block_size = 262_144  # bytes in memory for each download

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = cast("Iterator[bytes]", iter(self.streaming_content))
        while piece := await sync_to_async(next, thread_sensitive=False)(pieces, b""):
            yield piece
