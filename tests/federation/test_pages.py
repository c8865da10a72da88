"""Pages: who may see them, what they say, and that small numbers of people stay hidden."""

import re
from typing import Any

import pytest
from django.test import Client

from federation.protocol.steps import Step
from federation.words import span
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")


def browser_of(artist: Any = None) -> Client:
    browser = Client()
    if artist is not None:
        browser.force_login(artist)
    return browser


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


@pytest.fixture
def published() -> Any:
    """A published round of three."""
    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    for step in Step:
        w.run_step(agents, round_.id, step)
    return w.aggregate(round_.id)


def test_empty_places_say_what_to_do() -> None:
    """Before the first campaign every page has words, not a bare table."""
    visitor = browser_of()
    assert "No rounds yet" in text_of(visitor.get("/rounds/"))
    assert "No versions yet" in text_of(visitor.get("/versions/"))


def test_the_public_record(published: Any) -> None:
    """Timeline in words, the scheme and the missing claim said plainly, no small number, no names."""
    visitor = browser_of()
    page = text_of(visitor.get(f"/rounds/{published.pk}/"))
    assert "Fewer than 5 artists sent an update" in page
    assert "SecAgg hides each update" in page
    assert "no formal privacy claim" in page
    assert "Version 1 was published" in page
    assert "3 artists sent" not in page
    card = text_of(visitor.get(f"/versions/{published.campaign_id}/1/"))
    assert "fewer than 5" in card
    assert "Made without masking" not in card
    assert "example.org" not in page + card
    assert "version 1" in text_of(visitor.get("/versions/"))
    assert "Published" in text_of(visitor.get("/rounds/"))


def test_a_round_in_the_clear_says_so() -> None:
    round_ = w.open_round(w.make_campaign(scheme="UnsafePlainSum"))
    page = text_of(browser_of().get(f"/rounds/{round_.pk}/"))
    assert "UnsafePlainSum hides nothing" in page
    assert "Updates are not masked in this round" in page


def test_the_download(published: Any) -> None:
    """The B factors as safetensors, whole, under a name that says what it is."""
    from federation.adapters.files import loads
    from tests.federation.protocol.terms import small_spec

    answer = browser_of().get(f"/versions/{published.campaign_id}/1/adapter.safetensors")
    assert "fedart-first-light-v1.safetensors" in answer["Content-Disposition"]
    assert set(loads(b"".join(answer.streaming_content), small_spec())) == {"a.lora_B", "b.lora_B"}


def test_my_part_is_mine_alone(published: Any, charlie: Any) -> None:
    """An artist sees that her device is in the version; a stranger's page lists nothing."""
    part = published.participations.first()
    assert "In the sum of version 1" in text_of(browser_of(part.artist).get("/devices/"))
    assert "First light" not in text_of(browser_of(charlie).get("/devices/"))


def test_the_timeline_refreshes_in_part(published: Any) -> None:
    """htmx gets the fragment, not a page in a page."""
    fragment = browser_of().get(f"/rounds/{published.pk}/", headers={"HX-Request": "true"})
    assert "<html" not in text_of(fragment)
    assert "hx-get" not in text_of(fragment), "a round that is over is not asked for again"


def test_a_round_under_way_is_sent_again_only_when_something_happened(
    olga: Any,
) -> None:
    """The part says in its own address what it says; the same again is 204, which reads nothing out anew."""
    campaign = w.make_campaign()
    w.cohort(3)
    round_ = w.open_round(campaign)
    for browser, path in (
        (browser_of(), f"/rounds/{round_.pk}/"),
        (browser_of(olga), f"/operate/rounds/{round_.pk}/"),
    ):
        asks = re.search(r'hx-get="([^"]+)"', text_of(browser.get(path)))
        assert asks
        again = browser.get(asks[1], headers={"HX-Request": "true"})
        assert (again.status_code, again.content) == (204, b"")
        changed = browser.get(path + "?seen=before", headers={"HX-Request": "true"})
        assert asks[1] in text_of(changed)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(86_400, "1 day"), (7200, "2 hours"), (300, "5 minutes"), (90, "90 seconds"), (1, "1 second")],
)
def test_spans_are_said_in_the_largest_unit_that_is_exact(seconds: int, said: str) -> None:
    assert span(seconds) == said


@pytest.mark.parametrize("path", ["/devices/", "/devices/confirm/", "/operate/", "/operate/campaigns/new/"])
def test_strangers_sign_in_first(path: str) -> None:
    answer = browser_of().get(path)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_the_desk_is_for_operators(published: Any, alice: Any, connie: Any) -> None:
    for somebody in (alice, connie):
        assert browser_of(somebody).get("/operate/").status_code == 403
        opened = browser_of(somebody).post(f"/operate/campaigns/{published.campaign_id}/open-round/")
        assert opened.status_code == 403


def test_an_operator_runs_a_campaign(olga: Any) -> None:
    """Write, start, open, look, end, pause, go on, end: by buttons, with exact numbers."""
    from federation.models import Campaign, Round

    base, desk = w.make_base(), browser_of(olga)
    assert "No campaigns yet" in text_of(desk.get("/operate/"))
    form = {
        "name": "Spring",
        "base": base.pk,
        "scheme": "UnsafePlainSum",
        "min_cohort": 3,
        "max_cohort": 8,
        "threshold": 2,
        "training_window_s": 60,
        "stage_s": 30,
        "steps": 4,
        "batch": 2,
        "lr": "0.001",
        "caption_dropout": "0.1",
        "clip": "1",
        "rounds_wanted": 0,
        "pause_between_s": 60,
        "noise_multiplier": "0",
        "dishonest_share": "0.1",
        "epsilon_cap": "8",
    }
    bad = desk.post("/operate/campaigns/new/", {**form, "threshold": 1})
    assert bad.status_code == 422
    assert "outside its bounds" in bad.content.decode()
    assert desk.post("/operate/campaigns/new/", form).status_code == 302
    campaign = Campaign.objects.get()
    address = f"/operate/campaigns/{campaign.pk}/"
    assert "publish version 0" in text_of(desk.get(address))
    for act in ("start", "open-round"):
        assert desk.post(f"{address}{act}/").status_code == 302
    round_ = Round.objects.get()
    assert "Invitations go out" in text_of(desk.get(f"/operate/rounds/{round_.pk}/"))
    assert "is under way" in text_of(desk.post(f"{address}open-round/", follow=True))
    assert "Nothing of it is used" in text_of(desk.post(f"/operate/rounds/{round_.pk}/abort/", follow=True))
    for act, state in (("pause", "paused"), ("start", "running"), ("end", "ended")):
        desk.post(f"{address}{act}/")
        campaign.refresh_from_db()
        assert campaign.state == state
    assert desk.post(f"{address}dance/").status_code == 404
    assert desk.get(f"{address}start/").status_code == 405


def test_operators_see_exact_numbers(published: Any, olga: Any) -> None:
    page = text_of(browser_of(olga).get(f"/operate/rounds/{published.pk}/"))
    assert "3 artists sent an update" in page
    assert "example.org" not in page.replace(olga.email, "")


@pytest.mark.parametrize("query", ["?page=999", "?page=x", "?page=-1"])
def test_odd_page_numbers(query: str) -> None:
    text_of(browser_of().get(f"/rounds/{query}"))
