"""The gates of the gallery: nothing is shown, named or made that its artist does not allow at that very moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consent import services as consent
from consent.purposes import CREDIT_BY_NAME, SHOW_IMAGES
from gallery.errors import Refusal
from gallery.models import Artist, Image
from gallery.services import pictures, requests, working
from tests.gallery.scene import as_, params

Hang = Callable[..., Image]


def revoke(artist: Artist, purpose: str) -> None:
    consent.revoke(artist=artist, purpose=purpose, at=timezone.now())


def statuses(client: Client, image: Image) -> list[int]:
    page = f"/images/{image.handle}/"
    paths = (page, f"{page}file.png", f"{page}thumb.webp", f"/artists/{image.artist.handle}/")
    return [client.get(path).status_code for path in paths]


def test_revoked_it_is_off_the_wall_at_once_and_still_hers(client: Client, alice: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    assert statuses(client, image) == [200] * 4
    revoke(alice, SHOW_IMAGES)
    assert statuses(client, image) == [404] * 4
    assert "The wall is still white" in client.get("/").content.decode()
    own = as_(alice).get(f"/images/{image.handle}/").content.decode()
    assert "Published, but not shown" in own
    assert "/consent/wall/" in own


def test_nothing_is_published_without_a_yes(alice: Artist, hang: Hang) -> None:
    image = hang(alice)
    revoke(alice, SHOW_IMAGES)
    with pytest.raises(Refusal) as caught:
        pictures.publish(image=image, show_recipe=False, at=timezone.now())
    assert caught.value.code == "showing-not-allowed"
    image.refresh_from_db()
    assert image.published_at is None
    answer = as_(alice).post(f"/images/{image.handle}/publish", {"alt": ""}, follow=True)
    assert "You have not allowed your pictures to be shown" in answer.content.decode()


def test_the_name_goes_with_its_permission(client: Client, alice: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    paths = ("/", f"/images/{image.handle}/", f"/artists/{alice.handle}/")
    assert all("Alice" in client.get(path).content.decode() for path in paths)
    revoke(alice, CREDIT_BY_NAME)
    assert not any("Alice" in client.get(path).content.decode() for path in paths)


def test_a_pause_takes_all_of_it_and_resuming_gives_it_back(
    client: Client, alice: Artist, hang: Hang
) -> None:
    image = hang(alice, published=True)
    consent.pause_everything(artist=alice, at=timezone.now())
    assert statuses(client, image) == [404] * 4
    with pytest.raises(Refusal) as caught:
        requests.ask(artist=alice, params=params(), at=timezone.now())
    assert caught.value.code == "everything-paused"
    consent.resume_everything(artist=alice, at=timezone.now())
    assert statuses(client, image) == [200] * 4
    assert requests.ask(artist=alice, params=params(), at=timezone.now()).state == "queued"


def test_paused_while_it_waited_it_is_not_made(alice: Artist, versions: Any) -> None:
    request = requests.ask(artist=alice, params=params(), at=timezone.now())
    consent.pause_everything(artist=alice, at=timezone.now())
    assert working.begin(request_id=request.pk, at=timezone.now()) is None
    request.refresh_from_db()
    assert (request.state, request.reason) == ("cancelled", "you paused everything before it was made")
