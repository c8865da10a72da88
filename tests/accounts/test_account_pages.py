"""Account pages and letters without a browser: they render, say what is so, and give nothing away."""

import re

import pytest
from django.core import mail
from django.test import Client

from gallery.models import Artist
from tests import people

OPEN = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
)
OWN = (
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/sessions/",
    "/accounts/logout/",
)


@pytest.mark.django_db
@pytest.mark.parametrize("path", OPEN)
def test_it_works(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1


@pytest.mark.parametrize("path", OWN)
def test_own_pages_need_a_person(client: Client, alice: Artist, path: str) -> None:
    assert client.get(path).status_code == 302
    client.force_login(alice)
    response = client.get(path)
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1


def test_the_header_shows_staff_only_their_doors(client: Client, alice: Artist, connie: Artist) -> None:
    client.force_login(alice)
    assert 'href="/compliance/"' not in client.get("/accounts/2fa/").content.decode()
    client.force_login(connie)
    shown = client.get("/accounts/2fa/").content.decode()
    assert 'href="/compliance/"' in shown
    assert 'href="/operate/"' not in shown


def test_a_password_is_reset_by_letter(client: Client, alice: Artist) -> None:
    client.post("/accounts/password/reset/", {"email": alice.email})
    [letter] = mail.outbox
    assert letter.subject == "FedArt: Choose a new password"
    link = re.search(r"http\S+", letter.body)
    assert link
    path = link.group().partition("://")[2].partition("/")[2]
    form = client.get(f"/{path}", follow=True)
    new = "another long phrase, 2027"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)


@pytest.mark.django_db
def test_asking_for_a_stranger_looks_the_same(client: Client) -> None:
    response = client.post("/accounts/password/reset/", {"email": people.CHARLIE.email})
    assert response["Location"] == "/accounts/password/reset/done/"
    [letter] = mail.outbox
    assert "There is no account with this address" in letter.body


@pytest.mark.django_db
def test_a_short_password_is_refused_with_the_reason(client: Client) -> None:
    response = client.post("/accounts/signup/", {"email": people.BOB.email, "password1": "short"})
    assert response.status_code == 200
    assert "at least 10 characters" in response.content.decode()
    assert not Artist.objects.exists()


@pytest.mark.django_db
def test_the_page_for_nothing_is_in_the_look_of_the_house(client: Client) -> None:
    response = client.get("/no/such/place/")
    assert response.status_code == 404
    shown = response.content.decode()
    assert "Nothing hangs here" in shown
    assert "not-found" in shown
