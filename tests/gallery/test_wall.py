"""The wall: newest first, stable pages, as many queries for a thousand pictures as for one."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gallery import walls
from gallery.limits import WALL_PAGE
from gallery.models import Artist, Image
from tests.gallery.scene import NOON

Hang = Callable[..., Image]


def handles(text: str) -> list[str]:
    return re.findall(r'picture__frame" href="/images/([0-9a-f-]+)/"', text)


def test_an_empty_wall_explains(client: Client, db: None) -> None:
    text = client.get("/").content.decode()
    assert "The wall is still white" in text
    assert "/accounts/signup/" in text


def test_newest_first_and_every_picture_once(client: Client, alice: Artist, hang: Hang) -> None:
    # Some share their moment: the page break must not lose or repeat one.
    hung = [
        hang(alice, published=True, at=NOON + timedelta(minutes=number // 3))
        for number in range(WALL_PAGE + 10)
    ]
    seen: list[str] = []
    path = "/"
    while path:
        text = client.get(path).content.decode()
        seen += handles(text)
        more = re.search(r'rel="next" href="([^"]+)"', text)
        path = more.group(1) if more else ""
    assert seen == [str(image.handle) for image in reversed(hung)]


def test_a_page_stays_where_it_was_when_pictures_come_and_go(
    client: Client, alice: Artist, hang: Hang
) -> None:
    hung = [
        hang(alice, published=True, at=NOON + timedelta(minutes=number)) for number in range(WALL_PAGE + 5)
    ]
    _, cursor = walls.wall(before=None, size=WALL_PAGE)
    second = handles(client.get("/", {"before": cursor}).content.decode())
    hang(alice, published=True, at=NOON + timedelta(days=1))
    Image.objects.filter(pk=hung[-1].pk).update(published_at=None)
    assert handles(client.get("/", {"before": cursor}).content.decode()) == second


@pytest.mark.parametrize("bad", ["x", "2026-01-01_1", "_", "2026-11-24T12:00:00+00:00_99999999999999999999"])
def test_a_wrong_cursor_shows_the_first_page(client: Client, alice: Artist, hang: Hang, bad: str) -> None:
    image = hang(alice, published=True)
    answer = client.get("/", {"before": bad})
    assert answer.status_code == 200
    assert handles(answer.content.decode()) == [str(image.handle)]


def test_queries_do_not_grow(
    client: Client, alice: Artist, bob: Artist, hang: Hang, django_assert_num_queries: Any
) -> None:
    hang(alice, published=True)
    with django_assert_num_queries(1):
        client.get("/")
    for number in range(WALL_PAGE * 2):
        hang(alice if number % 2 else bob, published=True, at=NOON + timedelta(minutes=number))
    with django_assert_num_queries(1):
        client.get("/")


def test_htmx_gets_the_tiles_only(client: Client, alice: Artist, hang: Hang) -> None:
    for number in range(WALL_PAGE + 1):
        hang(alice, published=True, at=NOON + timedelta(minutes=number))
    _, cursor = walls.wall(before=None, size=WALL_PAGE)
    text = client.get("/", {"before": cursor}, headers={"HX-Request": "true"}).content.decode()
    assert len(handles(text)) == 1
    assert "<html" not in text


def test_pictures_have_their_size_and_words(client: Client, alice: Artist, hang: Hang) -> None:
    hang(alice, published=True, alt="An apple")
    text = client.get("/").content.decode()
    assert 'alt="An apple" width="16" height="16"' in text


def test_private_deleted_and_inactive_are_not_shown(
    client: Client, alice: Artist, bob: Artist, hang: Hang
) -> None:
    hang(alice)
    hang(alice, published=True, deleted_at=NOON)
    hang(bob, published=True)
    Artist.objects.filter(pk=bob.pk).update(is_active=False)
    assert handles(client.get("/").content.decode()) == []


def test_an_artists_page_shows_what_she_published(
    client: Client, alice: Artist, bob: Artist, hang: Hang
) -> None:
    shown, _, _ = hang(alice, published=True), hang(alice), hang(bob, published=True)
    text = client.get(f"/artists/{alice.handle}/").content.decode()
    assert handles(text) == [str(shown.handle)]
    assert "Alice" in text
    assert alice.email not in text


def test_who_has_published_nothing_has_no_page(client: Client, alice: Artist, hang: Hang) -> None:
    hang(alice)
    assert client.get(f"/artists/{alice.handle}/").status_code == 404
    assert client.get("/artists/nobody/").status_code == 404


def test_credits_name_every_sample_artist(client: Client, db: None) -> None:
    text = client.get("/credits/").content.decode()
    for words in (
        "Ines Calder",
        "Jun Halvorsen",
        "IconPark, ByteDance",
        "CC-BY-4.0",
        "Noto Emoji, Google Inc.",
    ):
        assert words in text
