"""Who runs the engines and where their files lie: PostgreSQL refuses root, so root hands both to `nobody`."""

import hashlib
import os
import pwd
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fedart_site.engines.trouble import EngineTrouble

# Root-owned and open to everybody, for a checkout that `nobody` cannot reach (below /root, say).
SHARED_HOMES = Path("/var/lib/fedart")


@dataclass(frozen=True)
class Account:
    """The account of the engines; `switch` says whether a child must change to it."""

    uid: int
    gid: int
    switch: bool

    @property
    def popen(self) -> dict[str, Any]:
        """Arguments for subprocess that change the user where needed."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, folder: Path) -> Path:
        """Make a private folder (0700) of this account."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.switch:
            os.chown(folder, self.uid, self.gid)
        return folder


def engine_account() -> Account:
    """`nobody` when started by root, else the user who asks."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EngineTrouble(
            "PostgreSQL does not run as root, and there is no account `nobody` to run it.",
            "Run FedArt as an ordinary user, or set DATABASE_URL and REDIS_URL.",
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)


def open_to_all(path: Path) -> bool:
    """Whether everybody may pass through every folder down to `path` (a folder) or run it (a file)."""
    path = path.resolve()
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def new_home(state_dir: Path, account: Account) -> Path:
    """Choose and make the engines' folder: in the state folder, or in /var/lib where that is closed to `nobody`."""
    home = state_dir / "engines"
    if account.switch and not open_to_all(state_dir):
        SHARED_HOMES.mkdir(mode=0o755, parents=True, exist_ok=True)
        name = hashlib.sha256(str(state_dir).encode()).hexdigest()[:12]
        home = SHARED_HOMES / f"{name}-{secrets.token_hex(4)}"
    make_home(home, account)
    return home


def make_home(home: Path, account: Account) -> None:
    """The folder that holds the engines' own: passable for `nobody` when root owns it, else private."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711 if account.switch else 0o700)
