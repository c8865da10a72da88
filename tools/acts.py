"""What people do before their pages are pictured, so that there is something behind each: with the site's own forms."""

import secrets
from collections.abc import Callable

from playwright.sync_api import Page

from tools.pages import ARTIST, NEWCOMER, OFFICER

Act = Callable[[Page, str, str], list[str]]
WORDS = "For the pictures of all pages"


def sign_in(page: Page, origin: str, email: str, password: str) -> None:
    """Through the same form as anybody."""
    page.goto(f"{origin}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("[data-menu]").wait_for()


def join(page: Page, origin: str, _password: str) -> list[str]:
    """A new account, which shows how every page looks while it is empty."""
    page.goto(f"{origin}/accounts/signup/")
    page.get_by_label("Email").fill(f"newcomer-{secrets.token_hex(4)}@artists.example")
    page.get_by_label("Password").fill(secrets.token_urlsafe(16))
    page.get_by_role("button", name="Create the account").click()
    page.locator("[data-menu]").wait_for()
    return ["/home/"]


def ask_for_a_copy(page: Page, origin: str, password: str) -> list[str]:
    """A request about her own data, and the pages of her latest requests for pictures."""
    if not _links(page, origin, "/your-data/", "/your-data/requests/"):
        page.get_by_role("button", name="Make my copy").click()
        _confirm(page, password)
    asked = page.request.get(f"{origin}/api/v1/requests").json()
    rows = asked.get("results", asked) if isinstance(asked, dict) else asked
    return ["/home/", *(f"/studio/requests/{row['id']}/" for row in rows[:1])]


def sit_down(page: Page, origin: str, _password: str) -> list[str]:
    """An exercise in the log of breaches, and a reason to look at somebody's file."""
    if not _links(page, origin, "/compliance/breaches/", "/compliance/breaches/", but="new"):
        page.goto(f"{origin}/compliance/breaches/new/")
        for field in page.locator("main form textarea, main form input[type=text]").all():
            field.fill(f"{WORDS}: an exercise.")
        for choice in page.locator("main form select").all():
            choice.select_option(index=1)
        page.locator("main form button[type=submit]").click()
    page.goto(f"{origin}/compliance/people/?q=artists.example")
    person = page.locator('main a[href^="/compliance/people/"]').first
    address = person.get_attribute("href") or "/compliance/"
    page.goto(origin + address)
    if page.get_by_label("Reason").count():
        page.get_by_label("Reason").first.fill(WORDS)
        page.locator("main form button[type=submit]").last.click()
    return ["/compliance/", address, f"{address}request"]


def _links(page: Page, origin: str, at: str, to: str, but: str = "\0") -> list[str]:
    page.goto(origin + at)
    found = page.locator(f'main a[href^="{to}"]').evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return [link for link in found if link != to and but not in link]


def _confirm(page: Page, password: str) -> None:
    """Give the password once more, where it is asked for."""
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_url("**/your-data/**")


ACTS: dict[str, Act] = {NEWCOMER: join, ARTIST: ask_for_a_copy, OFFICER: sit_down}
