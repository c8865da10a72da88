"""Who of the staff may see a page. Being a superuser is not a role: roles are groups."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def has_role(request: HttpRequest, *roles: str) -> bool:
    """Whether the person who is signed in belongs to one of these groups."""
    user = request.user
    return user.is_authenticated and user.is_active and user.groups.filter(name__in=roles).exists()


def staff_required(*roles: str) -> Callable[[View], View]:
    """For views: strangers are asked to sign in, people without one of the roles get a 403 that says so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not has_role(request, *roles):
                raise PermissionDenied(f"This page is for: {', '.join(roles)}.")
            return view(request, *args, **kwargs)

        return guarded

    return decorate
