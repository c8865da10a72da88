"""No scheme that shows single updates runs in production, whatever a row or a form says."""

import logging

from django.conf import settings

from federation.protocol.errors import refusal
from federation.protocol.schemes import scheme

log = logging.getLogger(__name__)


def allowed(name: str) -> bool:
    """Whether a round of this scheme may go on here."""
    return scheme(name).safe or (settings.ALLOW_UNSAFE_PLAIN_SUM and not settings.IS_PRODUCTION)


def refuse_unsafe_scheme(name: str) -> None:
    """Raises Refusal `scheme-unknown`, or `scheme-unsafe` where it is not allowed; logs a warning where it is."""
    chosen = scheme(name)
    if chosen.safe:
        return
    if not allowed(name):
        raise refusal("scheme-unsafe")
    log.warning("unsafe scheme in use: %s", chosen.sentence)
