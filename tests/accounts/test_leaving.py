"""Browsers that are signed in, one ended at a time; and the way out of the account."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from consent.models import SubjectRequest
from gallery.models import Artist
from gallery.user_agents import browser_name
from tests.consent.desk.seats import seat
from tests.people import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def signed_in(artist: Artist, agent: str) -> Client:
    """A browser of that name, through the form."""
    browser = Client(headers={"user-agent": agent})
    browser.post("/accounts/login/", {"login": artist.email, "password": PASSWORD})
    return browser


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8.5.0 (x86_64)", "curl/8.5.0"),
        ("", "A browser that does not say its name"),
    ],
)
def test_browsers_have_names_that_people_know(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_one_browser_is_signed_out_and_the_other_stays(alice: Artist) -> None:
    here, lost = signed_in(alice, FIREFOX), signed_in(alice, SAFARI)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    row = UserSession.objects.get(user=alice, user_agent=SAFARI)
    answer = here.post(f"/home/sessions/{row.pk}/end", follow=True)
    assert "Safari on iPhone is signed out." in answer.content.decode()
    assert lost.get("/home/").status_code == 302
    assert here.get("/home/").status_code == 200
    assert here.post(f"/home/sessions/{row.pk}/end").status_code == 404


def test_nobody_ends_what_is_not_hers_or_the_one_in_use(alice: Artist, bob: Artist) -> None:
    hers, his = signed_in(alice, FIREFOX), signed_in(bob, SAFARI)
    of_bob = UserSession.objects.get(user=bob)
    assert hers.post(f"/home/sessions/{of_bob.pk}/end").status_code == 404
    own = UserSession.objects.get(user=alice)
    assert hers.post(f"/home/sessions/{own.pk}/end").status_code == 404
    assert hers.get(f"/home/sessions/{own.pk}/end").status_code == 405
    assert his.get("/home/").status_code == 200


def test_all_others_at_once(alice: Artist) -> None:
    here, lost = signed_in(alice, FIREFOX), signed_in(alice, SAFARI)
    here.post("/accounts/sessions/")
    assert lost.get("/home/").status_code == 302
    assert "No other browser is signed in." in here.get("/accounts/sessions/").content.decode()


def test_deleting_the_account_leads_into_erasure(alice: Artist) -> None:
    browser = seat(alice)
    page = browser.get("/home/leave/").content.decode()
    assert "Two people look at it" in page
    assert "nobody can take a part out of a sum" in page
    assert 'action="/your-data/ask/erasure"' in page
    answer = browser.post("/your-data/ask/erasure", {"erase-details": ""}, follow=True)
    row = SubjectRequest.objects.get(artist=alice)
    assert row.kind == "erasure"
    assert row.reference in answer.content.decode()
    after = browser.get("/home/leave/").content.decode()
    assert row.reference in after
    assert 'action="/your-data/ask/erasure"' not in after
    browser.post(f"/your-data/requests/{row.pk}/take-back")
    assert 'action="/your-data/ask/erasure"' in browser.get("/home/leave/").content.decode()


def test_the_password_is_asked_for_before_anything_is_deleted(alice: Artist) -> None:
    browser = seat(alice, fresh=False)
    answer: Any = browser.post("/your-data/ask/erasure", {"erase-details": ""})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not SubjectRequest.objects.exists()


def test_leaving_is_for_somebody_who_is_here(client: Client, db: None) -> None:
    assert client.get("/home/leave/").status_code == 302
