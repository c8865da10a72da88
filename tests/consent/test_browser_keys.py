"""Keys in a real browser: not extractable, many, lost, blocked; the published vectors; a passkey beside them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.accounts.steps import give_authenticator
from tests.browsers import NARROW
from tests.consent.browsing import answer, open_question, sign_in, sign_up, stands, statements
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


def test_a_key_stays_inside_and_another_browser_makes_its_own(
    page: "Page", browser: "Browser", platform: "Platform"
) -> None:
    email = sign_up(page, platform)
    open_question(page, platform)
    page.get_by_text("This browser makes a key for your account when you first decide.").wait_for()
    answer(page, "Grant", "Granted")
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
    context = browser.new_context(viewport=NARROW, locale="en-GB")
    other = context.new_page()
    sign_in(other, platform, email)
    open_question(other, platform)
    other.get_by_text("This browser has no key for your account yet").wait_for()
    answer(other, "Revoke", "Revoked")
    answer(other, "Grant", "Granted")
    other.goto(f"{platform.url}/consent/")
    assert other.locator("tr[data-key]").count() == 2
    context.close()


def test_a_lost_and_a_withdrawn_key_are_replaced_by_themselves(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    open_question(page, platform)
    answer(page, "Refuse", "Refused")
    page.evaluate("new Promise((done) => { indexedDB.deleteDatabase('fedart-consent').onsuccess = done; })")
    page.reload()
    page.get_by_text("its data was cleared").wait_for()
    answer(page, "Grant", "Granted")
    page.goto(f"{platform.url}/consent/")
    assert page.locator("tr[data-key]").count() == 2
    here = page.locator("tr[data-key]", has=page.locator("[data-this-browser]:visible"))
    before = here.get_attribute("data-key")
    here.get_by_role("button", name="Withdraw").click()
    page.locator(f"tr[data-key='{before}']").wait_for(state="detached")
    open_question(page, platform)
    answer(page, "Revoke", "Revoked")
    answer(page, "Grant", "Granted")
    page.goto(f"{platform.url}/consent/")
    page.locator("[data-this-browser]:visible").wait_for()
    assert before not in page.locator("tr[data-key]").evaluate_all(
        "rows => rows.map((row) => row.dataset.key)"
    )


NO_STORAGE = "IDBFactory.prototype.open = () => { throw new DOMException('blocked', 'SecurityError'); };"
NO_ED25519 = "SubtleCrypto.prototype.generateKey = async () => { throw new Error('no'); };"


@pytest.mark.parametrize(
    ("loss", "sentence"),
    [(NO_STORAGE, "does not let the page keep a key"), (NO_ED25519, "cannot make Ed25519 keys")],
    ids=["storage", "ed25519"],
)
def test_what_a_browser_lacks_is_said_before_and_after_and_revoking_works(
    page: "Page", browser: "Browser", platform: "Platform", loss: str, sentence: str
) -> None:
    email = sign_up(page, platform)
    open_question(page, platform)
    answer(page, "Grant", "Granted")
    context = browser.new_context(locale="en-GB")
    poor = context.new_page()
    sign_in(poor, platform, email)
    poor.add_init_script(loss)
    open_question(poor, platform)
    poor.locator("[data-key-state]", has_text=sentence).wait_for()
    answer(poor, "Revoke", "Revoked")
    poor.get_by_role("button", name="Grant", exact=True).click()
    poor.get_by_role("alert").get_by_text(sentence).wait_for()
    stands(poor, "Revoked")
    assert [one["status"] for one in statements(poor, platform)] == ["ConsentWithdrawn", "ConsentGiven"]
    context.close()


def test_a_passkey_signs_a_second_time(page: "Page", platform: "Platform") -> None:
    sign_up(page, platform)
    open_question(page, platform)
    assert page.locator("#with-passkey").count() == 0
    give_authenticator(page)
    page.goto(f"{platform.url}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("blue key")
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_text("The passkey is added.").wait_for()
    open_question(page, platform)
    assert not page.get_by_label("Sign a second time with my passkey").is_checked()
    page.get_by_label("Sign a second time with my passkey").check()
    answer(page, "Grant", "Granted")
    page.get_by_text("signed twice, by your browser and by your passkey").wait_for()
    page.get_by_text("and your passkey “blue key”").wait_for()


def test_the_browser_signs_the_published_vectors(page: "Page", platform: "Platform") -> None:
    """The same JSON files as in Python: eddsa-jcs-2022 of the W3C, and RFC 8785 without its fractions."""
    vector = json.loads((VECTORS / "eddsa_jcs_2022.json").read_text())
    cases = [
        case
        for case in json.loads((VECTORS / "rfc8785.json").read_text())["cases"]
        if "fractions" not in case
    ]
    sign_up(page, platform)
    open_question(page, platform)
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
