"""The one door of the staff's pages: who may come in, and that every look at a person is written down.

Being a superuser is not a role: roles are groups. A view says whether it shows people. One that does must call
`see` before it answers, or its answer is thrown away; tests walk all addresses and read every answer.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from consent.services.looks import record_looks

View = Callable[..., HttpResponseBase]


class NoLookRecorded(Exception):
    """A view that shows people answered without saying whom: a mistake in the program, never a user's."""


def role_of(request: HttpRequest, *roles: str) -> str:
    """The first of these roles that the person who is signed in has, or nothing."""
    user = request.user
    if not (user.is_authenticated and user.is_active):
        return ""
    mine = set(user.groups.filter(name__in=roles).values_list("name", flat=True))
    return next((role for role in roles if role in mine), "")


def staff_required(*roles: str, people: bool = False) -> Callable[[View], View]:
    """For views: strangers are asked to sign in, people without one of the roles get a 403 that says so.

    `people`: the page or file shows persons, so the view must call `see` before it answers 200.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            role = role_of(request, *roles)
            if not role:
                raise PermissionDenied(f"This page is for: {', '.join(roles)}.")
            request.desk_role = role  # type: ignore[attr-defined]
            answer = view(request, *args, **kwargs)
            if people and answer.status_code == 200 and not getattr(request, "desk_seen", False):
                raise NoLookRecorded(f"{view.__module__}.{view.__name__} shows people and called no `see`")
            return answer

        guarded.desk_roles = roles  # type: ignore[attr-defined]
        guarded.shows_people = people  # type: ignore[attr-defined]
        return guarded

    return decorate


def desk_role(request: HttpRequest) -> str:
    """The role in which the person who is signed in came through the door."""
    return str(request.desk_role)  # type: ignore[attr-defined]


def see(request: HttpRequest, artist_ids: Iterable[int | None], *, what: str, reason: str) -> None:
    """Write down that these artists are looked at now, in this role, for this reason. Call it before rendering.

    `what` is one of consent.models.access.LOOKS.
    """
    viewer_id = request.user.pk
    assert viewer_id is not None
    record_looks(
        artist_ids=[artist_id for artist_id in artist_ids if artist_id is not None],
        viewer_id=viewer_id,
        role=desk_role(request),
        what=what,
        reason=reason,
        at=timezone.now(),
    )
    request.desk_seen = True  # type: ignore[attr-defined]


def seen_when_made(request: HttpRequest) -> None:
    """For a file whose making wrote down every artist in it, with the file's number (services/exports.py)."""
    request.desk_seen = True  # type: ignore[attr-defined]
