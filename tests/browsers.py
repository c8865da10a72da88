"""Chromium for journeys: one browser at a time, a fresh context and page for each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PATIENCE_MS = 15_000
"""How long a page may take on two busy cores before a journey gives up."""
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def chromium_path() -> str:
    """FEDART_CHROMIUM, or where the system keeps its browser.

    Raises:
        FileNotFoundError: there is none; the message says how to get one.
    """
    for place in (os.environ.get("FEDART_CHROMIUM", ""), *PLACES):
        if place and Path(place).exists():
            return place
    raise FileNotFoundError(
        "No Chromium. Install it (apt-get install chromium) or set FEDART_CHROMIUM to its path."
    )


@contextmanager
def chromium_here() -> Iterator["Browser"]:
    """One headless Chromium for as long as the block lasts."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as play:
        # As root the sandbox cannot work; the small /dev/shm of containers breaks big pages.
        args = ["--no-sandbox", "--disable-dev-shm-usage"]
        found = play.chromium.launch(executable_path=chromium_path(), args=args)
        yield found
        found.close()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One headless Chromium for a file's tests.

    While Playwright's synchronous interface lives, its event loop counts as running in this thread: neither Django's
    ORM nor an async test works beside it. So it ends with its file, and whatever the worker takes next is free of it.
    """
    with chromium_here() as found:
        yield found


@pytest.fixture
def context(browser: "Browser") -> Iterator["BrowserContext"]:
    """A visitor without cookies; a script error on a page fails the test."""
    found = browser.new_context(viewport=WIDE, locale="en-GB")
    found.set_default_timeout(PATIENCE_MS)
    yield found
    found.close()


@pytest.fixture
def page(context: "BrowserContext") -> Iterator["Page"]:
    """One page. Errors in its scripts, and what the content security policy blocked, fail the test."""
    found = context.new_page()
    errors: list[str] = []
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.on(
        "console",
        lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None,
    )
    yield found
    assert not errors, errors
