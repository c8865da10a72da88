"""What stands in front of the doors: sign-in, methods, strict JSON, Trusted Types."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from consent.errors import refusal
from consent.ledger.canonical import JsonObject, parse_object

View = Callable[..., HttpResponse]
MAX_REQUEST_BYTES = 4096

# For pages that hold keys: no script may turn a string into markup, and no policy may be made that would
# allow it.
trusted_types = csp_update({"require-trusted-types-for": ["'script'"], "trusted-types": ["'none'"]})


def json_door(*methods: str) -> Callable[[View], View]:
    """For scripts of our own pages: `methods` only, signed in, never cached. Refusals become problem
    documents."""

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                raise refusal("wrong-method", detail=f"it takes {' or '.join(methods)}")
            if not request.user.is_authenticated:
                raise refusal("sign-in-first")
            return view(request, *args, **kwargs)

        return door

    return decorate


def artist_of(request: HttpRequest) -> AbstractBaseUser:
    """The account that is signed in; call behind `json_door` or `login_required`."""
    assert isinstance(request.user, AbstractBaseUser)
    return request.user


def read_texts(request: HttpRequest, fields: Mapping[str, bool]) -> dict[str, str]:
    """The JSON body as texts: `fields` says which names there are and whether each is required.

    Refuses `too-large`, `not-json`, `duplicate-key`, `wrong-shape`."""
    body: JsonObject = parse_object(request.body, limit=MAX_REQUEST_BYTES)
    for name in body:
        if name not in fields:
            raise refusal("wrong-shape", detail="unknown field")
    for name, required in fields.items():
        if not isinstance(body.get(name, None if required else ""), str):
            raise refusal("wrong-shape", detail=f"field {name}")
    return {name: body.get(name, "") for name in fields}
