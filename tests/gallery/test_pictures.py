"""Private by default, published by a named act, taken back at once; nobody learns what exists."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gallery.models import Artist, Image
from gallery.services import pictures
from gallery.storages import private_images
from tests.gallery.scene import NOON, as_

Hang = Callable[..., Image]
PAGES = ("", "file.png", "thumb.webp")


def seen(client: Client, image: Image) -> set[int]:
    """The status codes of page, file, thumbnail."""
    return {client.get(f"/images/{image.handle}/{name}").status_code for name in PAGES}


def test_private_until_published_and_again_after(alice: Artist, charlie: Artist, hang: Hang) -> None:
    image = hang(alice)
    owner, stranger, visitor = as_(alice), as_(charlie), Client()
    assert (seen(owner, image), seen(stranger, image), seen(visitor, image)) == ({200}, {404}, {404})
    assert stranger.get(f"/api/v1/images/{image.handle}").status_code == 404

    assert owner.post(f"/images/{image.handle}/publish").status_code == 302
    assert (seen(stranger, image), seen(visitor, image)) == ({200}, {200})
    assert stranger.get(f"/api/v1/images/{image.handle}").json()["published"] is True

    owner.post(f"/images/{image.handle}/unpublish")
    assert (seen(owner, image), seen(stranger, image), seen(visitor, image)) == ({200}, {404}, {404})


@pytest.mark.parametrize("act", ["publish", "unpublish", "delete", "undelete"])
@pytest.mark.parametrize("published", [True, False])
def test_nobody_acts_on_anothers_picture(
    alice: Artist, charlie: Artist, hang: Hang, act: str, published: bool
) -> None:
    image = hang(alice, published=published)
    assert as_(charlie).post(f"/images/{image.handle}/{act}").status_code == 404
    assert Client().post(f"/images/{image.handle}/{act}").status_code == 302
    assert as_(alice).get(f"/images/{image.handle}/{act}").status_code == 405
    image.refresh_from_db()
    assert (image.is_public, image.deleted_at) == (published, None)


def test_unknown_pictures_are_not_found(client: Client, db: None) -> None:
    assert client.get(f"/images/{uuid.uuid4()}/").status_code == 404
    assert client.get("/images/nonsense/").status_code == 404


def test_publishing_again_keeps_the_place_on_the_wall(alice: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    pictures.publish(image=image, show_recipe=True, at=NOON + timedelta(days=1))
    assert (image.published_at, image.recipe_public) == (NOON, True)


def test_the_recipe_stays_private_until_shown(alice: Artist, charlie: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    page = as_(charlie).get(f"/images/{image.handle}/").content.decode()
    assert "red apple" not in page
    assert "Remix" not in page
    assert as_(charlie).get(f"/api/v1/images/{image.handle}").json()["params"] is None
    assert b"red apple" not in Client().get("/").content
    pictures.publish(image=image, show_recipe=True, at=NOON)
    page = as_(charlie).get(f"/images/{image.handle}/").content.decode()
    assert "red apple" in page
    assert f"?remix={image.handle}" in page


def test_remix_fills_every_field(alice: Artist, charlie: Artist, hang: Hang) -> None:
    recipe = {
        "v": 1,
        "prompt": "blue fish",
        "seed": 99,
        "version": 1,
        "strength": 0.75,
        "steps": 20,
        "guidance": 6.5,
    }
    image = hang(alice, published=True, recipe_public=True, params=recipe)
    form = as_(charlie).get(f"/studio/?remix={image.handle}").context["form"]
    assert {"v": 1, **{name: form[name].value() for name in recipe if name != "v"}} == recipe


@pytest.mark.parametrize("bad", ["", "x", "../../etc/passwd", str(uuid.UUID(int=7))])
def test_remix_of_nothing_is_not_found(alice: Artist, versions: list[object], bad: str) -> None:
    assert as_(alice).get("/studio/", {"remix": bad}).status_code == 404


def test_remix_refuses_what_it_cannot_repeat(alice: Artist, charlie: Artist, hang: Hang) -> None:
    private = hang(alice, published=True)
    other = hang(
        alice, published=True, recipe_public=True, params={"v": 9, "prompt": "red apple", "version": 1}
    )
    for image, words in ((private, "does not show how it was made"), (other, "cannot repeat exactly")):
        page = as_(charlie).get(f"/studio/?remix={image.handle}", follow=True)
        assert words in page.content.decode()
        assert page.context["form"]["prompt"].value() == ""


def test_deleting_can_be_undone_for_a_day(alice: Artist, charlie: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    owner = as_(alice)
    shown = owner.post(f"/images/{image.handle}/delete", follow=True).content.decode()
    assert "Bring back" in shown
    assert (seen(owner, image), seen(as_(charlie), image)) == ({404}, {404})
    owner.post(f"/images/{image.handle}/undelete")
    assert (seen(owner, image), seen(as_(charlie), image)) == ({200}, {404}), "it comes back private"


def test_after_the_day_the_files_go(alice: Artist, hang: Hang) -> None:
    image = hang(alice)
    pictures.delete(image=image, at=NOON)
    assert pictures.remove_deleted(at=NOON + timedelta(hours=23)) == 0
    assert pictures.remove_deleted(at=NOON + timedelta(hours=25)) == 1
    assert not private_images().exists(image.file)
    assert not Image.objects.exists()
    assert pictures.remove_deleted(at=NOON + timedelta(hours=25)) == 0


def test_a_deleted_picture_cannot_be_published(alice: Artist, hang: Hang) -> None:
    image = hang(alice, deleted_at=NOON)
    assert as_(alice).post(f"/images/{image.handle}/publish").status_code == 404


def test_the_browser_asks_again_each_time(alice: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    first = Client().get(f"/images/{image.handle}/file.png")
    assert first["Cache-Control"] == "private, no-cache"
    again = Client().get(f"/images/{image.handle}/file.png", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    pictures.unpublish(image=image)
    gone = Client().get(f"/images/{image.handle}/file.png", headers={"If-None-Match": first["ETag"]})
    assert gone.status_code == 404


def test_download_has_a_name_without_the_prompt(alice: Artist, hang: Hang) -> None:
    image = hang(alice)
    answer = as_(alice).get(f"/images/{image.handle}/file.png?download")
    assert answer["Content-Disposition"] == f'attachment; filename="fedart-{image.handle.hex[:8]}.png"'


@pytest.mark.parametrize("name", PAGES)
def test_do_not_train_is_said_on_everything_published(alice: Artist, hang: Hang, name: str) -> None:
    image = hang(alice, published=True)
    for path in (f"/images/{image.handle}/{name}", "/", f"/artists/{alice.handle}/"):
        answer = Client().get(path)
        assert answer["X-Robots-Tag"] == "noai, noimageai"
        assert answer["TDM-Reservation"] == "1"
        if answer["Content-Type"].startswith("text/html"):
            assert '<meta name="robots" content="noai, noimageai">' in answer.content.decode()


def test_what_machines_read_first(client: Client, db: None) -> None:
    assert client.get("/.well-known/tdmrep.json").json()[0]["tdm-reservation"] == 1
    robots = client.get("/robots.txt").content.decode()
    assert "User-agent: GPTBot" in robots
    assert "Disallow: /pictures/" in robots
    assert "Disallow: /consent/" not in robots, "its page that checks receipts is for everybody"


def test_the_description_is_the_artists(alice: Artist, hang: Hang) -> None:
    image = hang(alice)
    owner = as_(alice)
    owner.post(f"/images/{image.handle}/publish", {"alt": "  An apple\n on a table "})
    assert 'alt="An apple on a table"' in Client().get(f"/images/{image.handle}/").content.decode()
    for bad in ("x" * 401, "nul \x00 here"):
        shown = owner.post(f"/images/{image.handle}/publish", {"alt": bad}, follow=True).content.decode()
        assert "The description cannot be used." in shown
    image.refresh_from_db()
    assert image.alt == "An apple on a table"


def test_a_missing_file_is_not_an_error(alice: Artist, hang: Hang) -> None:
    image = hang(alice, published=True, file="gone/away.png")
    assert Client().get(f"/images/{image.handle}/file.png").status_code == 404


def test_my_pictures_and_home_begin_empty(alice: Artist) -> None:
    owner = as_(alice)
    assert "No pictures yet" in owner.get("/pictures/").content.decode()
    home = owner.get("/home/")
    assert [step.state for step in home.context["steps"]] == ["current", "todo", "todo", "todo"]


def test_home_follows_what_was_done(alice: Artist, hang: Hang) -> None:
    hang(alice, at=timezone.now())
    states = [step.state for step in as_(alice).get("/home/").context["steps"]]
    assert states == ["done", "current", "todo", "todo"]


def test_the_name_can_be_changed(alice: Artist) -> None:
    owner = as_(alice)
    owner.post("/home/name/", {"display_name": "  Ada   L "})
    alice.refresh_from_db()
    assert alice.display_name == "Ada L"
    owner.post("/home/name/", {"display_name": "x" * 81})
    alice.refresh_from_db()
    assert alice.display_name == "Ada L"
