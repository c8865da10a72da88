"""What the browser tests of consent do again and again: sign up, open a question, wait for a word, count presses."""

import secrets
from typing import TYPE_CHECKING, Any

from tests.people import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.live import Platform


def sign_up(page: "Page", platform: "Platform") -> str:
    """A fresh artist through the sign-up page; her e-mail address."""
    email = f"artist-{secrets.token_hex(4)}@example.org"
    page.goto(f"{platform.url}/accounts/signup/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password1]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/signup" not in url)
    return email


def sign_in(page: "Page", platform: "Platform", email: str) -> None:
    page.goto(f"{platform.url}/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def stands(page: "Page", word: str) -> None:
    """Wait until the page says where she stands in this word."""
    page.locator("#where-you-stand ~ p .pill", has_text=word).wait_for()


def statements(page: "Page", platform: "Platform") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.request.get(f"{platform.url}/api/v1/consent/statements").json()[
        "statements"
    ]
    return found


def count_clicks(page: "Page") -> None:
    """Count every press from now on, on every page of this tab, by a real event listener."""
    count = "sessionStorage.setItem('clicks', 1 + Number(sessionStorage.getItem('clicks')))"
    page.add_init_script(f"addEventListener('click', () => {count}, true)")


def clicks(page: "Page") -> int:
    """How many presses there were since the last time this was asked."""
    found = int(page.evaluate("Number(sessionStorage.getItem('clicks'))"))
    page.evaluate("sessionStorage.setItem('clicks', 0)")
    return found


def open_question(page: "Page", platform: "Platform", slug: str = "train") -> None:
    """One question's page, its script at work."""
    page.goto(f"{platform.url}/consent/{slug}/")
    page.locator("[data-key-state]", has_text=".").wait_for()


def answer(page: "Page", word: str, stand: str) -> None:
    """Press a button and wait until the page says where she stands now."""
    page.get_by_role("button", name=word, exact=True).click()
    stands(page, stand)
