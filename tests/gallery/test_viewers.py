"""One viewer's wall: what she looks for, what she hid, adult pictures only where she wants them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import services as consent
from consent.purposes import CREDIT_BY_NAME
from gallery import walls
from gallery.models import Artist, Hidden, Image, Preferences
from gallery.services import viewing
from tests.gallery.scene import NOON, as_, params
from tests.gallery.test_wall import handles

Hang = Callable[..., Image]


def seen(client: Client, **query: Any) -> list[str]:
    return handles(client.get("/", query).content.decode())


def test_filters(client: Client, alice: Artist, bob: Artist, hang: Hang, versions: list[Any]) -> None:
    shown = hang(
        alice, published=True, recipe_public=True, params=params(prompt="blue whale", seed=9).to_json()
    )
    kept = hang(
        bob, published=True, at=NOON + timedelta(days=2), params=params(prompt="blue cat", seed=9).to_json()
    )
    old = hang(bob, published=True, at=NOON - timedelta(days=9), alt="A blue boat", version=versions[0])
    ids = {name: str(image.handle) for name, image in (("shown", shown), ("kept", kept), ("old", old))}
    assert seen(client, text="blue") == [
        ids["shown"],
        ids["old"],
    ]  # the prompt of "kept" is nobody's business
    assert seen(client, text="whale -boat") == [ids["shown"]]
    assert seen(client, seed="9") == [ids["shown"]]
    assert seen(client, artist="ali") == [ids["shown"]]
    assert seen(client, version="0") == [ids["old"]]
    assert seen(client, since=NOON.date().isoformat()) == [ids["kept"], ids["shown"]]
    assert seen(client, until=NOON.date().isoformat()) == [ids["shown"], ids["old"]]
    consent.revoke(artist=alice, purpose=CREDIT_BY_NAME, at=NOON)
    assert seen(client, text="dragon") == []


def test_a_name_is_found_only_while_it_may_be_shown(client: Client, alice: Artist, hang: Hang) -> None:
    from django.utils import timezone

    hang(alice, published=True)
    assert len(seen(client, artist="alice")) == 1
    consent.revoke(artist=alice, purpose=CREDIT_BY_NAME, at=timezone.now())
    assert seen(client, artist="alice") == []
    assert len(seen(client)) == 1


def test_what_makes_no_sense_is_left_out_and_said(client: Client, alice: Artist, hang: Hang) -> None:
    hang(alice, published=True)
    text = client.get("/", {"seed": "-1", "since": "yesterday", "version": "x" * 50}).content.decode()
    assert len(handles(text)) == 1
    assert "version, seed, since" in text


def test_the_next_page_keeps_the_filters(client: Client, alice: Artist, hang: Hang) -> None:
    for number in range(30):
        hang(
            alice,
            published=True,
            alt="A boat" if number % 6 else "A cat",
            at=NOON + timedelta(minutes=number),
        )
    text = client.get("/", {"text": "boat"}).content.decode()
    path = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert len(handles(text)) + len(handles(client.get(path).content.decode())) == 25


@settings(max_examples=30, deadline=None)
@given(
    query=st.dictionaries(
        st.sampled_from(["text", "artist", "version", "seed", "since", "until"]),
        st.one_of(st.text(max_size=20), st.integers(0, 9999).map(str), st.dates().map(str)),
    )
)
def test_any_address_is_read_and_written_back(query: dict[str, str]) -> None:
    from django.http import QueryDict

    wanted = walls.parse(query)
    assert walls.parse(QueryDict(wanted.query)) == wanted


def test_hidden_artists_and_versions_are_gone_for_her_alone(
    alice: Artist, bob: Artist, charlie: Artist, hang: Hang, versions: list[Any]
) -> None:
    by_alice, by_bob = hang(alice, published=True), hang(bob, published=True, version=versions[0])
    browser = as_(charlie)
    browser.post(f"/images/{by_alice.handle}/hide", {"what": "artist"})
    assert seen(browser) == [str(by_bob.handle)]
    browser.post(f"/images/{by_bob.handle}/hide", {"what": "version"})
    assert seen(browser) == []
    assert len(seen(as_(alice))) == len(seen(Client())) == 2
    text = browser.get("/preferences/").content.decode()
    assert "Alice" in text
    assert "Version 0 of First light" in text
    stranger = as_(bob)
    for row in Hidden.objects.all():
        stranger.post(f"/preferences/hidden/{row.pk}/remove")
    assert Hidden.objects.count() == 2
    for row in Hidden.objects.all():
        browser.post(f"/preferences/hidden/{row.pk}/remove")
    assert len(seen(browser)) == 2


def test_nobody_hides_herself_or_without_end(
    alice: Artist, bob: Artist, hang: Hang, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gallery.errors import Refusal

    with pytest.raises(Refusal) as caught:
        viewing.hide_artist(viewer=alice, image=hang(alice, published=True), at=NOON)
    assert caught.value.code == "hide-yourself"
    monkeypatch.setattr(viewing, "HIDDEN_MAX", 0)
    with pytest.raises(Refusal) as caught:
        viewing.hide_version(viewer=alice, image=hang(bob, published=True), at=NOON)
    assert caught.value.code == "hide-too-many"


def test_adult_pictures_are_for_those_who_want_them(alice: Artist, bob: Artist, hang: Hang) -> None:
    image = hang(alice, published=True, adult=True)
    page = f"/images/{image.handle}/"
    off, on = as_(bob), as_(alice)
    assert (seen(Client()), seen(off), seen(on)) == ([], [], [])
    assert [browser.get(page).status_code for browser in (Client(), off, on)] == [404, 404, 200]
    off.post("/preferences/save", {"adult": "on"})
    assert Preferences.objects.get(artist=bob).adult
    assert seen(off) == [str(image.handle)]
    assert off.get(page).status_code == 200
    assert handles(Client().get(f"/artists/{alice.handle}/").content.decode()) == []
    off.post("/preferences/save", {})
    assert off.get(f"{page}file.png").status_code == 404


def test_signals_on_every_public_page_and_file(client: Client, alice: Artist, hang: Hang) -> None:
    from django.core.files.base import ContentFile

    from gallery.storages import private_images

    name = private_images().save("x/1.avif", ContentFile(b"avif"))
    image = hang(alice, published=True, avif_192=name)
    page = f"/images/{image.handle}/"
    for path in (
        "/",
        page,
        f"{page}file.png",
        f"{page}thumb.webp",
        f"{page}thumb-192.avif",
        f"/artists/{alice.handle}/",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer["TDM-Reservation"] == "1"
        assert answer["TDM-Policy"].endswith("/.well-known/tdm-policy.json")
        assert "noai" in answer["X-Robots-Tag"]
    assert client.get(f"{page}thumb-384.avif").status_code == 404
    assert (
        client.get("/.well-known/tdmrep.json")
        .json()[0]["tdm-policy"]
        .endswith("/.well-known/tdm-policy.json")
    )
    assert client.get("/.well-known/tdm-policy.json").json()["prohibition"][0]["action"] == "tdm:mine"
    assert f"{page}thumb-192.avif 192w" in client.get("/").content.decode()


def test_a_pages_queries_do_not_grow(
    client: Client, alice: Artist, bob: Artist, hang: Hang, django_assert_num_queries: Any
) -> None:
    """As many for a wall of fifty and filters of all kinds as for one picture; so for a viewer who hid something."""
    image, browser = hang(bob, published=True), as_(alice)
    viewing.hide_version(viewer=alice, image=image, at=NOON)
    browser.get("/")
    paths = {"/": 1, f"/images/{image.handle}/": 1, "/?text=apple&seed=7&version=1&since=2020-01-01": 1}
    for many in (False, True):
        for number in range(50 if many else 0):
            hang(alice if number % 2 else bob, published=True, at=NOON + timedelta(minutes=number))
        for path, count in paths.items():
            with django_assert_num_queries(count):
                assert client.get(path).status_code == 200
        with django_assert_num_queries(
            6
        ):  # session, account, switches, pictures, and the header of a person signed in
            browser.get("/")


def test_the_composed_gate_says_what_consents_own_condition_says(
    alice: Artist, bob: Artist, charlie: Artist, hang: Hang
) -> None:
    from django.urls import reverse
    from django.utils import timezone

    from consent.purposes import SHOW_IMAGES
    from consent.selectors import in_force
    from gallery.gates import allows

    pictures = [hang(artist, published=True) for artist in (alice, bob, charlie)]
    assert pictures[0].page == reverse("gallery:image", args=[pictures[0].handle])
    consent.revoke(artist=bob, purpose=SHOW_IMAGES, at=timezone.now())
    consent.pause_everything(artist=charlie, at=timezone.now())
    for at in (timezone.now(), timezone.now() - timedelta(minutes=1), NOON + timedelta(days=2000)):
        for purpose in (SHOW_IMAGES, CREDIT_BY_NAME):
            composed = Image.objects.filter(allows(purpose, at=at))
            assert set(composed) == set(Image.objects.filter(in_force(purpose=purpose, at=at)))
    assert list(Image.objects.filter(allows(SHOW_IMAGES, at=timezone.now()))) == [pictures[0]]
