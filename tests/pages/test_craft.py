"""What a hand-made page owes its visitor: keyboard, focus, any width, no jumps, no motion that was not asked for."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from tests.browsers import WIDE, chromium_here
from tests.pages.rendered import Rendered, Server, render, serving

WIDTHS = (390, 768, 1024, 1440, 2560)
# The focused element: what it is, whether its ring can be seen, whether it is on the screen.
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  return {
    what: `${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 30)}`,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""
SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
    .observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
})"""
PICTURES, MOST_STOPS = 9, 60
# A tenth of what counts as good; a font that comes late may move a line by this much.
MOST_SHIFT = 0.01


@pytest.fixture
def shown(all_notices: None, alice: Any) -> dict[str, Rendered]:
    """The wall with nine pictures, one of them, the studio and home."""
    from consent.purposes import CREDIT_BY_NAME, SHOW_IMAGES
    from tests.consent.pen import allow
    from tests.gallery.scene import NOON, as_, hang, paper_versions

    allow(alice, SHOW_IMAGES, CREDIT_BY_NAME)
    version = paper_versions()[1]
    for number in range(PICTURES):
        at = NOON - timedelta(minutes=number)
        image = hang(
            alice, version, published=True, at=at, alt=f"Apple {number}", thumb_width=384, thumb_height=384
        )
    own, anybody = as_(alice), Client()
    found = {
        "wall": render(anybody, "/", "wall"),
        "image": render(anybody, f"/images/{image.handle}/", "image"),
    }
    return found | {"studio": render(own, "/studio/", "studio"), "home": render(own, "/home/", "home")}


def test_keyboard_widths_and_stillness(shown: dict[str, Rendered]) -> None:
    with serving() as server, chromium_here() as browser:
        page = browser.new_page(viewport=WIDE, locale="en-GB")  # type: ignore[arg-type]
        _open(page, server, shown["wall"])
        _arrows_walk_over_the_wall(page)
        for one in shown.values():
            _open(page, server, one)
            assert page.evaluate(SHIFTS) < MOST_SHIFT, f"{one.name} jumps while it loads"
            _skip_link_leads_to_the_content(page)
            _tab_goes_round_and_is_seen(page, one.name)
            _fits_every_width(page, one.name)
        _stays_still_when_asked(page)


def _open(page: Page, server: Server, one: Rendered) -> None:
    server.now = one
    page.goto(f"http://localhost:{server.server_port}/", wait_until="load")


def _arrows_walk_over_the_wall(page: Page) -> None:
    tiles = page.locator(".wall .picture__frame")
    row = sum(abs(top - tops[0]) < 2 for tops in [_tops(page)] for top in tops)
    assert 1 < row < PICTURES
    tiles.first.focus()
    walked = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "End", "ArrowRight", "Home", "ArrowUp"):
        page.keyboard.press(key)
        walked.append(
            page.evaluate(
                "[...document.querySelectorAll('.wall .picture__frame')].indexOf(document.activeElement)"
            )
        )
    last = PICTURES - 1
    assert walked == [1, 0, row, 0, last, last, 0, 0]


def _tops(page: Page) -> list[float]:
    found: list[float] = page.locator(".wall .picture__frame").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    return found


def _skip_link_leads_to_the_content(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    at = page.evaluate(FOCUSED)
    assert "Skip to the content" in at["what"]
    assert at["seen"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def _tab_goes_round_and_is_seen(page: Page, name: str) -> None:
    """From the content to the end of the page, and out of it: nothing holds the focus, everything shows it."""
    stops = 0
    while (at := _next(page)) is not None:
        assert at["ring"], f"{name}: no focus ring on {at['what']}"
        assert at["seen"], f"{name}: focus out of sight on {at['what']}"
        stops += 1
        assert stops < MOST_STOPS, f"{name} holds the focus"
        if "API" in at["what"]:
            break
    assert stops > 3


def _next(page: Page) -> dict[str, Any] | None:
    page.keyboard.press("Tab")
    found: dict[str, Any] | None = page.evaluate(FOCUSED)
    return found


def _fits_every_width(page: Page, name: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{name} is {wider} pixels too wide at {width}"
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def _stays_still_when_asked(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    moving = page.locator("body *").evaluate_all(
        "all => all.filter(one => !['none', 'all 0s ease 0s', 'all'].includes(getComputedStyle(one).transition)"
        " || getComputedStyle(one).animationName !== 'none').map(one => one.className)"
    )
    assert moving == []
