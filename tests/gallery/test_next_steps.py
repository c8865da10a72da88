"""First run: what a new artist is told to do, five steps at most, the picture first."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from consent.purposes import TRAIN_SHARED
from gallery.models import Artist
from gallery.next_steps import Step, next_steps
from tests.gallery.scene import as_


def steps(artist: Artist) -> list[Step]:
    return next_steps(artist=artist, at=timezone.now())


def test_a_newcomer_begins_with_a_picture(alice: Artist) -> None:
    EmailAddress.objects.filter(user=alice).update(verified=False)
    found = steps(alice)
    assert len(found) == 5
    assert [step.state for step in found] == ["current", "todo", "todo", "todo", "todo"]
    assert found[0].href == "/studio/"
    assert alice.email in found[-1].text


def test_each_step_is_taken_off_when_it_is_done(alice: Artist, hang: Callable[..., Any]) -> None:
    hang(alice)
    assert [step.state for step in steps(alice)] == ["done", "current", "todo", "todo"]


@pytest.mark.parametrize(
    "path", ["/home/", "/studio/", "/pictures/", "/vault/", "/consent/", "/devices/", "/rounds/"]
)
def test_every_empty_page_says_what_to_do_next(alice: Artist, path: str) -> None:
    """With nothing there at all, the main part of each page holds a button or a link that leads on."""
    page = as_(alice).get(path).content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    assert 'class="button' in main or "<button" in main or "<a href" in main, path


def test_no_is_an_answer(alice: Artist, versions: list[Any]) -> None:
    from tests.consent.pen import Pen, allow

    allow(alice)
    Pen(alice, TRAIN_SHARED).register().decide("refuse")
    [_, decide, *_] = steps(alice)
    assert decide.state == "done"
    assert "that is fine" in decide.text
