"""Another version of this program: where this one came from, and what pip would install instead."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from edge import VERSION
from edge.answers import plain
from federation.protocol.errors import refusal

PACKAGE, EXTRA = "fedart", "edge"
PATIENCE_S = 1800.0
Pip = Callable[[Sequence[str]], str]
_WHEEL = re.compile(r"fedart-(\d+(?:\.\d+)*[a-z0-9.+]*)-py3-none-any\.whl")


@dataclass(frozen=True)
class Update:
    """`version` to be installed, and `target` as pip takes it."""

    version: str
    target: str


def origin() -> str:
    """Where this program is from: "index", "file" (a wheel) or "clone" (not installed)."""
    try:
        installed = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        return "clone"
    return "file" if installed.read_text("direct_url.json") else "index"  # PEP 610


def from_index(source: str, pip: Pip) -> Update | None:
    """What pip's own index has that is newer; None where nothing is. `source` is `origin()`: an index is asked only
    where this program came from one, since elsewhere its name may be anybody's. Raises Refusal `update-no-source`."""
    if source != "index":
        raise refusal("update-no-source", f"This one is from a {source}.")
    told = pip(["install", "--dry-run", "--no-deps", "--upgrade", "--quiet", "--report", "-", PACKAGE])
    try:
        found = [one["metadata"]["version"] for one in json.loads(told)["install"]]
    except (ValueError, KeyError, TypeError):
        raise refusal("update-failed", "pip's report cannot be read.") from None
    if not found or found[0] == VERSION:
        return None
    return Update(found[0], f"{PACKAGE}[{EXTRA}]=={found[0]}")


def from_file(wheel: Path, sha256: str) -> Update:
    """A wheel, once its SHA-256 is the one that the operator published. Raises Refusal `update-file-differs`."""
    named = _WHEEL.fullmatch(wheel.name)
    if named is None or not wheel.is_file():
        raise refusal("update-file-differs", "It is no wheel of fedart.")
    with wheel.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256.lower().removeprefix("sha256:"):
        raise refusal("update-file-differs", f"It is {found}.")
    return Update(named[1], f"{wheel.absolute()}[{EXTRA}]")


def install(update: Update, pip: Pip) -> None:
    """Let pip install it. Raises Refusal `update-failed`."""
    pip(["install", "--upgrade", "--quiet", update.target])


def pip_here(arguments: Sequence[str]) -> str:
    """The pip of this very environment, with its own settings. Raises Refusal `update-failed` with its last words."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    except subprocess.CalledProcessError as error:
        raise refusal("update-failed", plain(error.stderr[-400:], 300)) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise refusal("update-failed", f"{type(error).__name__}.") from None
    return done.stdout
