"""A real browser on the real platform: sign, reload, sign again, revoke; other browsers, blocked storage, lies."""

import csv
import io
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browsers import NARROW
from tests.people import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.live import Platform

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("campaign")]

VECTORS = Path(__file__).parents[1] / "vectors"


@pytest.fixture(scope="module")
def campaign(platform: "Platform") -> None:
    """Something to decide on."""
    platform.manage("start_campaign")


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


def test_sign_reload_sign_again_revoke(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    count_clicks(page)
    page.goto(f"{platform.url}/consent/")
    stands(page, "Not decided")
    page.get_by_role("button", name="Grant", exact=True).click()
    stands(page, "Granted")
    to_grant = clicks(page)
    page.reload()
    page.get_by_text("This browser has a key for your account.").wait_for()
    page.get_by_role("button", name="Revoke", exact=True).click()
    stands(page, "Revoked")
    to_revoke = clicks(page)
    assert (to_grant, to_revoke) == (1, 1)
    page.reload()
    page.get_by_role("button", name="Grant", exact=True).click()
    stands(page, "Granted")
    found = [(one["status"], one["attested_by"]) for one in statements(page, platform)]
    assert found == [
        ("ConsentGiven", "browser-key"),
        ("ConsentWithdrawn", "server-session"),
        ("ConsentGiven", "browser-key"),
    ]
    assert page.locator("tr[data-key]").count() == 1
    assert page.locator("[data-this-browser]:visible").count() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    receipt = json.loads(Path(download.value.path()).read_text())
    from consent.ledger.verify import check_receipt

    assert check_receipt(receipt).holds
    assert "The ledger holds" in platform.manage("verify_ledger")


def test_refusing_is_as_easy_as_granting(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    count_clicks(page)
    page.goto(f"{platform.url}/consent/")
    grant = page.get_by_role("button", name="Grant", exact=True).bounding_box()
    refuse = page.get_by_role("button", name="Refuse", exact=True).bounding_box()
    assert grant
    assert refuse
    assert [grant[side] for side in ("width", "height", "y")] == pytest.approx(
        [refuse[side] for side in ("width", "height", "y")], abs=0.5
    )
    page.get_by_role("button", name="Refuse", exact=True).click()
    stands(page, "Refused")
    assert clicks(page) == 1
    assert [one["status"] for one in statements(page, platform)] == ["ConsentRefused"]


def test_the_private_key_cannot_be_taken_out(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Grant", exact=True).click()
    stands(page, "Granted")
    found = page.evaluate(
        """async () => {
            const { storedKey } = await import("/static/js/consent/keys.mjs");
            const key = await storedKey(document.querySelector("[data-consent]").dataset.subject);
            const tries = await Promise.allSettled(
                ["pkcs8", "jwk", "raw"].map((format) => crypto.subtle.exportKey(format, key.privateKey)));
            return [key.privateKey.extractable, ...tries.map((one) => one.status)];
        }"""
    )
    assert found == [False, "rejected", "rejected", "rejected"]


def test_another_browser_makes_its_own_key(page: "Page", browser: "Browser", platform: "Platform") -> None:
    email = sign_up(page, platform)
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Grant", exact=True).click()
    stands(page, "Granted")
    context = browser.new_context(viewport=NARROW, locale="en-GB")
    other = context.new_page()
    sign_in(other, platform, email)
    other.goto(f"{platform.url}/consent/")
    other.get_by_text("This browser has no key for your account yet.").wait_for()
    other.get_by_role("button", name="Revoke", exact=True).click()
    stands(other, "Revoked")
    other.get_by_role("button", name="Grant", exact=True).click()
    stands(other, "Granted")
    assert other.locator("tr[data-key]").count() == 2
    context.close()


def test_a_withdrawn_key_is_replaced_by_itself(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Refuse", exact=True).click()
    stands(page, "Refused")
    before = page.locator("tr[data-key]").get_attribute("data-key")
    page.get_by_role("button", name="Withdraw").click()
    page.locator("tr[data-key]").wait_for(state="detached")
    page.get_by_role("button", name="Grant", exact=True).click()
    stands(page, "Granted")
    assert page.locator("tr[data-key]").get_attribute("data-key") != before


def test_blocked_storage_is_explained(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('blocked', 'SecurityError'); };"
    )
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Grant", exact=True).click()
    page.get_by_role("alert").get_by_text("does not let the page keep a key").wait_for()
    stands(page, "Not decided")
    assert statements(page, platform) == []


def test_a_browser_without_ed25519_is_told(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    page.add_init_script("SubtleCrypto.prototype.generateKey = async () => { throw new Error('no'); };")
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Grant", exact=True).click()
    page.get_by_role("alert").get_by_text("cannot make Ed25519 keys").wait_for()
    assert statements(page, platform) == []


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("document.querySelector('[data-term=minCohort]').textContent = '1000'", 'term "minCohort"'),
        ("document.querySelector('[data-term=base]').remove()", "list of terms"),
        ("document.querySelector('[data-line]').textContent = 'Harmless'", "The text to be signed"),
        ("document.querySelector('[data-consent]').dataset.subject = 'urn:other'", "person"),
    ],
)
def test_what_is_shown_must_be_what_is_signed(
    page: "Page", platform: "Platform", lie: str, said: str
) -> None:
    sign_up(page, platform)
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Grant", exact=True).wait_for()
    page.evaluate(lie)
    page.get_by_role("button", name="Grant", exact=True).click()
    page.get_by_role("alert").get_by_text(said).wait_for()
    assert statements(page, platform) == []


def test_the_browser_signs_the_published_vectors(page: "Page", platform: "Platform") -> None:
    """The same JSON files as in Python: eddsa-jcs-2022 of the W3C, and RFC 8785 without its fractions."""
    vector = json.loads((VECTORS / "eddsa_jcs_2022.json").read_text())
    cases = [
        case
        for case in json.loads((VECTORS / "rfc8785.json").read_text())["cases"]
        if "fractions" not in case
    ]
    sign_up(page, platform)
    page.goto(f"{platform.url}/consent/")
    found = page.evaluate(
        """async ({ vector, cases, secret }) => {
            const { canonical } = await import("/static/js/consent/jcs.mjs");
            const { hashData, signStatement } = await import("/static/js/consent/sign.mjs");
            const pkcs8 = Uint8Array.from(secret);
            const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
            const key = { privateKey, multibase: vector.publicKeyMultibase };
            const signed = JSON.parse(await signStatement(vector.document, key, vector.created));
            const { proofValue, ...config } = signed.proof;
            const data = Array.from(await hashData(vector.document, config), (b) => b.toString(16).padStart(2, "0"));
            const refused = [1.5, 2 ** 53, NaN, undefined, new Date(), "\\ud800", () => 1].map((value) => {
                try { canonical({ value }); return false; } catch { return true; }
            });
            const written = cases.map((one) => canonical(JSON.parse(one.input)));
            return { proofValue, data: data.join(""), canonical: written, refused };
        }""",
        {"vector": vector, "cases": cases, "secret": list(_pkcs8(vector["secretKeyMultibase"]))},
    )
    assert found["proofValue"] == vector["proofValue"]
    assert found["data"] == vector["proofConfigHash"] + vector["documentHash"]
    assert found["canonical"] == [case["expect"] for case in cases]
    assert all(found["refused"])


def _pkcs8(secret: str) -> bytes:
    from consent.ledger.multibase import base58_decode

    return bytes.fromhex("302e020100300506032b657004220420") + base58_decode(secret[1:])[2:]


def test_an_officer_exports_what_an_artist_decided(
    page: "Page", browser: "Browser", platform: "Platform"
) -> None:
    email = sign_up(page, platform)
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Grant", exact=True).click()
    stands(page, "Granted")
    context = browser.new_context(locale="en-GB")
    office = context.new_page()
    officer = sign_up(office, platform)
    platform.manage("grant_role", officer, "compliance officer")
    office.goto(f"{platform.url}/compliance/")
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
    page.reload()
    page.get_by_text("made a file with your records in it").wait_for()
    page.get_by_text("Question of the authority, file 12").wait_for()


def test_the_page_fits_a_telephone(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    page.goto(f"{platform.url}/consent/")
    page.get_by_role("button", name="Grant", exact=True).click()
    stands(page, "Granted")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
