"""Writes docs/notices.md, the texts that people read before they decide: `python -m consent.notice_docs`."""

import re
from hashlib import sha256
from pathlib import Path

from consent.purposes import PURPOSES, Purpose

FOLDER = Path(__file__).parent / "notices"
HEAD = """# The texts that people read before they decide

One text for each purpose, `consent/notices/<name>-<version>.<language>.txt`. `manage.py setup` installs them; each is
an entry of the ledger (kind `notice`), and every statement names its text by name, version, language and SHA-256 of
exactly these bytes. A text that was installed never changes: new words are a new file. A new **major** version makes
permissions under the old one count no more and asks again; a minor one leaves them in force. What changed is shown line
by line. The page `/consent/<page>/` shows the newest, and a receipt holds the one that was on the screen
([consent.md](consent.md)).

This page is written by `python -m consent.notice_docs`; a test compares it.

| purpose | page | text | SHA-256 |
|---|---|---|---|
"""


def page() -> str:
    """The whole page: a table of all versions, and the newest text of each purpose."""
    rows = [_row(purpose, path) for purpose in PURPOSES.values() for path in versions(purpose.notice)]
    texts = [_text(versions(purpose.notice)[-1]) for purpose in PURPOSES.values()]
    return HEAD + "".join(rows) + "".join(texts)


def versions(name: str) -> list[Path]:
    """The files of one text, oldest first."""
    return sorted(
        FOLDER.glob(f"{name}-*.txt"), key=lambda path: [int(part) for part in _version(path).split(".")]
    )


def _version(path: Path) -> str:
    return path.name.partition(".en.")[0].rpartition("-")[2]


def _row(purpose: Purpose, path: Path) -> str:
    digest = sha256(path.read_bytes()).hexdigest()
    link = f"[{path.name.removesuffix('.txt')}](../consent/notices/{path.name})"
    return f"| `{purpose.code}` | `/consent/{purpose.slug}/` | {link} | `{digest}` |\n"


def _text(path: Path) -> str:
    """The text with its headings two steps lower, as it stands below a heading of this page."""
    shown = [_line(line) for line in path.read_text("utf-8").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(shown)).rstrip() + "\n"


def _line(line: str) -> str:
    if line.startswith("#"):
        return f"\n#{line}\n"
    return line if line.startswith("- ") else f"{line}\n"


if __name__ == "__main__":
    print(page(), end="")
