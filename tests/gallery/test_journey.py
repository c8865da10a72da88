"""From sign-up through consent and vault to the wall in a real browser, on a wide screen and on a phone."""

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image as Picture
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import axe
from tests.accounts.steps import sign_up
from tests.browsers import NARROW, WIDE
from tests.gallery.vault import hands

if TYPE_CHECKING:
    from tests.live import Platform

pytestmark = pytest.mark.live
PASSWORD = "a long pass phrase, 2026"
HAS_VERSION = "from federation.selectors import current_version; print(current_version() is not None)"
SECONDS = 60_000


@pytest.fixture(scope="module")
def studio_open(platform: "Platform", tmp_path_factory: pytest.TempPathFactory) -> "Platform":
    """The platform with at least version 0 of some campaign on a tiny base."""
    if "True" not in platform.manage("shell", "-v0", "-c", HAS_VERSION):
        from diffusion.tiny import write_tiny_base

        folder = write_tiny_base(tmp_path_factory.mktemp("tiny"))
        platform.manage("register_base", str(folder), "--name", "Tiny")
        platform.manage("start_campaign", "--name", "Studio journey")
    return platform


def fits(page: Page) -> None:
    """Nothing sticks out sideways, and axe-core has nothing to say."""
    assert axe.violations(page) == []
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider == 0, f"{page.url} is {wider} pixels too wide"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "phone"])
def test_sign_up_to_wall_and_back(
    studio_open: "Platform", page: Page, browser: Browser, size: dict[str, int], tmp_path: Path
) -> None:
    url = studio_open.url
    page.set_viewport_size(size)  # type: ignore[arg-type]
    sign_up(page, url, f"ada{size['width']}@example.org", PASSWORD)
    expect(page.get_by_role("heading", name="Next steps")).to_be_visible()
    fits(page)
    _lock_a_vault_with_a_passkey(page, url)
    page.goto(f"{url}/home/")
    page.get_by_role("link", name="Open the studio").click()
    expect(page.get_by_role("heading", name="Studio")).to_be_visible()
    fits(page)

    _ask_for_a_lighthouse(page)
    card = page.locator("[data-request]").first
    expect(card).to_contain_text("a lighthouse in fog")
    expect(card.get_by_text(re.compile(r"Step \d+ of 50"))).to_be_visible(timeout=SECONDS)
    expect(card.get_by_alt_text("Unfinished preview")).to_be_visible(timeout=SECONDS)
    expect(card.get_by_text("Finished", exact=True)).to_be_visible(timeout=SECONDS)
    fits(page)
    card.get_by_role("link").first.click()

    expect(page.get_by_role("heading", name="a lighthouse in fog")).to_be_visible()
    expect(page.get_by_text("AI-made: marked with Content Credentials")).to_be_visible()
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    download.value.save_as(tmp_path / "picture.png")
    _is_marked(studio_open, (tmp_path / "picture.png").read_bytes())

    visitor = browser.new_context(viewport=size)  # type: ignore[arg-type]
    assert _status(visitor, page.url) == 404
    _allow_showing(page)
    page.get_by_label("Describe the picture").fill("A lighthouse, hardly to be seen")
    page.get_by_label("Show prompt and settings, so that others can remix it").check()
    page.get_by_role("button", name="Publish on the wall").click()
    expect(page.get_by_text("Published. Everybody can see this picture now.")).to_be_visible()
    address = page.url
    _visitor_sees(visitor, url, address)

    page.get_by_role("button", name="Make private again").click()
    expect(page.get_by_text("Only you can see this")).to_be_visible()
    assert _status(visitor, address) == 404
    assert _status(visitor, f"{address}file.png") == 404
    visitor.close()


def _lock_a_vault_with_a_passkey(page: Page, url: str) -> None:
    """She allows locked files to be kept, and makes a vault that her passkey opens."""
    page.goto(f"{url}/vault/")
    hands.ready(page, "setup")
    page.get_by_role("link", name="Read and decide").click()
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_role("button", name="Revoke", exact=True)).to_be_visible()
    hands.passkey_store(page)
    page.goto(f"{url}/vault/")
    hands.ready(page, "setup")
    page.get_by_role("button", name="Make a passkey").click()
    code = page.locator("[data-recovery-code]")
    code.wait_for()
    page.get_by_label("The last 8 characters of the code").fill(code.inner_text().strip()[-8:])
    fits(page)
    page.get_by_role("button", name="Finish").click()
    hands.ready(page, "inside")
    expect(page.locator("[data-slots]")).to_contain_text("Passkey")
    fits(page)


