"""Every page of the list in one browser: axe-core finds nothing, and the content security policy blocks nothing."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Page

from tests import axe
from tests.browsers import WIDE, chromium_here
from tests.pages.rendered import Rendered, Server, render, serving
from tools.pages import PAGES

COLOURS = ("color-contrast", "link-in-text-block")
INLINE = re.compile(
    r'<script(?![^>]*(?:src=|type="application/json"))[^>]*>|<style|\sstyle="|\son[a-z]+="|javascript:'
)
SIZED = re.compile(r'(?=.*\swidth="\d)(?=.*\sheight="\d)', re.DOTALL)
# The dark differs in colours only, and tests/design reckons all their pairs: it is looked at where most is shown.
IN_THE_DARK = ("gallery:", "consent", "compliance-person")
BROKEN = (
    b'<!doctype html><html><title>x</title><main><h1>x</h1><img src="/a.png"><p id="a"></p></main></html>'
)


@pytest.fixture
def shown(db: None, all_notices: None) -> list[tuple[str, Rendered]]:
    """(path, answer) of every page for everybody who is to see it."""
    from tests.pages.scene import set_up

    scene = set_up()
    found = []
    for name, persons in PAGES.items():
        for person in persons:
            address = scene.address(name)
            found.append((address, render(scene.browsers[person], address, f"{name} ({person})")))
    found.append(("/no/such/place/", render(Client(), "/no/such/place/", "not found")))
    return found


def test_axe_finds_nothing_on_any_page(shown: list[tuple[str, Rendered]]) -> None:
    assert {one.name: one.status for _, one in shown if one.status != 200} == {"not found": 404}
    assert [line for _, one in shown for line in _loose(one)] == []
    with serving() as server, chromium_here() as browser:
        page = browser.new_page(viewport=WIDE, locale="en-GB", reduced_motion="reduce")  # type: ignore[arg-type]
        noise: list[str] = []
        page.on("pageerror", lambda error: noise.append(f"{page.url} {error}"))
        page.on("console", lambda line: noise.append(line.text) if "Content Security" in line.text else None)
        found = [line for path, one in shown for line in _faults(page, server, path, one)]
        assert found == []
        assert noise == []
        broken = Rendered("broken", 200, {"Content-Type": "text/html"}, BROKEN)
        planted = {line.partition(":")[0] for line in axe.violations(_open(page, server, "/", broken))}
        assert planted >= {"image-alt", "html-has-lang"}


def _loose(one: Rendered) -> Iterator[str]:
    """What a strict policy forbids, in the markup of this page or in its own policy; and pictures without a size."""
    policy, text = one.headers["Content-Security-Policy"], one.body.decode()
    if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy:
        yield f"{one.name}: {policy}"
    yield from (f"{one.name}: {found}" for found in INLINE.findall(text))
    yield from (f"{one.name}: {tag}" for tag in re.findall(r"<img[^>]*>", text) if not SIZED.search(tag))


def _open(page: Page, server: Server, path: str, one: Rendered) -> Page:
    server.now = one
    page.goto(f"http://localhost:{server.server_port}{path}", wait_until="load")
    return page


def _faults(page: Page, server: Server, path: str, one: Rendered) -> Iterator[str]:
    page.emulate_media(color_scheme="light")
    for line in axe.violations(_open(page, server, path, one)):
        yield f"{one.name}: {line}"
    if not one.name.startswith(IN_THE_DARK):
        return
    page.emulate_media(color_scheme="dark")
    for line in axe.violations(page, *COLOURS):
        yield f"{one.name}, dark: {line}"
