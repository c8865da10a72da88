"""What a person does with an account in a browser, as functions the journeys share."""

import base64
import hashlib
import hmac
import struct
import time

from playwright.sync_api import CDPSession, Page, expect


def totp(secret: str, *, at: float | None = None) -> str:
    """The six digits of RFC 6238 (SHA-1, 30 s) for a base32 secret at a time in seconds (default: now)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    moment = time.time() if at is None else at
    digest = hmac.digest(key, struct.pack(">Q", int(moment // 30)), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def give_authenticator(page: Page, *, answers: bool = True) -> CDPSession:
    """A virtual passkey store (CTAP2, resident keys) in the browser of this page, whose user is there or refuses."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": answers,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools


def sign_up(page: Page, url: str, email: str, password: str) -> None:
    """Make an account; ends signed in."""
    page.goto(f"{url}/accounts/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_text("Account", exact=True)).to_be_visible()


def sign_out(page: Page) -> None:
    """Through the account menu of the header."""
    page.get_by_text("Account", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def sign_in(page: Page, url: str, email: str, password: str) -> None:
    """With e-mail and password; a second factor, if there is one, is still to come."""
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
