"""The agent's home folder: 0700, every file in it 0600, every file replaced as a whole."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from federation.protocol.errors import refusal

FOLDER_MODE = 0o700
FILE_MODE = 0o600


class Home:
    """Where everything of one agent lies. Nothing of it is ever outside this folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.config = self.root / "config.json"
        self.key = self.root / "device.pem"
        self.tokens = self.root / "tokens.json"
        self.state = self.root / "state.sqlite"
        self.receipts = self.root / "receipts.jsonl"
        self.lock = self.root / "agent.lock"
        self.logs = self.root / "logs"
        self.page = self.root / "page.json"
        self.cache = self.root / "cache"
        self.work = self.root / "work"
        self.sheets = self.root / "sheets"

    def make(self) -> "Home":
        """Make the folders that are missing, and return self."""
        for folder in (self.root, self.cache, self.work):
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        return self

    def open_to_others(self) -> list[Path]:
        """Everything of the agent that others on this computer may read; the cache is public anyway."""
        if os.name != "posix" or not self.root.exists():
            return []
        inside = [self.root, *(path for path in self.root.rglob("*") if self.cache not in path.parents)]
        return [path for path in inside if stat.S_IMODE(path.stat().st_mode) & 0o077]

    def mend(self) -> None:
        """Take the rights of others away."""
        for path in self.open_to_others():
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)

    def require_private(self) -> None:
        """Raises Refusal `home-not-private` where others can read a key or a token."""
        found = self.open_to_others()
        if found:
            raise refusal("home-not-private", f"The first is {found[0]}.")


def write_private(path: Path, data: bytes) -> None:
    """Replace a file as a whole, 0600 from its first moment; a crash leaves the old one or the new one."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def remove(path: Path) -> None:
    """Remove a file if it is there."""
    path.unlink(missing_ok=True)
