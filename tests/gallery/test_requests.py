"""Asking and cancelling: by the form, by the API; limits, strangers and hostile prompts."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gallery import limits
from gallery.errors import Refusal
from gallery.models import Artist, GenerationRequest, Preset
from gallery.services import presets, requests
from tests.gallery.scene import NOON, as_, params

FORM = {"prompt": "red apple", "seed": "7", "version": "1", "strength": "1", "steps": "16", "guidance": "4"}
FORM |= {"negative": "", "size": "0x0", "count": "1"}
RECORD = {"prompt": "red apple", "seed": 7, "version": 1}


def post_json(client: Client, body: object) -> Any:
    return client.post("/api/v1/requests", json.dumps(body), content_type="application/json")


def test_asking_puts_one_request_on_the_queue(
    alice: Artist, versions: list[object], sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_(alice).post("/studio/requests/", FORM)
    row = GenerationRequest.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/studio/requests/{row.handle}/"
    assert row.params == params().to_json()
    assert (row.state, row.steps, row.version) == ("queued", 16, versions[1])
    assert sent_tasks == [("generate.image", (row.pk,))]
    assert [event.to_state for event in row.events.all()] == ["queued"]


def test_with_htmx_the_form_and_the_card_come_back(alice: Artist, versions: list[object]) -> None:
    answer = as_(alice).post("/studio/requests/", FORM, headers={"HX-Request": "true"})
    row = GenerationRequest.objects.get()
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'data-request="{row.handle}"' in text
    assert 'id="studio-form"' in text
    assert 'value="7"' not in text, "a new picture gets a new seed"


def test_a_locked_seed_stays(alice: Artist, versions: list[object]) -> None:
    answer = as_(alice).post("/studio/requests/", {**FORM, "keep_seed": "on"}, headers={"HX-Request": "true"})
    assert 'value="7"' in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("prompt", "", "The prompt is empty."),
        ("prompt", "x" * 5000, "At most 300 characters"),
        ("prompt", "an apple\x00", "Null characters"),
        ("prompt", "apple \u202eelppa", "invisible control character (U+202E)"),
        ("seed", "-1", "The seed must lie between 0 and 2147483647."),
        ("seed", "9" * 400, "The seed must lie between"),
        ("seed", "apple", "whole number"),
        ("steps", "51", "The steps must lie between 4 and 50."),
        ("guidance", "nan", "number"),
        ("strength", "2", "The strength must lie between 0 and 1.5."),
        ("negative", "apple \u202eelppa", "invisible control character (U+202E)"),
        ("size", "4096x4096", "The width must lie between 32 and 1024."),
        ("size", "x", "There is no such size."),
        ("count", "9", "Select a valid choice"),
        ("version", "99", "There is no such version."),
        ("version", "1; drop table", "There is no such version."),
    ],
)
def test_errors_stand_beside_their_field_and_nothing_is_made(
    alice: Artist, versions: list[object], field: str, value: str, words: str
) -> None:
    answer = as_(alice).post("/studio/requests/", {**FORM, field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert answer.context["form"].errors.keys() == {field}
    assert not GenerationRequest.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {**RECORD, "prompt": "an apple\x00"},
        {**RECORD, "prompt": "\ud800"},
        {**RECORD, "prompt": "x" * 301},
        {**RECORD, "prompt": ["red", "apple"]},
        {**RECORD, "seed": -1},
        {**RECORD, "seed": 10**40},
        {**RECORD, "strength": 1e400},
        {**RECORD, "steps": None},
        {**RECORD, "version": 12345},
        {**RECORD, "width": 64},
        {**RECORD, "width": 64, "height": 65},
        {**RECORD, "count": 5},
        {**RECORD, "personal": str(uuid.UUID(int=3))},
        {"seed": 7},
        [],
        "apple",
        None,
    ],
)
def test_the_api_refuses_with_a_problem(alice: Artist, versions: list[object], body: object) -> None:
    answer = post_json(as_(alice), body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["code"]
    assert found["detail"]
    assert found["fix"]
    assert not GenerationRequest.objects.exists()


def test_the_api_makes_a_request_and_shows_it(alice: Artist, versions: list[object]) -> None:
    client = as_(alice)
    made = post_json(client, RECORD)
    assert made.status_code == 201
    shown = client.get(f"/api/v1/requests/{made.json()['id']}")
    assert shown.json() == made.json()
    assert shown.json()["params"] == params().to_json()
    assert shown.json()["image"] is None


def test_scripts_need_the_csrf_token(alice: Artist, versions: list[object]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert post_json(client, RECORD).status_code == 403


@pytest.mark.parametrize(
    "path", ["/studio/", "/pictures/", "/home/", f"/studio/requests/{uuid.UUID(int=7)}/"]
)
def test_visitors_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_visitors_get_no_api(client: Client, versions: list[object]) -> None:
    assert post_json(client, RECORD).status_code in (401, 403)


def test_a_stranger_does_not_find_my_request(alice: Artist, charlie: Artist, versions: list[object]) -> None:
    row = requests.ask(artist=alice, params=params(prompt="a lantern in fog"), at=NOON)
    stranger = as_(charlie)
    assert stranger.get(f"/studio/requests/{row.handle}/").status_code == 404
    assert stranger.post(f"/studio/requests/{row.handle}/cancel").status_code == 404
    assert stranger.get(f"/api/v1/requests/{row.handle}").status_code == 404
    assert stranger.post(f"/api/v1/requests/{row.handle}/cancel").status_code == 404
    assert b"lantern" not in stranger.get("/studio/").content
    row.refresh_from_db()
    assert row.state == "queued"


def test_only_so_many_may_wait(alice: Artist, versions: list[object]) -> None:
    for _ in range(limits.WAITING_MAX):
        requests.ask(artist=alice, params=params(), at=NOON)
    answer = as_(alice).post("/studio/requests/", FORM)
    assert answer.status_code == 429
    assert "Come back when one is finished" in answer.content.decode()
    assert post_json(as_(alice), RECORD).json()["code"] == "too-many-waiting"


def test_the_hourly_limit_says_when_to_come_back(alice: Artist, versions: list[object]) -> None:
    for number in range(limits.HOURLY_MAX):
        made = requests.ask(artist=alice, params=params(), at=NOON + timedelta(seconds=number))
        requests.cancel(request=made, at=NOON)
    with pytest.raises(Refusal, match="Come back at 13:00 UTC") as caught:
        requests.ask(artist=alice, params=params(), at=NOON + timedelta(minutes=59))
    assert caught.value.status == 429
    assert requests.ask(artist=alice, params=params(), at=NOON + timedelta(minutes=60)).state == "queued"


def test_limits_are_each_artists_own(alice: Artist, bob: Artist, versions: list[object]) -> None:
    for _ in range(limits.WAITING_MAX):
        requests.ask(artist=alice, params=params(), at=NOON)
    assert requests.ask(artist=bob, params=params(), at=NOON).state == "queued"


def test_cancelling_what_waits_ends_it_at_once(alice: Artist, versions: list[object]) -> None:
    row = requests.ask(artist=alice, params=params(), at=NOON)
    client = as_(alice)
    assert client.post(f"/api/v1/requests/{row.handle}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/api/v1/requests/{row.handle}/cancel").json()["state"] == "cancelled"
    assert row.events.count() == 2


def test_what_has_ended_cannot_be_cancelled(alice: Artist, versions: list[object]) -> None:
    row = requests.ask(artist=alice, params=params(), at=NOON)
    GenerationRequest.objects.update(state="failed")
    answer = as_(alice).post(f"/api/v1/requests/{row.handle}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "request-ended")


def test_the_request_page_tells_what_happened(alice: Artist, versions: list[object]) -> None:
    row = requests.ask(artist=alice, params=params(), at=NOON)
    text = as_(alice).get(f"/studio/requests/{row.handle}/").content.decode()
    assert "Asked for." in text
    assert "red apple" in text
    assert "Waiting" in text


def test_the_studio_without_a_version_says_so(alice: Artist) -> None:
    assert "No version to draw with yet" in as_(alice).get("/studio/").content.decode()


def test_several_pictures_are_a_strip_that_only_its_artist_sees(
    alice: Artist, charlie: Artist, versions: list[object]
) -> None:
    answer = as_(alice).post("/studio/requests/", {**FORM, "count": "3"})
    rows = list(GenerationRequest.objects.order_by("pk"))
    assert [row.params["seed"] for row in rows] == [7, 8, 9]
    assert answer["Location"] == f"/studio/strips/{rows[0].group}/"
    assert as_(alice).get(answer["Location"]).content.decode().count("data-request=") == 3
    assert as_(charlie).get(answer["Location"]).status_code == 404


@pytest.mark.parametrize(
    ("kind", "field", "values"), [("strengths", "strength", [0, 0.5, 1]), ("versions", "version", [0, 1])]
)
def test_comparing_keeps_the_seed(
    alice: Artist, versions: list[object], kind: str, field: str, values: list[float]
) -> None:
    answer = as_(alice).post("/studio/requests/", {**FORM, "compare": kind}, headers={"HX-Request": "true"})
    rows = list(GenerationRequest.objects.order_by("pk"))
    assert [row.params[field] for row in rows] == values
    assert {row.params["seed"] for row in rows} == {7}
    assert answer.content.decode().count("data-request=") == len(values)


def test_a_strip_takes_its_places_together_or_not_at_all(alice: Artist, versions: list[object]) -> None:
    for _ in range(limits.WAITING_MAX - 1):
        requests.ask(artist=alice, params=params(), at=NOON)
    with pytest.raises(Refusal, match="one artist may have"):
        requests.ask(artist=alice, params=params(count=2), at=NOON)
    assert GenerationRequest.objects.count() == limits.WAITING_MAX - 1


def test_presets_fill_the_form_and_are_their_artists_own(
    alice: Artist, charlie: Artist, versions: list[object]
) -> None:
    client = as_(alice)
    wish = {**FORM, "negative": "fog", "guidance": "7.5", "preset_name": " quick  sketch "}
    for _ in range(2):
        answer = client.post("/studio/presets/", wish)
    preset = Preset.objects.get()
    assert (preset.name, answer["Location"]) == ("quick sketch", f"/studio/?preset={preset.handle}")
    text = client.get(answer["Location"]).content.decode()
    assert 'value="fog"' in text
    assert 'value="7.5"' in text
    assert as_(charlie).get(answer["Location"]).status_code == 404
    assert as_(charlie).post(f"/studio/presets/{preset.handle}/forget").status_code == 404
    client.post(f"/studio/presets/{preset.handle}/forget")
    assert not Preset.objects.exists()


def test_presets_are_named_valid_and_few(alice: Artist, versions: list[object]) -> None:
    for wish in ({**FORM, "preset_name": " "}, {**FORM, "prompt": "", "preset_name": "x"}):
        as_(alice).post("/studio/presets/", wish)
    assert not Preset.objects.exists()
    for number in range(limits.PRESETS_MAX):
        presets.save(artist=alice, name=str(number), params=params(), at=NOON)
    presets.save(artist=alice, name="0", params=params(), at=NOON)
    with pytest.raises(Refusal, match="as many as are kept"):
        presets.save(artist=alice, name="more", params=params(), at=NOON)
