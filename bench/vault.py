"""The vault's figures for a 20 MiB adapter: age in the agent and in the browser, and what letting a device in rewrites.

    .venv/bin/python bench/vault.py [--json] [--mib 20]

The browser is Debian's Chromium with the very modules of the vault page, served from this folder on loopback.
"""

import argparse
import functools
import http.server
import os
import sys
import threading
import time

from report import ROOT, Figure, report

from edge.vault.ring import Ring, seal_file

PAGE = """<!doctype html><title>bench</title><script type="module">
import { Decrypter, Encrypter, identityToRecipient } from "/static/vendor/age-encryption/age.mjs";
import { makePassphrase, openPassphrase } from "/static/js/vault/ways.mjs";
window.measure = async (mib) => {
  const { privateKey } = await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
  const clock = async (action) => {
    const at = performance.now();
    return [await action(), (performance.now() - at) / 1000];
  };
  const content = new Uint8Array(mib << 20);
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(privateKey));
  const [file, sealed] = await clock(() => encrypter.encrypt(content));
  const decrypter = new Decrypter();
  decrypter.addIdentity(privateKey);
  const [plain, opened] = await clock(() => decrypter.decrypt(file));
  if (plain.length !== content.length) throw new Error("another length");
  const [way, wrapped] = await clock(() => makePassphrase("umber heron lattice 1872"));
  const [, unwrapped] = await clock(() => openPassphrase(way.file, "umber heron lattice 1872"));
  return { sealed, opened, wrapped, unwrapped };
};
</script>"""


class Files(http.server.SimpleHTTPRequestHandler):
    """The project's static files, and the page above."""

    def do_GET(self) -> None:
        if self.path != "/":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())
        return None

    def log_message(self, format: str, *arguments: object) -> None:
        """Quiet."""


def in_browser(mib: int) -> dict[str, float]:
    """Seconds of each act in Chromium."""
    from playwright.sync_api import sync_playwright

    from tests.browsers import chromium_path

    handler = functools.partial(Files, directory=str(ROOT))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page()
        page.goto(f"http://localhost:{server.server_address[1]}/")
        page.wait_for_function("window.measure")
        found: dict[str, float] = page.evaluate("(mib) => window.measure(mib)", mib)
        browser.close()
    server.shutdown()
    return found


def in_agent(mib: int) -> tuple[float, float]:
    """Seconds to encrypt and to decrypt, the best of three."""
    ring, content = a_ring(), os.urandom(mib << 20)
    best = [float("inf"), float("inf")]
    for _ in range(3):
        at = time.perf_counter()
        file = seal_file(content, ring.recipient)
        middle = time.perf_counter()
        if ring.open_file(file) != content:
            raise AssertionError("another content")
        best = [min(best[0], middle - at), min(best[1], time.perf_counter() - middle)]
    return best[0], best[1]


def a_ring() -> Ring:
    """Fresh keys."""
    from pyrage import x25519

    return Ring(os.urandom(32), (str(x25519.Identity.generate()),))


def rewritten() -> tuple[int, int]:
    """Bytes of keyring.age and of the signed list once a device joins a vault with the usual four ways in."""
    from tests.gallery.vault.keeper import Keeper, identity, recipient, slot

    keeper = Keeper()
    document, keyring = b"", b""
    for kind in ("browser", "browser", "browser"):
        document, keyring = keeper.add_slot(slot(kind, recipient(identity())))
        keeper.took(document)
    return len(keyring), len(document)


def main() -> int:
    """Exit status 1 where a target does not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--mib", type=int, default=20)
    options = parser.parse_args()
    sealed, opened = in_agent(options.mib)
    browser = in_browser(options.mib)
    keyring, document = rewritten()
    figures = [
        Figure("adapter_mib", options.mib, "MiB"),
        Figure("agent_encrypt", options.mib / sealed, "MiB/s"),
        Figure("agent_decrypt", options.mib / opened, "MiB/s"),
        Figure("browser_encrypt", options.mib / browser["sealed"], "MiB/s"),
        Figure("browser_open_s", browser["opened"], "s"),
        Figure("browser_passphrase_make_s", browser["wrapped"], "s"),
        Figure("browser_passphrase_open_s", browser["unwrapped"], "s"),
        Figure("device_added_rewrites", keyring, "bytes", "< 1000"),
        Figure("device_added_signed_list", document, "bytes"),
    ]
    return report("vault", figures, options.json)


if __name__ == "__main__":
    sys.exit(main())
