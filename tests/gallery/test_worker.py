"""The worker's task on a real tiny base: a marked picture, recall to the pixel, cancel, and the death of workers."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.db import connection
from PIL import Image as Picture
from PIL import ImageChops

from gallery import tasks
from gallery.generation import making, run
from gallery.generation.authority import load_authority
from gallery.generation.credentials import read_credentials
from gallery.limits import ATTEMPTS_MAX
from gallery.models import Artist, Evaluation, GenerationRequest, Image
from gallery.services import requests, sweeping, working
from gallery.storages import private_images
from tests.gallery.scene import NOON, params, png
from tests.waiting import wait_for

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def ask(artist: Artist, **changes: Any) -> GenerationRequest:
    return requests.ask(artist=artist, params=params(steps=4, **changes), at=NOON)


def pixels(image: Image) -> Picture.Image:
    with private_images().open(image.file) as file:
        return Picture.open(io.BytesIO(file.read())).convert("RGB")


def differ(first: Image, second: Image) -> bool:
    return ImageChops.difference(pixels(first), pixels(second)).getbbox() is not None


def test_a_request_becomes_a_marked_private_picture(alice: Artist, drawing: list[Any]) -> None:
    row = ask(alice)
    tasks.make_image(row.pk)
    row.refresh_from_db()
    assert (row.state, row.step, row.attempts, row.preview) == ("done", 4, 1, None)
    assert row.seconds > 0
    image = row.image
    assert (image.width, image.height, image.is_public, image.params) == (64, 64, False, row.params)
    with private_images().open(image.file) as file:
        data = file.read()
    found = read_credentials(data, root_pem=load_authority(run.credentials_folder()).root_pem)
    assert (found.state, found.ai_made, found.training_allowed) == ("trusted", True, False)
    assert found.model is not None
    assert found.model["shared"] == {"version": 1, "sha256": drawing[1].sha256, "strength": "1"}
    assert found.model["base"] == drawing[1].campaign.base.hash
    assert b"red apple" not in data
    assert b"Alice" not in data
    assert [event.to_state for event in row.events.all()] == ["queued", "running", "done"]


def test_the_task_may_be_delivered_twice(alice: Artist, drawing: list[Any]) -> None:
    row = ask(alice)
    tasks.make_image(row.pk)
    tasks.make_image(row.pk)
    tasks.make_image(999_999)
    row.refresh_from_db()
    assert (Image.objects.count(), row.attempts) == (1, 1)


def test_the_same_record_is_the_same_picture_and_a_version_changes_it(
    alice: Artist, drawing: list[Any]
) -> None:
    rows = [ask(alice), ask(alice, version=0), ask(alice), ask(alice, strength=0.0), ask(alice, seed=8)]
    for row in rows:
        tasks.make_image(row.pk)
    first, base, again, without, other = (Image.objects.get(request=row) for row in rows)
    assert not differ(first, again), "recall is exact, also after another version was drawn with"
    assert differ(first, base)
    assert not differ(base, without), "strength 0 is the base alone"
    assert differ(first, other)


def test_cancelled_before_it_began(alice: Artist, drawing: list[Any]) -> None:
    row = ask(alice)
    GenerationRequest.objects.filter(pk=row.pk).update(cancel_asked=True)
    tasks.make_image(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts, Image.objects.count()) == ("cancelled", 0, 0)


def test_cancelled_while_drawing_keeps_the_preview(
    alice: Artist, drawing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ask(alice)
    report = working.report_step

    def cancel_at_two(*, request: GenerationRequest, step: int, preview: bytes | None) -> bool:
        if step == 2:
            requests.cancel(request=GenerationRequest.objects.get(pk=row.pk), at=NOON)
        return report(request=request, step=step, preview=preview)

    monkeypatch.setattr(making, "REPORT_EVERY_S", 0)
    monkeypatch.setattr(working, "report_step", cancel_at_two)
    tasks.make_image(row.pk)
    row.refresh_from_db()
    assert (row.state, row.step, Image.objects.count()) == ("cancelled", 1, 0)
    assert Picture.open(io.BytesIO(bytes(row.preview))).size == (64, 64)


def test_a_fault_while_drawing_fails_with_a_reason(
    alice: Artist, drawing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(making, "draw_batch", broken)
    row = ask(alice)
    tasks.make_image(row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "MemoryError" in row.reason
    assert "Try again" in row.reason


def test_after_one_death_it_runs_again(alice: Artist, drawing: list[Any]) -> None:
    row = ask(alice)
    assert working.begin(request_id=row.pk, at=NOON)  # and here that worker dies
    tasks.make_image(row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)
    assert [event.to_state for event in row.events.all()] == [
        "queued",
        "running",
        "queued",
        "running",
        "done",
    ]


def test_after_two_deaths_it_fails_with_a_reason(alice: Artist, versions: list[Any]) -> None:
    row = ask(alice)
    for _ in range(ATTEMPTS_MAX):
        assert working.begin(request_id=row.pk, at=NOON)
    assert working.begin(request_id=row.pk, at=NOON) is None
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason) == ("failed", ATTEMPTS_MAX, working.DIED_TWICE)


@pytest.fixture
def other_worker() -> Iterator[Callable[[int], psycopg.Connection[Any]]]:
    """Another process's connection that holds a request's lock; closing it is what a death looks like."""
    opened: list[psycopg.Connection[Any]] = []

    def hold(request_id: int) -> psycopg.Connection[Any]:
        found = psycopg.connect(_dsn(), autocommit=True)
        found.execute("select pg_advisory_lock(%s, %s)", [working.LOCK_SPACE, request_id])
        opened.append(found)
        return found

    yield hold
    for one in opened:
        one.close()


def _dsn() -> str:
    values = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=values["HOST"],
        port=values["PORT"],
        user=values["USER"],
        password=values["PASSWORD"],
        dbname=values["NAME"],
    )


def test_nobody_takes_what_a_living_worker_has(
    alice: Artist, versions: list[Any], other_worker: Callable[[int], Any]
) -> None:
    row = ask(alice)
    working.begin(request_id=row.pk, at=NOON)
    held = other_worker(row.pk)
    tasks.make_image(row.pk)
    assert sweeping.sweep(at=NOON) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("running", 1)
    held.close()
    wait_for(lambda: sweeping.sweep(at=NOON) == 1, what="the database letting the dead worker's lock go")
    row.refresh_from_db()
    assert (row.state, row.events.last().reason) == ("queued", "the worker stopped; trying once more")


def test_a_lost_message_is_sent_again_once(
    alice: Artist, versions: list[Any], sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    row = ask(alice)
    later = NOON + timedelta(minutes=5)
    with django_capture_on_commit_callbacks(execute=True):
        assert (sweeping.sweep(at=NOON), sweeping.sweep(at=later), sweeping.sweep(at=later)) == (0, 1, 0)
    assert sent_tasks == [("generate.image", (row.pk,))]


def test_a_version_is_judged_once(alice: Artist, drawing: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from gallery.generation import evaluate

    monkeypatch.setattr(evaluate, "PROMPTS", ("heart", "car"))
    monkeypatch.setattr(django_settings, "EVALUATION_STEPS", 4)
    for _ in range(2):
        tasks.evaluate_version(str(drawing[1].pk))
    found = Evaluation.objects.get()
    assert found.held_out_loss > 0
    assert found.held_out_pictures == 48
    assert [(cell["prompt"], cell["seed"]) for cell in found.params] == [
        ("heart", 11),
        ("car", 11),
        ("heart", 23),
        ("car", 23),
    ]
    drawing[1].refresh_from_db()
    assert drawing[1].evaluation["held_out_loss"] == f"{found.held_out_loss:.6f}"
    with private_images().open(found.sheet) as file:
        sheet = file.read()
    root = load_authority(run.credentials_folder()).root_pem
    assert read_credentials(sheet, root_pem=root).state == "trusted"


def test_an_evaluation_makes_way_for_artists(
    alice: Artist,
    drawing: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    sent_tasks: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    from gallery.generation import evaluate

    monkeypatch.setattr(evaluate, "PROMPTS", ("heart",))
    monkeypatch.setattr(evaluate, "AT_ONCE", 1)
    monkeypatch.setattr(django_settings, "EVALUATION_STEPS", 4)
    row = ask(alice)
    version = str(drawing[1].pk)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.evaluate_version(version)
    assert sent_tasks == [("generate.evaluate_version", (version,))]
    assert not Evaluation.objects.exists()
    requests.cancel(request=row, at=NOON)
    tasks.evaluate_version(version)
    assert Evaluation.objects.get().held_out_pictures == 48


def test_the_sheet_is_shown_once_it_is_there(client: Any, versions: list[Any]) -> None:
    for path in (
        "/versions/1/sheet.png",
        "/versions/77/sheet.png",
        f"/versions/{versions[1].pk}/1/sheet.png",
    ):
        assert client.get(path).status_code == 404
    name = private_images().save("evaluations/x.png", ContentFile(png()))
    Evaluation.objects.create(
        version=versions[1], sheet=name, sheet_width=16, sheet_height=16, params=[], seconds=1.0, made_at=NOON
    )
    for path in ("/versions/1/sheet.png", f"/versions/{versions[1].campaign_id}/1/sheet.png"):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/png", png())
    assert "What version 1 of the model draws" in client.get("/").content.decode()
