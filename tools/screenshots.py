"""Walk every page of a running FedArt, take its picture, and fail where a page is broken.

    python -m tools.screenshots                      (what `make demo` left running: its own logins are used)
    python -m tools.screenshots --url http://localhost:9000 --login alice=alice@example.org:password

Follows every link that a visitor, a newcomer and each login can reach; of pages that differ only in an id it takes the
first, and each person sees what tools/pages.py says is hers. Each page is pictured at 1440 and 390 pixels, light and
dark. It fails (exit 1) where a page answers 400 or more, overflows sideways, logs an error, breaks the content security
policy, has not exactly one <h1>, an <img> without alt or size, or a field without a name. In the end it names the pages
of the list that it did not come to, and why that may be.
"""

import argparse
import json
import os
import re
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, Error, Page, sync_playwright

from fedart_site.environment import prepare_process
from tools.acts import ACTS, sign_in
from tools.pages import ARTIST, GUARDED, HALFWAY, NEWCOMER, OFFICER, OPERATOR, PAGES, VISITOR

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
WIDTHS, SCHEMES = (1440, 390), ("light", "dark")
MOST_PAGES = 80
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{16,64}\b|\b\d+\b")
# Not pages: signing out, files, machine doors.
LEAVE_OUT = re.compile(
    r"^/(api/(?!docs)|oauth|static|media|metrics|healthz|readyz)\b|^/\.well-known/|/file$"
    r"|\.(png|avif|webp|json|jsonld|md|csv|txt|pem|safetensors|zip)$"
)
# Fonts are there, and the new colours have been painted.
PAINTED = """() => document.fonts.ready.then(() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
}))"""
FAULTS = """() => {
  const faults = [];
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) {
    const wide = [...document.querySelectorAll("body *")].find((e) => e.getBoundingClientRect().right > innerWidth + 1);
    faults.push(`${over} px too wide${wide ? " (" + wide.tagName.toLowerCase() + "." + wide.className + ")" : ""}`);
  }
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) faults.push(`${headings} h1`);
  for (const image of document.querySelectorAll("img:not([alt])")) faults.push(`no alt: ${image.getAttribute("src")}`);
  const loose = [...document.querySelectorAll("img:not([width]), img:not([height])")];
  for (const image of loose) faults.push(`no size: ${image.src}`);
  for (const input of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const named = input.labels?.length || input.getAttribute("aria-label") || input.getAttribute("aria-labelledby");
    if (!named && !input.closest("[hidden]")) faults.push(`field without a label: ${input.name || input.id}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) faults.push(`id twice: ${twice}`);
  return faults;
}"""


@dataclass
class Walk:
    """One visitor's walk: what was seen and what was wrong."""

    who: str
    page: Page
    origin: str
    folder: Path
    faults: list[str] = field(default_factory=list)
    pictures: int = 0
    noise: list[str] = field(default_factory=list)
    role: str = ""
    came_to: set[str] = field(default_factory=set)

    def listen(self) -> None:
        """Script errors, refused resources and policy breaches all reach the console."""
        self.page.on("pageerror", lambda error: self.noise.append(f"script error: {error}"))
        self.page.on("console", lambda line: self.noise.append(line.text) if line.type == "error" else None)

    def note(self, where: str, fault: str) -> None:
        self.faults.append(f"{self.who} {where}: {fault}")

    def visit(self, path: str) -> list[str]:
        """Open one page, picture it four times, and return the paths it links to."""
        self.noise.clear()
        try:
            answer = self.page.goto(self.origin + path, wait_until="load")
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            return []
        landed = urlsplit(self.page.url)
        if answer and answer.status >= 400:
            self.note(path, f"answers {answer.status}")
        if f"{landed.scheme}://{landed.netloc}" != self.origin:
            self.note(path, f"leads away to {landed.netloc}")
            return []
        name = route_of(landed.path)
        self.came_to.add(name)
        if not self.role or self.role in PAGES.get(name, (self.role,)):
            for width, scheme in self._views():
                self._picture(path, width, scheme)
        for line in dict.fromkeys(self.noise):
            self.note(path, line)
        links = self.page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)")
        return [
            link.removeprefix(self.origin)
            for link in (urldefrag(urljoin(self.page.url, href)).url for href in links)
            if link.startswith(self.origin + "/")
        ]

    def _views(self) -> Iterator[tuple[int, str]]:
        for width in WIDTHS:
            for scheme in SCHEMES:
                yield width, scheme

    def _picture(self, path: str, width: int, scheme: str) -> None:
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        self.page.evaluate(PAINTED)
        for fault in self.page.evaluate(FAULTS):
            self.note(f"{path} at {width}", fault)
        name = f"{self.who}-{name_of(path)}-{width}-{scheme}.png"
        self.page.screenshot(path=str(self.folder / name), full_page=True)
        self.pictures += 1

    def walk(self, first: list[str], most: int) -> int:
        """Breadth first over the links; one page for each shape of address. Returns the number of pages."""
        queue, shapes = deque(first), set()
        while queue and len(shapes) < most:
            path = queue.popleft()
            shape = name_of(path)
            if shape in shapes or LEAVE_OUT.search(urlsplit(path).path):
                continue
            shapes.add(shape)
            queue.extend(self.visit(path))
        return len(shapes)


