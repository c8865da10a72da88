"""Who asks, for limits by address."""

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle


def address_of(request: HttpRequest | Request) -> str:
    """The visitor's address: what our proxy says where one stands in front (NUM_PROXIES), not what she says."""
    return str(BaseThrottle().get_ident(request) or "")  # type: ignore[arg-type]
