"""Batches of the worker: who is drawn together, and that nobody suffers from the others."""

from typing import Any

import pytest
from PIL import ImageChops

from gallery import tasks
from gallery.generation import making
from gallery.models import Artist, GenerationRequest, Image
from gallery.services import requests, working
from tests.gallery.scene import NOON
from tests.gallery.test_worker import ask, pixels

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_requests_of_one_kind_are_drawn_together_and_come_out_as_alone(
    alice: Artist, bob: Artist, drawing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[list[int]] = []
    draw_batch = making.draw_batch

    def watched(orders: Any, **also: Any) -> Any:
        batches.append([order.params.seed for order in orders])
        return draw_batch(orders, **also)

    monkeypatch.setattr(making, "draw_batch", watched)
    alone = ask(alice, strength=0.5)
    tasks.make_image(alone.pk)
    rows = [ask(alice, strength=0.5), ask(bob, version=0, seed=9), ask(alice, width=48, height=64)]
    for row in rows:
        tasks.make_image(row.pk)
    assert batches[0] == [7]
    assert sorted(batches[1:], key=len) == [[7], [9, 7]], "bob had nothing lately; another size goes alone"
    images = [Image.objects.get(request=row) for row in rows]
    near = ImageChops.difference(pixels(images[0]), pixels(alone.image)).getextrema()
    assert max(high for _, high in near) <= 1
    assert (images[2].width, images[2].height) == (48, 64)


def test_one_of_a_batch_is_cancelled_and_the_other_goes_on(
    alice: Artist, bob: Artist, drawing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [ask(alice), ask(bob)]
    report = working.report_step

    def cancel_one(*, request: GenerationRequest, step: int, preview: bytes | None) -> bool:
        if (request.pk, step) == (rows[0].pk, 2):
            requests.cancel(request=GenerationRequest.objects.get(pk=request.pk), at=NOON)
        return report(request=request, step=step, preview=preview)

    monkeypatch.setattr(making, "REPORT_EVERY_S", 0)
    monkeypatch.setattr(working, "report_step", cancel_one)
    tasks.make_image(rows[0].pk)
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["cancelled", "done"]
    assert rows[0].preview
    assert Image.objects.get().artist == bob


def test_what_breaks_a_batch_breaks_only_its_own_request(
    alice: Artist, bob: Artist, drawing: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw_batch = making.draw_batch

    def fragile(orders: Any, **also: Any) -> Any:
        if any(order.params.seed == 13 for order in orders):
            raise MemoryError
        return draw_batch(orders, **also)

    monkeypatch.setattr(making, "draw_batch", fragile)
    rows = [ask(alice), ask(bob, seed=13)]
    tasks.make_image(rows[0].pk)
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["done", "failed"]
