"""/ws/studio/: news about the artist's own requests, for as many tabs as she has open."""

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import timezone

from gallery import events, selectors

SNAPSHOT_REQUESTS = 12
SIGN_IN = 4401
"""Close code for a visitor who is not signed in (4000 to 4999 are for applications)."""


@database_sync_to_async
def snapshot_of(artist_id: int) -> list[dict[str, Any]]:
    """Where the latest requests stand now: a tab that was closed or offline has then missed nothing."""
    at = timezone.now()
    latest = selectors.requests_of(artist_id=artist_id, limit=SNAPSHOT_REQUESTS)
    return [selectors.news_of(request, at=at) for request in latest]


class StudioConsumer(AsyncJsonWebsocketConsumer):
    """Joins the group of the signed-in artist and of nobody else; what a client sends is not listened to."""

    group = ""

    async def connect(self) -> None:
        """Join first, then say how things stand, so that no news falls between the two."""
        artist = self.scope.get("user")
        await self.accept()
        if artist is None or not artist.is_authenticated:
            await self.close(code=SIGN_IN)
            return
        self.group = events.group_of(artist.pk)
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.send_json({"kind": "snapshot", "requests": await snapshot_of(artist.pk)})

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any) -> None:
        """Nothing is asked over this socket: cancel and the rest are ordinary POSTs with CSRF protection."""

    async def studio_news(self, event: dict[str, Any]) -> None:
        """Pass on one payload of gallery.events."""
        await self.send_json(event["payload"])
