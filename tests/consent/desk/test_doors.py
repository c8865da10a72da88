"""One door: every staff page asks for a role, and none shows a person without a look written down.

The walk goes over all addresses of the site, so that a new page cannot be forgotten.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from consent.models import AccessLog, Breach, LegalHold, SubjectRequest
from consent.services import handling
from consent.services.breaches import log_breach
from consent.services.exports import build_export
from consent.services.holds import ask_hold, decide_hold
from consent.services.retention import run_retention
from consent.staff import NoLookRecorded, see, staff_required
from gallery.models import Artist
from gallery.services import reporting
from tests import people
from tests.consent.desk.life import Life
from tests.consent.desk.seats import seat
from tests.consent.desk.test_requests import letter

OFFICER, OPERATOR, MODERATOR = "compliance officer", "operator", "moderator"
STAFF_ROOMS = ("compliance/", "operate/", "moderate/")
BOTH, ONLY = {OFFICER, OPERATOR}, {OFFICER}
# Every page of the desk, and whose it is.
PAGES = {
    "compliance": BOTH,
    "compliance-people": ONLY,
    "compliance-person": ONLY,
    "compliance-person-reason": ONLY,
    "compliance-person-hold": ONLY,
    "compliance-request-new": ONLY,
    "compliance-records": ONLY,
    "compliance-record": ONLY,
    "compliance-exports": ONLY,
    "compliance-export": ONLY,
    "compliance-export-file": ONLY,
    "compliance-requests": ONLY,
    "compliance-request": ONLY,
    "compliance-request-step": ONLY,
    "compliance-holds": ONLY,
    "compliance-hold-act": ONLY,
    "compliance-breaches": BOTH,
    "compliance-breach-new": BOTH,
    "compliance-breach": BOTH,
    "compliance-breach-step": BOTH,
    "compliance-processing": BOTH,
    "compliance-processing-csv": BOTH,
    "compliance-processing-jsonld": BOTH,
    "compliance-retention": BOTH,
    "compliance-dpia": BOTH,
    "compliance-dpia-md": BOTH,
    "compliance-looks": ONLY,
}


def addresses(patterns: Any = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(route, pattern) of every address of the site."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield route, pattern


def staff_addresses() -> list[tuple[str, URLPattern]]:
    return [(route, pattern) for route, pattern in addresses() if route.startswith(STAFF_ROOMS)]


def door_of(view: Any) -> Any:
    """What staff_required left on the view, through whatever is wrapped around it."""
    while view is not None and not hasattr(view, "desk_roles"):
        view = getattr(view, "__wrapped__", None)
    return view


@pytest.fixture
def scene(life: Life, connie: Artist, dora: Artist, pen: Any) -> dict[str, str]:
    """Something behind every address: what stands for each name in a route."""
    now = timezone.now()
    row = letter(connie, life.artist, "access")
    handling.check_identity(request=row, officer=connie, method="document", at=now)
    hold = ask_hold(
        artist_id=life.artist.pk, officer=connie, basis="claims", reason="A claim is argued.", at=now
    )
    decide_hold(hold=hold, officer=dora, approve=True, at=now)
    facts = dict.fromkeys(("nature", "data", "consequences", "measures"), "a")
    facts |= {"title": "Lost laptop", "risk": "risk"}
    breach = log_breach(reporter=connie, role=OFFICER, aware_at=now, facts=facts, at=now)
    run_retention(at=now)
    seat(connie).post("/compliance/exports", {"format": "csv", "reason": "Question of the authority"})
    from consent.models import ConsentExport, Statement

    export = ConsentExport.objects.get(reason="Question of the authority")
    build_export(export_id=export.pk, at=now)
    campaign = life.version.campaign
    report = reporting.report(image=life.image, reporter=dora, address="192.0.2.7", at=now)
    return {
        "report_id": str(report.pk),
        "name_id": str(people.refused_name().pk),
        "handle": life.artist.handle,
        "statement_id": str(Statement.objects.first().pk),
        "export_id": str(export.pk),
        "request_id": str(row.pk),
        "hold_id": str(hold.pk),
        "breach_id": str(breach.pk),
        "name": "note",
        "campaign_id": str(campaign.pk),
        "round_id": str(campaign.rounds.get().pk),
        "act": "pause",
    }


def url_of(pattern: URLPattern, scene: dict[str, str]) -> str:
    room = "gallery:" if str(pattern.name).startswith("moderate") else ""
    return reverse(room + pattern.name, kwargs={name: scene[name] for name in pattern.pattern.converters})


def content_of(answer: Any) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(data).decode("utf-8", "replace")


def status_of(answer: Any) -> int:
    """Its status; a file is read to its end."""
    content_of(answer)
    return int(answer.status_code)


def test_every_staff_address_has_a_door() -> None:
    found = staff_addresses()
    assert len(found) > 30
    assert [route for route, pattern in found if door_of(pattern.callback) is None] == []
    assert {pattern.name for route, pattern in found if route.startswith("compliance/")} == set(PAGES)


def test_no_page_shows_a_person_without_a_look(
    life: Life, scene: dict[str, str], connie: Artist, olga: Artist, mo: Artist
) -> None:
    """Read every answer of every staff page in every role: where anything of Alice stands, her log has a new line."""
    artist = life.artist
    signs = [artist.email, artist.handle, artist.consent_subject.urn, life.pen.key, life.device.fingerprint]
    shown, walked = set(), 0
    browsers = [seat(person) for person in (connie, olga, mo)]
    browsers[0].post(
        reverse("compliance-person-reason", kwargs={"handle": artist.handle}), {"reason": "A walk of tests"}
    )
    for _route, pattern in staff_addresses():
        url = url_of(pattern, scene)
        for browser in browsers:
            for query in ("", "?q=alice&all=1"):
                before = AccessLog.objects.filter(artist=artist).count()
                answer = browser.get(url + query)
                if answer.status_code != 200:
                    assert answer.status_code in (403, 405), (url, answer.status_code)
                    continue
                walked += 1
                text = content_of(answer)
                if any(sign in text.replace(url, "") for sign in signs):
                    shown.add(pattern.name)
                    if pattern.name == "compliance-export-file":
                        assert AccessLog.objects.filter(artist=artist, export_id=scene["export_id"]).exists()
                    else:
                        assert AccessLog.objects.filter(artist=artist).count() > before, url
    assert walked > 40
    assert shown == {
        "compliance-people",
        "compliance-person",
        "compliance-records",
        "compliance-record",
        "compliance-export-file",
        "compliance-requests",
        "compliance-request",
        "compliance-request-new",
        "compliance-holds",
    }
    assert all(look.role == OFFICER and len(look.reason) >= 10 for look in AccessLog.objects.all())


def test_the_artist_reads_every_look_and_no_name(life: Life, scene: dict[str, str], connie: Artist) -> None:
    officer = seat(connie)
    officer.get(reverse("compliance-records"))
    officer.get(reverse("compliance-request", kwargs={"request_id": scene["request_id"]}))
    page = seat(life.artist).get("/your-data/looks/").content.decode()
    assert "saw you in the list of records" in page
    assert "opened a request of yours" in page
    assert connie.email not in page
    assert connie.display_name not in page


def test_roles(scene: dict[str, str], life: Life, connie: Artist, olga: Artist, mo: Artist) -> None:
    """Each page opens to its roles and to nobody else: not to artists, not to superusers, not to strangers."""
    root = Artist.objects.create_superuser("root@example.org", "x")
    people = ((connie, OFFICER), (olga, OPERATOR), (mo, MODERATOR), (root, ""), (life.artist, ""))
    wrong = []
    for person, role in people:
        client = Client()
        client.force_login(person)
        for name, roles in PAGES.items():
            pattern = next(pattern for _, pattern in staff_addresses() if pattern.name == name)
            answers = {
                status_of(client.get(url_of(pattern, scene))),
                client.post(url_of(pattern, scene)).status_code,
            }
            # An address that takes one method only refuses the other one first (405).
            closed = 403 in answers and answers <= {403, 405}
            if closed is (role in roles) and name != "compliance-person-reason":
                wrong.append((role or person.email, name, answers))
    assert wrong == []
    for name in PAGES:
        pattern = next(pattern for _, pattern in staff_addresses() if pattern.name == name)
        answers = [Client().get(url_of(pattern, scene)), Client().post(url_of(pattern, scene))]
        assert any(answer.get("Location", "").startswith("/accounts/login/") for answer in answers), name
    for person in (olga, mo, root, life.artist):
        reason = reverse("compliance-person-reason", kwargs={"handle": scene["handle"]})
        assert seat(person).post(reason, {"reason": "I am only curious"}).status_code == 403


def test_a_view_that_forgets_its_look_answers_nothing(rf: Any, connie: Artist) -> None:
    from django.http import HttpResponse

    @staff_required(OFFICER, people=True)
    def forgetful(request: Any) -> HttpResponse:
        return HttpResponse("Alice")

    @staff_required(OFFICER, people=True)
    def careful(request: Any) -> HttpResponse:
        see(request, [connie.pk], what="list", reason="A test of the door")
        return HttpResponse("Connie")

    request = rf.get("/")
    request.user = connie
    with pytest.raises(NoLookRecorded, match="forgetful"):
        forgetful(request)
    assert careful(request).status_code == 200
    assert AccessLog.objects.get().artist == connie


def test_the_file_of_a_person_needs_a_reason(life: Life, connie: Artist, scene: dict[str, str]) -> None:
    officer = seat(connie)
    url = reverse("compliance-person", kwargs={"handle": life.artist.handle})
    before = AccessLog.objects.count()
    first = officer.get(url).content.decode()
    assert "Why are you looking?" in first
    assert life.artist.email not in first
    assert AccessLog.objects.count() == before
    refused = officer.post(url + "reason", {"reason": "because"}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (403, "look-reason-needed")
    page = officer.post(url + "reason", {"request": scene["request_id"]}, follow=True).content.decode()
    assert life.artist.email in page
    look = AccessLog.objects.filter(what="person").get()
    assert SubjectRequest.objects.get().reference in look.reason


def test_the_file_answers_as_of_a_time(life: Life, connie: Artist) -> None:
    """Refused three days ago, granted two days ago."""
    from datetime import timedelta

    officer = seat(connie)
    url = reverse("compliance-person", kwargs={"handle": life.artist.handle})
    officer.post(url + "reason", {"reason": "What stood last Saturday?"})
    then = (timezone.now() - timedelta(days=2, hours=12)).strftime("%Y-%m-%dT%H:%M")
    page = officer.get(url, {"as_of": then}).content.decode()
    assert ">Refused<" in page
    assert ">Granted<" in officer.get(url).content.decode()
    assert "Alice&#x27;s tower" in page
    assert "Open with its proof" in page


@pytest.mark.parametrize("words", ["alice@", "Alice", "handle", "urn", "key", "reference"])
def test_finding_somebody(words: str, life: Life, scene: dict[str, str], connie: Artist) -> None:
    known = {
        "handle": life.artist.handle,
        "urn": life.artist.consent_subject.urn,
        "key": life.pen.key,
        "reference": SubjectRequest.objects.get().reference,
    }
    page = seat(connie).get("/compliance/people/", {"q": known.get(words, words)}).content.decode()
    assert "1 found" in page
    assert life.artist.email in page


def test_finding_nobody(life: Life, connie: Artist) -> None:
    for words in ("", "   ", "nobody@", "R-123", "%"):
        assert life.artist.email not in seat(connie).get("/compliance/people/", {"q": words}).content.decode()


def test_the_desk_counts_what_waits(life: Life, scene: dict[str, str], olga: Artist, connie: Artist) -> None:
    for person in (olga, connie):
        page = seat(person).get("/compliance/").content.decode()
        assert "Lost laptop" in page
        assert life.artist.email not in page
    assert Breach.objects.count() == LegalHold.objects.count() == 1
