"""The picture check: the model is there, and its word decides who sees what."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture

from gallery.generation import picture_check
from gallery.models import Artist, GenerationRequest, Image, Preferences
from gallery.services import finishing, requests, working
from tests.gallery.scene import NOON, params, png

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def test_the_model_ships_and_judges_calmly() -> None:
    with Picture.open(next(SAMPLES.glob("ines-calder/*.png"))) as file:
        drawing = file.convert("RGB")
    assert 0 <= picture_check.likelihood(drawing) < 0.2
    assert not picture_check.is_adult(drawing)


@pytest.fixture
def running(alice: Artist, versions: Any) -> GenerationRequest:
    row = working.begin(request_id=requests.ask(artist=alice, params=params(), at=NOON).pk, at=NOON)
    assert row is not None
    return row


def finish(row: GenerationRequest) -> Image | None:
    picture = finishing.FinishedPicture(
        png=png(),
        width=16,
        height=16,
        thumb=b"webp",
        thumb_width=16,
        thumb_height=16,
        seconds=1.0,
        adult=True,
    )
    return finishing.finish(request=row, picture=picture, at=NOON)


def test_switched_off_nothing_is_kept_and_she_is_told(running: GenerationRequest) -> None:
    GenerationRequest.objects.filter(pk=running.pk).update(preview=b"preview")
    assert finish(running) is None
    running.refresh_from_db()
    assert (running.state, running.preview) == ("failed", None)
    assert "adult pictures are switched off" in running.reason
    assert not Image.objects.exists()


def test_switched_on_it_is_hers_and_marked(alice: Artist, running: GenerationRequest) -> None:
    Preferences.objects.create(artist=alice, adult=True)
    image = finish(running)
    assert image is not None
    assert image.adult
