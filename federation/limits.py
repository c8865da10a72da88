"""Counting tries in the shared cache, so that codes and tokens cannot be guessed by trying many."""

from django.core.cache import cache

from federation.protocol.errors import refusal


def hit(what: str, who: str, *, limit: int, window_s: int) -> None:
    """Counts one try. Raises Refusal `too-many-tries` (429) above `limit` tries within the window."""
    key = f"fedart:tries:{what}:{who}"
    if cache.add(key, 1, timeout=window_s):
        return
    try:
        tries = cache.incr(key)
    except ValueError:  # it expired between the two calls
        cache.set(key, 1, timeout=window_s)
        return
    if tries > limit:
        raise refusal("too-many-tries")
