"""How often something may be done: counters in the cache that run out by themselves."""

from datetime import timedelta

from django.core.cache import cache


def within(key: str, *, most: int, period: timedelta) -> bool:
    """Count one more under `key`; False once there were more than `most` since the first of this period.

    Counters live in Valkey: where they are lost, people may do a little more, never less.
    """
    name = f"pace:{key}"
    if cache.add(name, 1, timeout=int(period.total_seconds())):
        return True
    try:
        return int(cache.incr(name)) <= most
    except ValueError:  # ran out between the two lines
        return True