def _ask_for_a_lighthouse(page: Page) -> None:
    """With a seed that is refused first."""
    # An error stands beside its field and costs nothing that was typed.
    page.get_by_label("Seed", exact=True).fill("12345678901")
    page.get_by_label("What should be in the picture?").fill("a lighthouse in fog")
    page.get_by_role("button", name="Make the picture").click()
    expect(page.get_by_text("The seed must lie between 0 and 2147483647.")).to_be_visible()
    expect(page.get_by_label("What should be in the picture?")).to_have_value("a lighthouse in fog")
    page.get_by_role("button", name="Roll the dice").click()
    page.get_by_text("Steps and guidance").click()
    page.get_by_label("Steps", exact=True).fill("50")
    page.locator("#id_count").select_option("4")  # four in one go take long enough to be watched
    page.get_by_role("button", name="Make the picture").click()


def _allow_showing(page: Page) -> None:
    """The question comes first: pictures are shown only by somebody who allows it."""
    picture = page.url
    page.get_by_role("link", name="Read and decide").click()
    expect(page.get_by_role("heading", name="Show my pictures on the wall")).to_be_visible()
    fits(page)
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_role("button", name="Revoke", exact=True)).to_be_visible()
    page.goto(picture)


def _status(visitor: BrowserContext, address: str) -> int:
    return visitor.request.get(address).status


def _visitor_sees(visitor: BrowserContext, url: str, address: str) -> None:
    page = visitor.new_page()
    page.goto(url)
    tile = page.get_by_alt_text("A lighthouse, hardly to be seen").first
    expect(tile).to_be_visible()
    assert tile.evaluate("image => image.complete && image.naturalWidth") > 0
    fits(page)
    page.goto(address)
    expect(page.get_by_text("a lighthouse in fog")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Remix").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.close()


def _is_marked(platform: "Platform", data: bytes) -> None:
    from gallery.generation.credentials import read_credentials

    root = (platform.state_dir / "credentials" / "root.pem").read_text()
    found = read_credentials(data, root_pem=root)
    assert (found.state, found.ai_made, found.training_allowed) == ("trusted", True, False)
    assert Picture.open(io.BytesIO(data)).size == (64, 64)


def test_cancel_while_it_runs_and_come_back(studio_open: "Platform", page: Page) -> None:
    sign_up(page, studio_open.url, "grace@example.org", PASSWORD)
    for words in ("first boat", "second boat"):
        page.goto(f"{studio_open.url}/studio/")
        page.get_by_label("What should be in the picture?").fill(words)
        page.get_by_text("Steps and guidance").click()
        page.get_by_label("Steps", exact=True).fill("50")
        page.get_by_role("button", name="Make the picture").click()
        expect(page.locator("[data-request]").first).to_contain_text(words)
    second = page.locator("[data-request]").first
    second.get_by_role("button", name=re.compile("^Cancel")).click()
    expect(second.get_by_text("Cancelled", exact=True)).to_be_visible(timeout=SECONDS)
    # The tab closes and comes back: the first one went on without it.
    page.goto("about:blank")
    page.goto(f"{studio_open.url}/studio/")
    first = page.locator("[data-request]").nth(1)
    expect(first).to_contain_text("first boat")
    expect(first.get_by_text("Finished", exact=True)).to_be_visible(timeout=SECONDS)


def test_a_killed_worker_costs_one_attempt_and_no_picture(studio_open: "Platform", page: Page) -> None:
    sign_up(page, studio_open.url, "hedy@example.org", PASSWORD)
    page.goto(f"{studio_open.url}/studio/")
    page.get_by_label("What should be in the picture?").fill("a radio")
    page.get_by_text("Steps and guidance").click()
    page.get_by_label("Steps", exact=True).fill("50")
    page.get_by_role("button", name="Make the picture").click()
    card = page.locator("[data-request]").first
    expect(card.get_by_text(re.compile(r"Step [1-9]\d* of 50"))).to_be_visible(timeout=SECONDS)
    studio_open.kill("generate")
    studio_open.restart("generate")
    expect(card.get_by_text("Finished", exact=True)).to_be_visible(timeout=2 * SECONDS)
    found: Any = page.request.get(
        f"{studio_open.url}/api/v1/requests/{card.get_attribute('data-request')}"
    ).json()
    assert (found["state"], found["attempts"]) == ("done", 2)
