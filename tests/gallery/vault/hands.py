"""What the artist does with her vault in a browser, and on her computer, as functions."""

from __future__ import annotations

import base64
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.gallery.vault.computer import Computer
    from tests.live import Platform

PASSPHRASE = "umber heron lattice 1872"
SECOND = "quartz meadow lantern 4410"


def ready(page: Page, part: str) -> None:
    """Wait until that part of the vault page shows and nothing is under way."""
    page.locator(f'[data-part="{part}"]').wait_for()
    quiet(page)


def quiet(page: Page) -> None:
    """Nothing is under way, and nothing went wrong."""
    page.locator("[data-progress]:empty").wait_for(state="attached", timeout=60_000)
    assert page.locator("[data-problem]").is_hidden(), page.locator("[data-problem-text]").inner_text()


def set_up(page: Page, url: str) -> str:
    """From the empty page to an open vault with a passphrase; the recovery code."""
    page.goto(f"{url}/vault/")
    ready(page, "setup")
    page.fill("#setup-passphrase", PASSPHRASE)
    page.get_by_role("button", name="Use this passphrase").click()
    code = page.locator("[data-recovery-code]")
    code.wait_for(timeout=60_000)
    quiet(page)
    told = code.inner_text().strip()
    page.fill("#setup-back", told[-8:].lower())
    page.get_by_role("button", name="Finish").click()
    ready(page, "inside")
    return told


def age(*arguments: str, typed: str | None = None) -> bytes:
    """What Debian's own `age` program says. A passphrase is typed at a terminal of its own, as `age` wants it."""
    if typed is None:
        return subprocess.run(["age", *arguments], check=True, capture_output=True, timeout=60).stdout
    return _at_terminal(list(arguments), typed)


def _at_terminal(arguments: list[str], typed: str) -> bytes:
    import pty

    main, side = pty.openpty()
    process = subprocess.Popen(
        ["age", *arguments], stdin=side, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=lambda: _take_terminal(side),
    )  # fmt: skip
    os.close(side)
    os.write(main, typed.encode() + b"\n")
    out, said = process.communicate(timeout=60)
    os.close(main)
    assert process.returncode == 0, said
    return out


def _take_terminal(side: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(side, termios.TIOCSCTTY, 0)


def unzip(data: bytes, folder: Path) -> Path:
    """The downloaded vault, unpacked."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def opens_with_age(folder: Path, passphrase: str, code: str, adapter: bytes) -> None:
    """Passphrase and recovery code each open the keyring, and its keys the adapter, by `age` alone.

    keys.txt stays in the folder: the keys as a member of the vault has them."""
    (slot,) = folder.glob("slot-passphrase-*.age")
    keyring, keys = str(folder / "keyring.age"), folder / "keys.txt"
    opened = age("-d", "-i", str(slot), keyring, typed=passphrase)
    (folder / "recovery.txt").write_text(code)
    assert age("-d", "-i", str(folder / "recovery.txt"), keyring) == opened
    keys.write_bytes(opened)
    (file,) = folder.glob("adapters/*/adapter-*.age")
    assert age("-d", "-i", str(keys), str(file)) == adapter


def download(page: Page, button: Locator) -> bytes:
    """What a press saves."""
    with page.expect_download() as saved:
        button.click()
    quiet(page)
    return Path(saved.value.path()).read_bytes()


def same_tensors(one: bytes, other: bytes) -> None:
    """Both files hold the same tensors under the same names."""
    from safetensors.numpy import load

    left, right = load(one), load(other)
    assert set(left) == set(right)
    assert any(name.endswith(".alpha") for name in left)
    assert all((left[name] == right[name]).all() for name in left)


def passkey_store(page: Page) -> None:
    """A virtual authenticator that can keep secrets (PRF)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "hasPrf": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def forget_browser(page: Page) -> None:
    """As after site data were cleared."""
    page.evaluate(
        """() => new Promise((done) => {
          const gone = indexedDB.deleteDatabase("fedart-vault");
          gone.onsuccess = () => done(true);
        })"""
    )


def sample(computer: Computer) -> bytes:
    """The sample picture in the clear, as `age` opens it from the artist's own download."""
    (file,) = computer.folder.glob("adapters/*/sample-*.age")
    return age("-d", "-i", str(computer.folder / "keys.txt"), str(file))


def search(platform: Platform, secrets: list[bytes]) -> list[str]:
    """Where any of these stands in the server's tables, files, Valkey or logs: as it is, in hex or in base64."""
    forms = {
        form for secret in secrets for form in (secret, secret.hex().encode(), base64.b64encode(secret)[:-4])
    }
    places = {**_tables(platform), **_valkey(), **_files(platform)}
    return sorted({name for name, data in places.items() for form in forms if form in data})


def _tables(platform: Platform) -> dict[str, bytes]:
    import psycopg

    with psycopg.connect(platform.env["DATABASE_URL"]) as database:
        names = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = {}
        for (name,) in names:
            rows = database.execute(f'SELECT t::text FROM "{name}" t').fetchall()  # type: ignore[arg-type]
            text = "\n".join(row[0] for row in rows)
            raw = [bytes.fromhex(one) for one in re.findall(r"\\\\x([0-9a-f]+)", text)]
            found[f"table {name}"] = b"\n".join([text.encode(), *raw])
    return found


def _valkey() -> dict[str, bytes]:
    import redis

    from tests.live import LIVE_REDIS

    found = {}
    for number in range(LIVE_REDIS, LIVE_REDIS + 4):
        client = redis.Redis.from_url(f"{os.environ['FEDART_TEST_REDIS']}/{number}")
        for key in client.scan_iter():
            found[f"valkey {number} {key!r}"] = key + (client.dump(key) or b"")
        client.close()
    return found


def _files(platform: Platform) -> dict[str, bytes]:
    files = (path for path in platform.state_dir.rglob("*") if path.is_file())
    return {f"file {path.relative_to(platform.state_dir)}": path.read_bytes() for path in files}
