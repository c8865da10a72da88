"""One sentence where no database or broker is known, for the processes that cannot do without."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

UNKNOWN = "No {what} is known. Run `python manage.py services up` to start private ones, or set {name} to one of yours."


def missing_engines() -> list[str]:
    """A sentence with the fix for each engine that is neither given nor embedded."""
    wanted = (("PostgreSQL server", "DATABASE_URL"), ("Valkey or Redis server", "REDIS_URL"))
    return [UNKNOWN.format(what=what, name=name) for what, name in wanted if not getattr(settings, name)]


def refuse_without_engines() -> None:
    """Stop a web or worker process before it starts answering with connection errors.

    Raises:
        ImproperlyConfigured: with the sentences of missing_engines.
    """
    sentences = missing_engines()
    if sentences:
        raise ImproperlyConfigured(" ".join(sentences))
