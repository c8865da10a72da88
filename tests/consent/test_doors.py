"""The JSON doors and the page as a script would use them: the way in, strangers, methods, sizes, nonsense."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from consent.ledger.notes import Key
from consent.ledger.tree import root_of
from consent.ledger.verify import check_receipt
from consent.models import BrowserKey, Entry, Statement
from consent.purposes import TRAIN_SHARED
from gallery.models import Artist
from tests.consent.pen import Pen

BODIES = [
    "/consent/keys",
    "/consent/drafts",
    "/consent/statements",
    "/consent/statements/with-passkey",
    "/consent/revoke",
]
POSTS = [*BODIES, "/consent/pause", "/consent/resume"]


def post(client: Client, path: str, body: Any) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, data, content_type="application/json", headers={"Accept": "application/json"})


@pytest.fixture
def at_home(client: Client, alice: Artist, terms: Any, notices: Any) -> Any:
    """Alice's session."""
    client.force_login(alice)
    return client


def granted(client: Client, pen: Pen) -> Any:
    assert post(client, "/consent/keys", {"public_key": pen.key, "label": "Test"}).status_code in (200, 201)
    asked = {"purpose": TRAIN_SHARED, "decision": "grant", "key": pen.key}
    draft = post(client, "/consent/drafts", asked).json()["document"]
    return post(client, "/consent/statements", pen.sign(draft))


def test_the_whole_way(at_home: Any, pen: Pen) -> None:
    answer = granted(at_home, pen)
    assert answer.status_code == 201
    assert answer.json()["status"] == "ConsentGiven"
    receipt = at_home.get(answer.json()["receipt"])
    assert "attachment" in receipt["Content-Disposition"]
    report = check_receipt(receipt.json())
    assert report.holds, report.wrong
    assert len(report.proven) == 5
    revoked = post(at_home, "/consent/revoke", {"purpose": TRAIN_SHARED}).json()
    assert revoked["changed"]
    assert check_receipt(at_home.get(revoked["statement"]["receipt"]).json()).holds
    again = post(at_home, "/consent/revoke", {"purpose": TRAIN_SHARED}).json()
    assert not again["changed"]
    assert again["statement"]["id"] == revoked["statement"]["id"]


def test_a_form_revokes_without_script(at_home: Any, pen: Pen) -> None:
    granted(at_home, pen)
    answer = at_home.post("/consent/revoke", {"purpose": TRAIN_SHARED}, follow=True)
    assert answer.redirect_chain == [("/consent/train/", 302)]
    text = answer.content.decode()
    assert "drawn into no further round" in text
    assert "Revoked" in text


def test_the_page_in_every_state(at_home: Any, pen: Pen) -> None:
    page = at_home.get("/consent/train/").content.decode()
    assert "Not decided" in page
    assert "data-revoke" not in page
    assert page.count("data-decision") == 2
    granted(at_home, pen)
    page = at_home.get("/consent/train/").content.decode()
    assert "Granted, signed and recorded as entry 2." in page
    assert "data-revoke" in page
    assert "data-decision" not in page
    assert Statement.objects.get().get_status_display() == "granted"
    assert page.count("/consent/receipts/") == 1


def test_the_page_says_so_where_nothing_is_asked(at_home: Any, terms: Any) -> None:
    terms.clear()
    page = at_home.get("/consent/train/").content.decode()
    assert "Nothing to decide yet" in page
    assert "data-decision" not in page


def test_nothing_is_preticked_and_both_answers_weigh_the_same(at_home: Any) -> None:
    page = at_home.get("/consent/train/").content.decode()
    assert "checked" not in page
    assert page.count('<button class="button" type="button" data-decision') == 2


def test_the_page_holds_keys_and_is_guarded(at_home: Any) -> None:
    answer = at_home.get("/consent/train/")
    policy = answer["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in policy
    assert "trusted-types 'none'" in policy
    assert "htmx" not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_strangers_are_sent_to_the_door(client: Client, db: Any) -> None:
    answer = client.get("/consent/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", POSTS)
def test_strangers_get_a_problem(client: Client, db: Any, path: str) -> None:
    answer = post(client, path, {})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign-in-first")
    assert answer["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("path", POSTS)
def test_other_methods(at_home: Any, path: str) -> None:
    answer = at_home.get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (405, "wrong-method")


@pytest.mark.parametrize("path", POSTS)
def test_without_the_csrf_token(alice: Artist, terms: Any, notices: Any, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert post(client, path, {"purpose": TRAIN_SHARED}).status_code == 403


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"a":1,"a":1}', 400),
        (b'{"more":"x"}', 400),
        (b'{"purpose":7}', 400),
        (b"[" * 4000, 400),
        (b"{" + b" " * 33_000 + b"}", 413),
        (b"{" + b" " * 70_000 + b"}", 413),
    ],
)
def test_nonsense_is_refused_with_a_reason(at_home: Any, path: str, body: Any, status: str) -> None:
    answer = post(at_home, path, body)
    assert answer.status_code == status
    problem = answer.json()
    assert problem["code"]
    assert problem["detail"]
    assert problem["fix"]
    assert not Statement.objects.exists()
    assert not BrowserKey.objects.exists()


