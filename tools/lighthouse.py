"""Lighthouse on the four pages that everybody judges first: a table, and exit 1 below 95 in any category.

    python -m tools.lighthouse                          (what `make demo` left running, as its first artist)
    python -m tools.lighthouse --url http://localhost:9000 --login alice@example.org:password --desktop

Lighthouse is a program of its own for Node 18 or newer; `npm ci` puts the version of tools/node/package-lock.json into
the state folder once. Its usual profile is a slow phone on a slow network, simulated; --desktop takes the other one.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from fedart_site.demo.pictures import on_the_wall
from fedart_site.demo.visitor import Visitor
from tools.screenshots import ROOT, chromium

LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMEOUT_S = 180
# Looser than these an audit costs points; the report names them so that somebody can do something.
FULL_MARKS = 0.9


def installed(folder: Path) -> Path:
    """The program, installed where it is missing or another version was.

    Raises:
        SystemExit: there is no npm.
    """
    lock = ROOT / "tools/node/package-lock.json"
    program = folder / "node_modules/.bin/lighthouse"
    kept = folder / lock.name
    if program.exists() and kept.exists() and kept.read_bytes() == lock.read_bytes():
        return program
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("No npm. Install Node 18 or newer (apt-get install npm), then run this again.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", lock.name):
        shutil.copy(ROOT / "tools/node" / name, folder / name)
    subprocess.run([npm, "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return program


def report(program: Path, url: str, cookie: str, *, desktop: bool) -> dict[str, Any]:
    """Lighthouse's own report of one page."""
    headers = program.parents[2] / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
    headers.chmod(0o600)
    command = [
        *(str(program), url, "--quiet", "--output=json", "--output-path=stdout"),
        *(f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={headers}"),
        "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage",
        *(["--preset=desktop"] if desktop else []),
    ]
    env = os.environ | {"CHROME_PATH": chromium()}
    try:
        done = subprocess.run(
            command, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    finally:
        headers.unlink()
    if done.returncode:
        raise SystemExit(f"Lighthouse could not look at {url}: {done.stderr[-800:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def marks(found: dict[str, Any]) -> dict[str, int]:
    """Points of 100 in each category."""
    return {name: round(100 * (found["categories"][name]["score"] or 0)) for name in CATEGORIES}


def losses(found: dict[str, Any]) -> list[str]:
    """The audits that cost points, in words."""
    counted = {
        one["id"] for name in CATEGORIES for one in found["categories"][name]["auditRefs"] if one["weight"]
    }
    rows = [found["audits"][key] for key in sorted(counted)]
    return [
        f"{row['title']} {row.get('displayValue', '')}".strip()
        for row in rows
        if row["score"] is not None and row["score"] < FULL_MARKS
    ]


def login_of(options: argparse.Namespace) -> tuple[str, str]:
    """The login given, else the demo's first artist.

    Raises:
        SystemExit: neither is there.
    """
    if options.login:
        email, _, password = options.login.partition(":")
        return email, password
    if not options.logins.is_file():
        raise SystemExit("No login: run `make demo` first, or give --login EMAIL:PASSWORD.")
    known = json.loads(options.logins.read_text())
    email = sorted(one for one in known if not one.endswith("@staff.example"))[0]
    return email, known[email]


def main() -> int:
    """Exit status 1 where a category of a page has fewer points than LEAST."""
    state = Path(os.environ.get("FEDART_STATE_DIR") or ROOT / ".fedart")
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--login", metavar="EMAIL:PASSWORD")
    parser.add_argument("--logins", type=Path, default=state / "demo/logins.json")
    parser.add_argument("--desktop", action="store_true")
    options = parser.parse_args()
    visitor = Visitor(options.url, *login_of(options))
    if not visitor.sign_in():
        raise SystemExit(f"{visitor.email} cannot sign in at {options.url}.")
    hung = on_the_wall(visitor)
    if not hung:
        raise SystemExit(
            "Nothing hangs on the wall yet; Lighthouse should see pictures. Run `make demo` first."
        )
    cookie = f"sessionid={visitor.http.cookies['sessionid']}"
    pages = {"wall": ("/", ""), "image": (f"/images/{hung[0]}/", ""), "studio": ("/studio/", cookie)}
    pages["consent"] = ("/consent/", cookie)
    program = installed(state.resolve() / "lighthouse")
    low = False
    print(f"{'page':<10}" + "".join(f"{name:>16}" for name in CATEGORIES))
    for name, (path, pass_on) in pages.items():
        found = report(program, options.url + path, pass_on, desktop=options.desktop)
        points = marks(found)
        low |= min(points.values()) < LEAST
        print(f"{name:<10}" + "".join(f"{points[one]:>16}" for one in CATEGORIES), flush=True)
        for line in losses(found):
            print(f"{'':<10}  {line}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
