"""The page "Check a receipt" in Chromium: the vectors of tests/vectors/ledger.json, and files chosen by hand, offline.

No platform runs: what the browser asks for is answered by the application in this process, policy headers included.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.consent.ledger import logs

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
HOME = "http://localhost"
RUN = """async (cases) => {
    const ledger = (name) => import(`/static/js/ledger/${name}.mjs`);
    const [bytes, tree, notes, receipt, bundle, signing, strict] = await Promise.all(
        ["bytes", "tree", "notes", "receipt", "bundle", "signing", "strict"].map(ledger));
    const all = (values, make) => Promise.all(values.map(make));
    const hashes = (values) => values.map(bytes.fromHex);
    const run = {
        root: async ({ leaves }) => bytes.hex(await tree.rootOf(await all(hashes(leaves), tree.leafHash))),
        inclusion: (one) => tree.checkInclusion(
            bytes.fromHex(one.leaf), BigInt(one.index), BigInt(one.size), hashes(one.path), bytes.fromHex(one.root)),
        consistency: (one) => tree.checkConsistency(BigInt(one.old), BigInt(one.new),
            ...hashes([one.old_root, one.new_root]), hashes(one.path)),
        vkey: async ({ vkey }) => (await notes.parseVkey(vkey)).keyId.toString(16).padStart(8, "0"),
        note: async ({ note, keys }) =>
            notes.signedBy(notes.parseNote(bytes.utf8(note)), await all(keys, notes.parseVkey)),
        cosigned: async ({ note, keys }) => {
            const found = await notes.cosignedBy(notes.parseNote(bytes.utf8(note)), await all(keys, notes.parseVkey));
            return found.map((one) => Number(one.timestamp));
        },
        checkpoint: async ({ note, keys }) => {
            const { checkpoint } = await notes.openCheckpoint(bytes.utf8(note), await all(keys, notes.parseVkey));
            return { origin: checkpoint.origin, size: Number(checkpoint.size), root: checkpoint.rootText };
        },
        strict: ({ text }) => strict.parseCanonical(bytes.utf8(text), 256),
        proof: ({ document }) => signing.verifyProof(document),
        record: async ({ line, note, keys }) => {
            const { checkpoint } = await notes.openCheckpoint(bytes.utf8(note), await all(keys, notes.parseVkey));
            return (await bundle.checkRecord(bundle.recordOf(bytes.utf8(line)), checkpoint)).signer;
        },
        receipt: async (one) => {
            const found = await receipt.checkReceipt(one.receipt, { logs: one.logs, witnesses: one.witnesses });
            if (found.wrong.length) return { refusal: found.code };
            return { proven: found.proven.length, unproven: found.unproven.length };
        },
    };
    const results = [];
    for (const one of cases) {
        try {
            results.push(await run[one.do](one));
        } catch (error) {
            results.push({ refusal: error.code ?? String(error) });
        }
    }
    return results;
}"""


@pytest.fixture
def check_page(page: "Page", client: Client) -> Iterator["Page"]:
    """The page, loaded; its modules too."""

    def answer(route: "Route") -> None:
        path = route.request.url.removeprefix(HOME)
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            if not found:
                route.fulfill(status=404)
                return
            route.fulfill(path=found)
            return
        told = client.get(path)
        route.fulfill(status=told.status_code, headers=dict(told.items()), body=told.content)

    page.route("**/*", answer)
    page.goto(f"{HOME}/consent/check/", wait_until="networkidle")  # nothing is asked for any more after this
    page.get_by_role("button", name="Check", exact=True).and_(page.locator(":enabled")).wait_for()
    return page


def test_every_vector_gives_the_same_in_the_browser(check_page: "Page") -> None:
    cases = json.loads((VECTORS / "ledger.json").read_text("utf-8"))["cases"]
    found = check_page.evaluate(RUN, cases)
    wrong = [
        (case["do"], case["name"], case["expect"], seen)
        for case, seen in zip(cases, found, strict=True)
        if seen != case["expect"]
    ]
    assert not wrong


def choose(page: "Page", *files: dict[str, Any], log_key: str | None = None) -> list[str]:
    """Check these files; the verdicts."""
    page.get_by_label("Key of the ledger").fill(logs.LOG.vkey() if log_key is None else log_key)
    page.get_by_label("Keys of witnesses").fill(logs.WITNESS.vkey())
    page.get_by_label("Receipts (.json)").set_input_files(list(files))  # type: ignore[arg-type]
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator("[data-results][aria-busy=false] [data-verdict]").nth(len(files) - 1).wait_for()
    return [one.get_attribute("data-verdict") or "" for one in page.locator("[data-verdict]").all()]


def file(name: str, data: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_files_are_checked_with_the_network_off(check_page: "Page") -> None:
    asked: list[str] = []
    check_page.unroute_all(behavior="wait")
    check_page.context.set_offline(True)
    check_page.on("request", lambda request: asked.append(request.url))
    good = json.dumps(logs.receipt(), indent=1).encode()
    forged = json.dumps(logs.receipt() | {"statement": logs.receipt(5)["statement"]}).encode()
    verdicts = choose(
        check_page,
        file("receipt.json", good),
        file("forged.json", forged),
        file("bundle.zip", (VECTORS / "bundle.zip").read_bytes()),
        file("cut.zip", logs.bundle()[:-1]),
        file("bomb.zip", logs.bundle(files={"zeroes.bin": bytes(3_000_000)})),
        file("path.zip", logs.bundle(files={"../up": b"x"})),
        file("nothing.json", b"[]"),
        file("other.txt", b"\x00" * 300_000),
    )
    assert verdicts == [
        "holds",
        "not-included",
        "holds",
        "bad-bundle",
        "bundle-too-large",
        "bundle-path",
        "not-json",
        "too-large",
    ]
    first = check_page.locator("[data-verdict]").first.inner_text()
    assert "Grants fa:TrainSharedAdapter" in first or "grants fa:TrainSharedAdapter" in first
    assert "The witness witness.example/w1 saw this checkpoint" in first
    assert asked == []


def test_another_ledgers_key_is_not_believed(check_page: "Page") -> None:
    receipt = file("receipt.json", json.dumps(logs.receipt()).encode())
    assert choose(check_page, receipt) == ["holds"]
    other = check_page.evaluate("document.querySelector('[name=log_key]').defaultValue")
    assert choose(check_page, receipt, log_key=other) == ["unsigned-checkpoint"]


def test_the_page_may_connect_to_nothing(client: Client) -> None:
    policy = client.get("/consent/check/")["Content-Security-Policy"]
    assert "connect-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
