"""Accounts in a real browser: join, sign in, passkey, codes from an app, recovery codes."""

import pytest
from playwright.sync_api import Page, expect

from tests.accounts import steps
from tests.live import Platform

pytestmark = pytest.mark.live
PASSWORD = "violet canvas 27"


@pytest.fixture
def account(page: Page, platform: Platform, request: pytest.FixtureRequest) -> str:
    """A fresh account, signed in; its e-mail address."""
    email = f"{request.node.name.replace('_', '-')}@example.org"
    steps.sign_up(page, platform.url, email, PASSWORD)
    return email


def _confirm_with_password(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def _turn_on_codes(page: Page, url: str) -> str:
    page.goto(f"{url}/accounts/2fa/totp/activate/")
    _confirm_with_password(page)
    secret = page.get_by_label("Secret").input_value()
    page.get_by_label("Authenticator code").fill(steps.totp(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("Codes from your app are on.")).to_be_visible()
    return secret


def test_it_works(page: Page, platform: Platform, account: str) -> None:
    steps.sign_out(page)
    steps.sign_in(page, platform.url, account, PASSWORD)
    expect(page.get_by_text("Account", exact=True)).to_be_visible()


def test_a_wrong_password_says_so_and_does_not_sign_in(page: Page, platform: Platform, account: str) -> None:
    steps.sign_out(page)
    steps.sign_in(page, platform.url, account, "something else")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("link", name="Join", exact=True)).to_be_visible()


def test_a_passkey_signs_in_alone(page: Page, platform: Platform, account: str) -> None:
    steps.give_authenticator(page)
    page.goto(f"{platform.url}/accounts/2fa/webauthn/add/")
    _confirm_with_password(page)
    page.get_by_label("Name").fill("blue key")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    page.goto(f"{platform.url}/accounts/2fa/webauthn/")
    expect(page.get_by_role("rowheader", name="blue key")).to_be_visible()
    steps.sign_out(page)
    page.goto(f"{platform.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Account", exact=True)).to_be_visible()


def test_a_passkey_that_is_not_there_is_explained(page: Page, platform: Platform) -> None:
    steps.give_authenticator(page, answers=False)
    page.goto(f"{platform.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("use your password")


def test_codes_are_asked_for_after_the_password(page: Page, platform: Platform, account: str) -> None:
    _turn_on_codes(page, platform.url)
    page.goto(f"{platform.url}/accounts/2fa/recovery-codes/")
    recovery = page.get_by_label("Unused recovery codes").inner_text().split()
    assert len(recovery) == 10
    steps.sign_out(page)
    steps.sign_in(page, platform.url, account, PASSWORD)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Incorrect code")).to_be_visible()
    page.get_by_label("Code", exact=True).fill(recovery[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Account", exact=True)).to_be_visible()


def test_the_chosen_colours_stay(page: Page, platform: Platform) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{platform.url}/accounts/login/")
    page.get_by_role("button", name="Switch to dark colours").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.get_by_role("button", name="Switch to light colours").click()
    assert page.evaluate("localStorage.getItem('fedart-theme')") is None


def test_the_menu_opens_on_a_phone_by_keyboard(page: Page, platform: Platform, account: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{platform.url}/accounts/2fa/")
    studio = page.get_by_role("navigation", name="Main").get_by_role("link", name="Studio")
    expect(studio).to_be_hidden()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(studio).to_be_visible()
    page.get_by_text("Account", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