def name_of(path: str) -> str:
    """A file name for the shape of an address: ids become "id", a query leaves its keys."""
    parts = urlsplit(path)
    keys = "-".join(sorted(piece.partition("=")[0] for piece in parts.query.split("&") if piece))
    plain = ID.sub("id", parts.path).strip("/").replace("/", "-") or "wall"
    return f"{plain}_{keys}" if keys else plain


def chromium() -> str:
    """FEDART_CHROMIUM, or where the system keeps its browser."""
    for place in (os.environ.get("FEDART_CHROMIUM", ""), *PLACES):
        if place and Path(place).exists():
            return place
    raise SystemExit("No Chromium. Install it (apt-get install chromium) or set FEDART_CHROMIUM to its path.")


def route_of(path: str) -> str:
    """The name that the urlconf gives this address, "" for none."""
    from django.urls import Resolver404, resolve

    try:
        return str(resolve(path).view_name)
    except Resolver404:
        return ""


def go(browser: Browser, who: str, role: str, login: str | None, options: argparse.Namespace) -> Walk:
    """One visitor with a context of its own."""
    context = browser.new_context(locale="en-GB", service_workers="block")
    context.set_default_timeout(60_000)
    walk = Walk(who, context.new_page(), options.url.rstrip("/"), options.out, role=role)
    email, _, password = (login or "").partition(":")
    if login:
        sign_in(walk.page, walk.origin, email, password)
    first = ACTS[role](walk.page, walk.origin, password) if role in ACTS else ["/"]
    walk.listen()
    pages = walk.walk(options.page or ["/", *first], options.most)
    print(
        f"{who:<12} {pages:>3} pages  {walk.pictures:>4} pictures  {len(walk.faults):>3} faults", flush=True
    )
    context.close()
    return walk


def arguments() -> argparse.Namespace:
    """The command line."""
    state = Path(os.environ.get("FEDART_STATE_DIR") or ROOT / ".fedart")
    parser = argparse.ArgumentParser(description="Picture and check every page of a running FedArt.")
    parser.add_argument("--url", default="http://localhost:8000", help="where it runs")
    parser.add_argument("--login", action="append", default=[], metavar="NAME=EMAIL:PASSWORD")
    parser.add_argument("--logins", type=Path, default=state / "demo/logins.json", help="those of the demo")
    parser.add_argument("--page", action="append", metavar="PATH", help="start here instead of at the wall")
    parser.add_argument("--out", type=Path, default=state / "screenshots")
    parser.add_argument("--most", type=int, default=MOST_PAGES, help="pages for each visitor at most")
    return parser.parse_args()


def visitors_of(options: argparse.Namespace) -> list[tuple[str, str, str | None]]:
    """(name, role, login): somebody without an account, a newcomer, then the logins given; else those of the demo."""
    given = [(name, "", login) for name, _, login in (one.partition("=") for one in options.login)]
    if not given and options.logins.is_file():
        known = json.loads(options.logins.read_text())
        staff = {"operator@staff.example": OPERATOR, "compliance@staff.example": OFFICER}
        artists = sorted(email for email in known if email not in staff)[:1]
        roles = dict.fromkeys(artists, ARTIST) | staff
        given = [(email.partition("@")[0], roles[email], f"{email}:{known[email]}") for email in roles]
    return [*((role.replace(" ", "-"), role, None) for role in (VISITOR, NEWCOMER, GUARDED, HALFWAY)), *given]


def left_out(walks: list[Walk]) -> list[str]:
    """Pages of the list that nobody came to: links in letters lead there, or nothing is behind them in this data."""
    came_to = set().union(*(walk.came_to for walk in walks))
    return [name for name in PAGES if name not in came_to]


def main() -> int:
    """Exit status 1 where anything was wrong."""
    options = arguments()
    prepare_process()
    import django

    django.setup()
    try:
        urlopen(f"{options.url}/healthz", timeout=5).close()
    except OSError:
        raise SystemExit(
            f"Nothing runs at {options.url}. Start it with `make demo` or `make run` first."
        ) from None
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        walks = [go(browser, *visitor, options) for visitor in visitors_of(options)]
        browser.close()
    faults = [fault for walk in walks for fault in walk.faults]
    for fault in faults:
        print(f"  {fault}")
    if not options.page and (missed := left_out(walks)):
        print(f"not pictured, {len(missed)} of {len(PAGES)} pages: {', '.join(missed)}")
    print(
        f"pictures are in {options.out}; {'every page is in order' if not faults else f'{len(faults)} faults'}"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
