"""What people do before their pages are pictured, so that there is something behind each: with the site's own forms."""

import re
import secrets
import time
from collections.abc import Callable

from playwright.sync_api import Page

from tools.pages import ARTIST, GUARDED, HALFWAY, NEWCOMER, OFFICER, VISITOR

Act = Callable[[Page, str, str], list[str]]
WORDS = "For the pictures of all pages"


def sign_in(page: Page, origin: str, email: str, password: str) -> None:
    """Through the same form as anybody."""
    page.goto(f"{origin}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("[data-menu]").wait_for()


def look_around(_page: Page, _origin: str, _password: str) -> list[str]:
    """What is open to everybody and linked from letters only."""
    done = ("inactive/", "password/reset/done/", "password/reset/key/done/", "confirm-email/")
    return ["/", "/problems/", *(f"/accounts/{path}" for path in done)]


def join(page: Page, origin: str, _password: str) -> list[str]:
    """A new account, which shows how every page looks while it is empty."""
    password = _new_account(page, origin)[1]
    page.goto(f"{origin}/accounts/2fa/totp/activate/")
    _confirm(page, password)
    return ["/home/", *_signing_in("totp/activate/")]


def guard(page: Page, origin: str, _password: str) -> list[str]:
    """A new account with a passkey (a virtual one), codes from an app and recovery codes."""
    _add_second_factors(page, origin, _new_account(page, origin)[1])
    page.goto(f"{origin}/accounts/2fa/webauthn/")
    keys = page.locator('main a[href*="/webauthn/keys/"]').evaluate_all("all => all.map((a) => a.pathname)")
    told = ("totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/", "webauthn/add/")
    return [*_signing_in(*told), *keys, *_signing_in("reauthenticate/", "webauthn/reauthenticate/")]


def halfway(page: Page, origin: str, _password: str) -> list[str]:
    """The password was right; the code is still to come."""
    email, password = _new_account(page, origin)
    _add_second_factors(page, origin, password)
    page.context.clear_cookies()
    page.goto(f"{origin}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code", exact=True).wait_for()
    return _signing_in("authenticate/")


def _signing_in(*paths: str) -> list[str]:
    return [f"/accounts/2fa/{path}" for path in ("", *paths)]


def _new_account(page: Page, origin: str) -> tuple[str, str]:
    email, password = f"newcomer-{secrets.token_hex(4)}@artists.example", secrets.token_urlsafe(16)
    page.goto(f"{origin}/accounts/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Create the account").click()
    page.locator("[data-menu]").wait_for()
    return email, password


def _add_second_factors(page: Page, origin: str, password: str) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    page.goto(f"{origin}/accounts/2fa/totp/activate/")
    _confirm(page, password)
    code = format_hotp_value(hotp_value(page.get_by_label("Secret").input_value(), int(time.time() // 30)))
    page.get_by_label("Authenticator code").fill(code)
    page.get_by_role("button", name="Turn on").click()
    page.wait_for_url(re.compile("recovery-codes|2fa/$"))
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    always = {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kind | always})
    page.goto(f"{origin}/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_text("The passkey is added.").wait_for()


def ask_for_a_copy(page: Page, origin: str, password: str) -> list[str]:
    """A request about her own data, and the pages of her latest requests for pictures."""
    if not _links(page, origin, "/your-data/", "/your-data/requests/"):
        page.get_by_role("button", name="Make my copy").click()
        _confirm(page, password)
    page.goto(f"{origin}/studio/")
    made = page.locator("[data-request]").first.get_attribute("data-request")
    return ["/home/", f"/studio/requests/{made}/", "/accounts/logout/"]


def sit_down(page: Page, origin: str, _password: str) -> list[str]:
    """An exercise in the log of breaches, and a reason to look at somebody's file."""
    if not _links(page, origin, "/compliance/breaches/", "/compliance/breaches/", but="new"):
        page.goto(f"{origin}/compliance/breaches/new/")
        page.get_by_label("When we became aware").fill(time.strftime("%Y-%m-%dT%H:%M", time.gmtime()))
        for field in page.locator("main form textarea, main form [name=title]").all():
            field.fill(f"{WORDS}: an exercise.")
        page.locator("main form button[type=submit]").click()
    page.goto(f"{origin}/compliance/people/?q=artists.example")
    address = page.locator("main table a").first.get_attribute("href") or "/compliance/"
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
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


ACTS: dict[str, Act] = {
    VISITOR: look_around,
    NEWCOMER: join,
    GUARDED: guard,
    HALFWAY: halfway,
    ARTIST: ask_for_a_copy,
    OFFICER: sit_down,
}