def test_a_receipt_of_another_does_not_exist(at_home: Any, pen: Pen, bob: Artist) -> None:
    path = granted(at_home, pen).json()["receipt"]
    at_home.force_login(bob)
    answer = at_home.get(path, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (404, "no-receipt")
    assert at_home.get(f"/consent/receipts/{uuid.uuid4()}.json").status_code == 404


def test_a_key_can_be_withdrawn_from_the_page(at_home: Any, pen: Pen) -> None:
    granted(at_home, pen)
    path = f"/consent/keys/{BrowserKey.objects.get().pk}/withdraw"
    assert path in at_home.get("/consent/").content.decode()
    answer = at_home.post(path, follow=True)
    assert "withdrawn" in answer.content.decode()
    assert path not in answer.content.decode()


def test_the_key_of_another_cannot_be_withdrawn(at_home: Any, pen: Pen, bob: Artist) -> None:
    granted(at_home, pen)
    at_home.force_login(bob)
    answer = post(at_home, f"/consent/keys/{BrowserKey.objects.get().pk}/withdraw", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "unknown-key")


@pytest.mark.parametrize("spoil", ["statement", "proof", "key", "notice", "format", "nothing"])
def test_a_forged_receipt_is_found(at_home: Any, pen: Pen, spoil: Any) -> None:
    receipt = at_home.get(granted(at_home, pen).json()["receipt"]).json()
    other = at_home.get(
        post(at_home, "/consent/revoke", {"purpose": TRAIN_SHARED}).json()["statement"]["receipt"]
    ).json()
    if spoil == "statement":
        receipt["statement"] = other["statement"]
    elif spoil == "proof":
        receipt["proof"] = other["proof"]
    elif spoil == "key":
        receipt["log_key"] = Key("elsewhere.example", bytes(32)).vkey()
    elif spoil == "notice":
        receipt["notice_text"] += "and everything else\n"
    elif spoil == "format":
        receipt["format"] = "fedart-receipt-1"
    else:
        receipt = {}
    assert not check_receipt(receipt).holds


def test_the_context_of_statements_is_there_for_everybody(client: Client, db: Any) -> None:
    answer = client.get("/consent/ns/statement-v1.jsonld")
    assert answer.json()["@context"]["dpv"] == "https://w3id.org/dpv#"


def test_ledger_api(client: Client, at_home: Any, pen: Pen) -> None:
    granted(at_home, pen)
    client.logout()
    head = client.get("/api/v1/ledger/head").json()
    assert head["size"] == Entry.objects.count()
    first = client.get("/api/v1/ledger/entries", {"limit": 2}).json()
    rest = client.get("/api/v1/ledger/entries", {"from": first["next"]}).json()
    assert [entry["index"] for entry in first["entries"] + rest["entries"]] == list(range(head["size"]))
    assert rest["next"] is None
    assert (
        root_of([bytes.fromhex(one["leaf_hash"]) for one in first["entries"] + rest["entries"]]).hex()
        == head["root"]
    )


@pytest.mark.parametrize(
    "query", [{"from": "-1"}, {"from": "x"}, {"limit": "0"}, {"limit": "1001"}, {"from": "9" * 40}]
)
def test_ledger_api_refuses_nonsense(client: Client, db: Any, query: Any) -> None:
    answer = client.get("/api/v1/ledger/entries", query)
    assert answer.status_code == 400
    assert answer.json()["code"]


def test_the_public_ledger_names_nobody(client: Client, at_home: Any, pen: Pen, alice: Artist) -> None:
    granted(at_home, pen)
    text = client.get("/api/v1/ledger/entries").content.decode()
    for secret in (alice.email, alice.consent_subject.urn, alice.handle, pen.key, "salt"):
        assert secret not in text


def test_my_statements_api(at_home: Any, pen: Pen, bob: Artist) -> None:
    granted(at_home, pen)
    (mine,) = at_home.get("/api/v1/consent/statements").json()["statements"]
    assert mine["status"] == "ConsentGiven"
    at_home.force_login(bob)
    assert at_home.get("/api/v1/consent/statements").json() == {"statements": []}
    at_home.logout()
    assert at_home.get("/api/v1/consent/statements").status_code in (401, 403)


def test_the_page_asks_again_where_the_terms_have_changed(at_home: Client, pen: Pen, terms: Any) -> None:
    granted(at_home, pen)
    assert "The terms have changed" not in at_home.get("/consent/train/").content.decode()
    terms["minCohort"] = 2
    page = at_home.get("/consent/train/").content.decode()
    assert "The terms have changed" in page
    assert "data-revoke" in page
    assert page.count("data-decision") == 2
    assert granted(at_home, pen).status_code == 201
    assert "The terms have changed" not in at_home.get("/consent/train/").content.decode()
