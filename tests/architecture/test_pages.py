"""The list of pages knows every address of the site, and nothing else."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver

from tools.pages import NOT_PAGES, PAGES


def names(patterns: Any = None, before: str = "") -> Iterator[str]:
    """The name of every address, with its room before it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{before}{pattern.name}"
        else:
            room = f"{before}{pattern.namespace}:" if pattern.namespace else before
            yield from names(pattern.url_patterns, room)


def test_every_address_is_a_page_or_says_why_not() -> None:
    # A new address? Put it into tools/pages.py, and what stands in it into tests/pages/scene.py.
    found = {name for name in names() if not name.startswith("api-") or name == "api-docs"}
    assert found == PAGES.keys() | NOT_PAGES.keys()
    assert not PAGES.keys() & NOT_PAGES.keys()
    assert all(PAGES.values())
    assert all(NOT_PAGES.values())
