"""One artist's whole way with her vault: a real browser, her real agent, Debian's `age` program, and a search for
anything that the server should never have seen."""

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.accounts import steps
from tests.gallery.vault import hands
from tests.gallery.vault.computer import Computer
from tests.people import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.live import Platform

pytestmark = pytest.mark.live
NAME, NOTE = "Ochre rivers", "for the winter series only"


@pytest.fixture(scope="module")
def campaign(platform: "Platform") -> str:
    """Something to train on top of."""
    return platform.manage("start_campaign", "--name", "Ground", "--min-cohort", "3", "--threshold", "3")


@pytest.mark.usefixtures("campaign")
def test_whole_way(page: "Page", platform: "Platform", tmp_path: Path) -> None:
    email = f"vault-{secrets.token_hex(4)}@example.org"
    steps.sign_up(page, platform.url, email, PASSWORD)
    code = hands.set_up(page, platform.url)
    allow(page, platform.url)
    computer = Computer(platform.url, email, tmp_path)
    computer.enrol()
    let_in(page, computer)
    adapter = train(page, computer)
    take_everything_away(page, computer, code, adapter)
    remove_the_computer(page, computer)
    come_back_without_this_browser(page, code)
    nothing_was_seen(platform, computer, code, adapter)
    erase(page)


def allow(page: "Page", url: str) -> None:
    """She signs that locked files may be kept here."""
    page.get_by_role("link", name="Read and decide").click()
    page.get_by_role("button", name="Grant", exact=True).click()
    page.locator("#where-you-stand ~ p .pill", has_text="Granted").wait_for()
    page.goto(f"{url}/vault/")
    hands.ready(page, "inside")


def let_in(page: "Page", computer: Computer) -> None:
    """Two fingerprints are compared; less than a kilobyte of keys is rewritten."""
    with computer.joining(page.locator("[data-fingerprint]").first.inner_text()) as shown:
        page.get_by_role("button", name="Look again").click()
        ask = page.locator("[data-asks] .card")
        assert ask.locator("[data-fingerprint]").inner_text() == shown
        ask.get_by_role("button", name="Let it in").click()
        hands.quiet(page)
    assert 0 < int(page.locator("[data-rewritten]").inner_text().split()[3]) < 1000


def train(page: "Page", computer: Computer) -> bytes:
    """At home, then seen and downloaded in the browser; the adapter's bytes."""
    wish = ("--name", NAME, "--note", NOTE, "--steps", "2", "--sample", "a river")
    said = computer.edge("vault", "train", *wish)
    assert [one for one in said if "sent" in one and one["sent"] == one["total"]], "it told how far it was"
    adapter = computer.fetch(NAME)
    page.reload()
    hands.ready(page, "inside")
    card = page.locator("[data-adapters] article")
    assert card.locator("h3").inner_text() == f"{NAME}, version 1"
    assert card.locator("[data-note]").inner_text() == NOTE
    assert page.evaluate("document.querySelector('[data-samples] img').decode().then(() => true)")
    assert hands.download(page, card.get_by_role("button", name="Download for diffusers")) == adapter
    kohya = hands.download(page, card.get_by_role("button", name="Download for kohya tools"))
    hands.same_tensors(kohya, computer.fetch(NAME, "--kohya"))
    return adapter


def take_everything_away(page: "Page", computer: Computer, code: str, adapter: bytes) -> None:
    """With a new passphrase: the download opens with `age` and nothing else."""
    page.fill("#new-passphrase", hands.SECOND)
    page.get_by_role("button", name="Set the passphrase").click()
    page.get_by_text("The new passphrase opens your vault").wait_for(timeout=60_000)
    hands.quiet(page)
    zipped = hands.download(page, page.get_by_role("link", name="Download everything"))
    hands.opens_with_age(hands.unzip(zipped, computer.folder), hands.SECOND, code, adapter)


def remove_the_computer(page: "Page", computer: Computer) -> None:
    """Re-keyed, older files locked anew; the computer is out."""
    hands.passkey_store(page)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("cell", name="Passkey", exact=True).wait_for()
    hands.quiet(page)
    page.get_by_role("button", name="Remove Computer").click()
    page.get_by_role("button", name="Lock them with the new key").wait_for()
    hands.quiet(page)
    page.get_by_role("button", name="Lock them with the new key").click()
    page.locator("[data-older]").wait_for(state="hidden")
    hands.quiet(page)
    assert computer.edge("vault", "list", code=1)[-1]["code"] == "vault-cannot-open"


def come_back_without_this_browser(page: "Page", code: str) -> None:
    """The old passphrase opens nothing; the passkey and the recovery code do."""
    hands.forget_browser(page)
    page.reload()
    hands.ready(page, "open")
    page.fill("#open-passphrase", hands.PASSPHRASE)
    page.get_by_role("button", name="Open with the passphrase").click()
    page.get_by_text("That is not the passphrase.").wait_for(timeout=60_000)
    page.get_by_role("button", name="Open with a passkey").click()
    hands.ready(page, "inside")
    page.reload()
    hands.ready(page, "open")
    page.fill("#open-code", code.lower())
    page.get_by_role("button", name="Open with the code").click()
    hands.ready(page, "inside")
    assert page.locator("[data-adapters] h3").inner_text() == f"{NAME}, version 1"


def nothing_was_seen(platform: "Platform", computer: Computer, code: str, adapter: bytes) -> None:
    """Neither keys nor anything in the clear stands in tables, files, Valkey or logs."""
    words = [hands.PASSPHRASE, hands.SECOND, code, "AGE-SECRET-KEY-1", NAME, NOTE, computer.list_seed()]
    clear = [*(word.encode() for word in words), adapter[-256:], hands.sample(computer)[100:164]]
    assert hands.search(platform, clear) == []
    assert hands.search(platform, [b"age-encryption.org/v1"]), "the search finds what is there"


def erase(page: "Page") -> None:
    """Counted from what is left."""
    with page.expect_response("**/api/v1/vault/erase") as erased:
        page.fill("#erase-word", "erase")
        page.get_by_role("button", name="Erase everything").click()
    told = json.loads(erased.value.text())
    assert (told["rows_left"], told["files_left"]) == (0, 0)
    page.get_by_text("Counted afterwards: 0 rows and 0 files left.").wait_for()


def test_an_older_list_is_noticed(page: "Page", platform: "Platform") -> None:
    steps.sign_up(page, platform.url, f"vault-{secrets.token_hex(4)}@example.org", PASSWORD)
    hands.set_up(page, platform.url)
    before = page.request.get(f"{platform.url}/api/v1/vault").text()
    page.get_by_role("button", name="New recovery code").click()
    page.locator("[data-new-code-box]").wait_for()
    hands.quiet(page)
    page.route("**/api/v1/vault", lambda route: route.fulfill(body=before, content_type="application/json"))
    page.reload()
    page.get_by_text("The server shows an older list than this browser has seen before.").wait_for()
    assert page.locator('[data-part="inside"]').is_hidden()
