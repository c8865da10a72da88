"""Names of living artists who have not agreed: found however they are written, refused, edited by staff."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.errors import Refusal
from gallery.models import Artist
from gallery.prompt_policy import found_in, key_of
from gallery.services import policy, requests
from tests import people
from tests.gallery.scene import NOON, as_, params

KEYS = ("greg rutkowski", "eva o neil", "brom")


@pytest.mark.parametrize(
    "prompt",
    [
        "a castle by Greg Rutkowski",
        "castle, GREG-RUTKOWSKI style",
        "gregrutkowski",
        "g r e g rutkowski",
        "in the manner of Éva O\u2019Neil",
        "a demon (Brom)",
    ],
)
def test_found(prompt: str) -> None:
    assert found_in(prompt, KEYS)


@pytest.mark.parametrize("prompt", ["a brombeere", "greg and a bear", "evening", "a red apple", ""])
def test_not_found(prompt: str) -> None:
    assert found_in(prompt, KEYS) == ""


@settings(max_examples=40, deadline=None)
@given(before=st.text(max_size=30), after=st.text(max_size=30))
def test_found_between_any_words(before: str, after: str) -> None:
    assert found_in(f"{before} Greg Rutkowski {after}", KEYS) == "greg rutkowski"
    assert key_of(key_of(before)) == key_of(before)


def test_a_prompt_is_refused_until_a_moderator_takes_the_name_out(
    alice: Artist, mo: Artist, versions: object
) -> None:
    row = people.refused_name()
    with pytest.raises(Refusal) as caught:
        requests.ask(artist=alice, params=params(prompt="a castle by greg rutkowski"), at=NOON)
    assert (caught.value.code, caught.value.field) == ("prompt-names-artist", "prompt")
    assert "Greg Rutkowski" in str(caught.value)
    desk = as_(mo)
    desk.post(f"/moderate/names/{row.pk}/change", {"in_force": "no"})
    assert requests.ask(artist=alice, params=params(prompt="a castle by greg rutkowski"), at=NOON).pk
    row.refresh_from_db()
    assert (row.in_force, row.changed_by) == (False, mo)


def test_staff_add_names_and_others_do_not(alice: Artist, mo: Artist, versions: object) -> None:
    sent = {"name": "Nomen  Nescio", "source": "Her letter"}
    assert as_(alice).post("/moderate/names/add", sent).status_code == 403
    desk = as_(mo)
    desk.post("/moderate/names/add", sent)
    assert "Nomen Nescio" in desk.get("/moderate/names/", {"text": "nescio"}).content.decode()
    with pytest.raises(Refusal):
        policy.refuse_names("cat, nomen nescio")
    for name, source, code in (("x", "y", "name-unfit"), ("Nomen Secundus", " ", "name-source-missing")):
        with pytest.raises(Refusal) as caught:
            policy.add_name(name=name, source=source, moderator=mo, at=NOON)
        assert caught.value.code == code
