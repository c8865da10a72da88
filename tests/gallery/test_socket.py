"""The studio's socket over a real Valkey: a snapshot first, news in order, and nothing for strangers."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import channel_layers, get_channel_layer
from django.contrib.auth.models import AnonymousUser
from django.db import connections

from gallery import events, selectors
from gallery.consumers import SIGN_IN, StudioConsumer
from gallery.models import Artist, GenerationRequest
from gallery.services import requests, working
from tests.gallery.scene import NOON, params, png

pytestmark = pytest.mark.django_db(transaction=True)


class Tab:
    """One open studio tab of a visitor (channels' own testing client needs daphne, which nothing else here does)."""

    def __init__(self, visitor: Any) -> None:
        scope = {
            "type": "websocket",
            "path": "/ws/studio/",
            "headers": [],
            "subprotocols": [],
            "user": visitor,
        }
        self.app = ApplicationCommunicator(StudioConsumer.as_asgi(), scope)

    async def __aenter__(self) -> "Tab":
        await self.app.send_input({"type": "websocket.connect"})
        assert (await self.app.receive_output(timeout=10))["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.app.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.app.wait(timeout=10)

    async def heard(self) -> dict[str, Any]:
        output = await self.app.receive_output(timeout=10)
        assert output["type"] == "websocket.send"
        found: dict[str, Any] = json.loads(output["text"])
        return found

    async def says(self, **message: Any) -> None:
        await self.app.send_input({"type": "websocket.receive", **message})

    async def hears_nothing(self) -> bool:
        return bool(await self.app.receive_nothing(timeout=0.5))


@pytest_asyncio.fixture
async def layers(transactional_db: None) -> AsyncIterator[None]:
    """Each test has an event loop of its own; a layer kept from another one would speak to a closed loop."""
    channel_layers.backends.clear()
    yield
    await get_channel_layer().flush()
    await sync_to_async(connections.close_all)()


@pytest.fixture
def two(layers: None) -> tuple[Artist, Artist, list[Any]]:
    from tests import people
    from tests.gallery.scene import paper_versions

    return people.make(people.ALICE), people.make(people.CHARLIE), paper_versions()


def ask(artist: Artist, prompt: str) -> GenerationRequest:
    return requests.ask(artist=artist, params=params(prompt=prompt), at=NOON)


async def test_the_owner_hears_and_the_stranger_does_not(two: tuple[Artist, Artist, list[Any]]) -> None:
    alice, charlie, _ = two
    async with Tab(alice) as tab, Tab(alice) as second, Tab(charlie) as stranger:
        for one in (tab, second, stranger):
            assert await one.heard() == {"kind": "snapshot", "requests": []}
        row = await sync_to_async(ask)(alice, "my secret idea")
        heard = [await tab.heard(), await second.heard()]
        assert heard[0] == heard[1] == {"kind": "queued", "id": str(row.handle), "place": 1, "seconds": None}
        await sync_to_async(working.begin)(request_id=row.pk, at=NOON)
        running = await tab.heard()
        assert (running["kind"], running["step"], running["steps"]) == ("running", 0, 16)
        assert await stranger.hears_nothing()


async def test_steps_previews_and_cancel(two: tuple[Artist, Artist, list[Any]]) -> None:
    alice, _, _ = two
    row = await sync_to_async(ask)(alice, "a boat")
    row = await sync_to_async(working.begin)(request_id=row.pk, at=NOON)
    async with Tab(alice) as tab:
        await tab.heard()
        assert await sync_to_async(working.report_step)(request=row, step=4, preview=png())
        news = await tab.heard()
        assert (news["kind"], news["step"], news["preview"]) == ("running", 4, events.as_text(png()))
        await sync_to_async(requests.cancel)(request=row, at=NOON)
        assert not await sync_to_async(working.report_step)(request=row, step=5, preview=None)
        await sync_to_async(working.stop)(request=row, preview=None, at=NOON)
        assert await tab.heard() == {
            "kind": "cancelled",
            "id": str(row.handle),
            "preview": events.as_text(png()),
        }


async def test_closing_the_tab_loses_nothing(two: tuple[Artist, Artist, list[Any]]) -> None:
    alice, _, _ = two
    row = await sync_to_async(ask)(alice, "a boat")
    row = await sync_to_async(working.begin)(request_id=row.pk, at=NOON)
    await sync_to_async(working.report_step)(request=row, step=8, preview=png())
    async with Tab(alice) as tab:
        (news,) = (await tab.heard())["requests"]
    assert (news["id"], news["step"], news["preview"]) == (str(row.handle), 8, events.as_text(png()))
    await sync_to_async(working.give_up)(request=row, reason="It broke.", at=NOON)
    async with Tab(alice) as tab:
        (news,) = (await tab.heard())["requests"]
    assert (news["kind"], news["reason"]) == ("failed", "It broke.")


async def test_waiting_artists_hear_their_own_place_only(two: tuple[Artist, Artist, list[Any]]) -> None:
    alice, charlie, _ = two
    first = await sync_to_async(ask)(alice, "first")
    async with Tab(charlie) as tab:
        await tab.heard()
        mine = await sync_to_async(ask)(charlie, "second")
        assert (await tab.heard())["place"] == 2
        await sync_to_async(working.begin)(request_id=first.pk, at=NOON)
        news = await tab.heard()
        assert (news["id"], news["place"]) == (str(mine.handle), 2)
        assert "first" not in str(news)


async def test_visitors_are_turned_away(two: tuple[Artist, Artist, list[Any]]) -> None:
    async with Tab(AnonymousUser()) as tab:
        closed = await tab.app.receive_output(timeout=10)
    assert (closed["type"], closed["code"]) == ("websocket.close", SIGN_IN)


async def test_what_a_client_says_changes_nothing(two: tuple[Artist, Artist, list[Any]]) -> None:
    alice, charlie, _ = two
    async with Tab(charlie) as tab:
        await tab.heard()
        for words in ('{"group": "studio.1"}', "[" * 5000, "\x00", '{"type": "studio.news"}'):
            await tab.says(text=words)
        await tab.says(bytes=b"\xff" * 1000)
        await sync_to_async(ask)(alice, "not for you")
        assert await tab.hears_nothing()


async def test_a_group_has_one_owner(two: tuple[Artist, Artist, list[Any]]) -> None:
    alice, charlie, _ = two
    assert events.group_of(alice.pk) != events.group_of(charlie.pk)
    layer = get_channel_layer()
    async with Tab(charlie) as tab:
        await tab.heard()
        news = {"type": "studio.news", "payload": {"kind": "queued", "id": "x", "place": 1, "seconds": None}}
        await layer.group_send(events.group_of(alice.pk), news)
        assert await tab.hears_nothing()


async def test_news_is_lost_without_harm_when_valkey_is_gone(
    two: tuple[Artist, Artist, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, _, _ = two

    async def gone(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(
        "gallery.services.notices.get_channel_layer", lambda: type("Layer", (), {"group_send": gone})()
    )
    row = await sync_to_async(ask)(alice, "a boat")
    assert (await sync_to_async(selectors.request_of)(artist_id=alice.pk, handle=row.handle)) == row
