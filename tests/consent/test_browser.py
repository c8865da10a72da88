"""A real browser on the real platform: sign, reload, sign again, revoke; refuse; pause; by keyboard; on a telephone."""

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browsers import NARROW, WIDE
from tests.consent.browsing import answer, clicks, count_clicks, open_question, sign_up, stands, statements
from tests.people import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.live import Platform

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("campaign")]


@pytest.fixture(scope="module")
def campaign(platform: "Platform") -> None:
    """Something to decide on."""
    platform.manage("start_campaign")


def test_sign_reload_sign_again_revoke(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    count_clicks(page)
    open_question(page, platform)
    stands(page, "Not decided")
    answer(page, "Grant", "Granted")
    to_grant = clicks(page)
    page.reload()
    page.get_by_text("This browser has a key for your account.").wait_for()
    answer(page, "Revoke", "Revoked")
    to_revoke = clicks(page)
    assert (to_grant, to_revoke) == (1, 1)
    page.get_by_text("No version was made with your numbers.").wait_for()
    page.reload()
    answer(page, "Grant", "Granted")
    found = [(one["status"], one["attested_by"]) for one in statements(page, platform)]
    assert found == [
        ("ConsentGiven", "browser-key"),
        ("ConsentWithdrawn", "server-session"),
        ("ConsentGiven", "browser-key"),
    ]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    receipt = json.loads(Path(download.value.path()).read_text())
    from consent.ledger.verify import check_receipt

    assert check_receipt(receipt).holds
    page.goto(f"{platform.url}/consent/")
    page.locator("[data-this-browser]:visible").wait_for()
    assert page.locator("tr[data-key]").count() == 1
    assert "The ledger holds" in platform.manage("verify_ledger")


def test_one_press_takes_back_from_the_overview_and_one_pauses_everything(
    page: "Page", platform: "Platform"
) -> None:
    sign_up(page, platform)
    open_question(page, platform, "wall")
    answer(page, "Grant", "Granted")
    open_question(page, platform, "name")
    answer(page, "Grant", "Granted")
    count_clicks(page)
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Pause everything").click()
    page.get_by_role("heading", name="Everything is paused").wait_for()
    assert clicks(page) == 1
    assert page.locator(".pill", has_text="Paused").count() == 2
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause everything").wait_for()
    assert clicks(page) == 1
    page.get_by_role("button", name=re.compile("^Revoke.*on the wall$")).click()
    page.get_by_text("All of them are off the wall at once").first.wait_for()
    assert clicks(page) == 1
    said = [(one["purpose"], one["status"]) for one in statements(page, platform)]
    assert said[0] == ("fa:ShowImages", "ConsentWithdrawn")


def test_refusing_is_as_easy_as_granting_and_the_keyboard_is_enough(
    page: "Page", platform: "Platform"
) -> None:
    sign_up(page, platform)
    open_question(page, platform)
    grant, refuse = (
        page.get_by_role("button", name=name, exact=True).bounding_box() for name in ("Grant", "Refuse")
    )
    assert grant
    assert refuse
    assert [grant[side] for side in ("width", "height", "y")] == pytest.approx(
        [refuse[side] for side in ("width", "height", "y")], abs=0.5
    )
    assert page.locator("main input:checked").count() == 0
    page.get_by_role("link", name="Your decision").focus()
    page.keyboard.press("Enter")
    for _ in range(8):  # from the heading that was jumped to, a few stops at most
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.decision") == "refuse":
            break
    page.keyboard.press("Enter")
    stands(page, "Refused")
    assert [one["status"] for one in statements(page, platform)] == ["ConsentRefused"]
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for path in ("/consent/", "/consent/train/"):
            page.goto(f"{platform.url}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.fixture(scope="module")
def reader(browser: "Browser", platform: "Platform") -> "Page":
    """Somebody who decided nothing yet; the lies below are all told to her."""
    found = browser.new_context(locale="en-GB").new_page()
    sign_up(found, platform)
    return found


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("document.querySelector('[data-term=minCohort]').textContent = '1000'", 'term "minCohort"'),
        ("document.querySelector('[data-term=base]').remove()", "list of terms"),
        ("document.querySelector('[data-line]').textContent = 'Harmless'", "The text to be signed"),
        ("document.querySelector('[data-consent]').dataset.subject = 'urn:other'", "person"),
        ("document.querySelector('[data-consent]').dataset.purpose = 'fa:ShowImages'", "text"),
    ],
)
def test_what_is_shown_must_be_what_is_signed(
    reader: "Page", platform: "Platform", lie: str, said: str
) -> None:
    open_question(reader, platform)
    reader.evaluate(lie)
    reader.get_by_role("button", name="Grant", exact=True).click()
    reader.get_by_role("alert").get_by_text(said).wait_for()
    assert statements(reader, platform) == []


def test_an_officer_exports_what_an_artist_decided(
    page: "Page", browser: "Browser", platform: "Platform"
) -> None:
    email = sign_up(page, platform)
    open_question(page, platform)
    answer(page, "Grant", "Granted")
    context = browser.new_context(locale="en-GB")
    office = context.new_page()
    officer = sign_up(office, platform)
    platform.manage("grant_role", officer, "compliance officer")
    office.goto(f"{platform.url}/compliance/records/")
    office.get_by_label("Artist").fill(email)
    office.get_by_role("button", name="Search").click()
    office.get_by_role("heading", name="1 statement").wait_for()
    office.get_by_label("Reason").fill("Question of the authority, file 12")
    office.get_by_role("button", name="Make the file").click()
    office.get_by_role("link", name="Download CSV").wait_for(timeout=60_000)
    with office.expect_download() as download:
        office.get_by_role("link", name="Download CSV").click()
    (row,) = csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig")))
    assert (row["email"], row["decision"], row["in_force"]) == (email, "ConsentGiven", "yes")
    context.close()
    page.goto(f"{platform.url}/consent/")
    page.get_by_text("made a file with your records in it").wait_for()
    page.get_by_text("Question of the authority, file 12").wait_for()


def test_a_copy_of_everything_in_a_minute(page: "Page", platform: "Platform") -> None:
    """Asked for, signed in once more, made by the worker while the page watches, downloaded, checked offline."""
    from consent.ledger.bundle_reader import check_bundle

    sign_up(page, platform)
    open_question(page, platform)
    answer(page, "Grant", "Granted")
    page.goto(f"{platform.url}/your-data/")
    page.get_by_role("button", name="Make my copy").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Download your copy").wait_for(timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your copy").click()
    with Path(download.value.path()).open("rb") as file:
        report = check_bundle(file)
    assert report.holds, report.wrong
