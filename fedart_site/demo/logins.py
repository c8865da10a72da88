"""The demo's passwords: random for each installation, kept in one file that only its owner can read."""

import json
import os
import secrets
from pathlib import Path

STAFF = {
    "operator": "operator@staff.example",
    "compliance officer": "compliance@staff.example",
}


class Logins:
    """E-mail address -> password, remembered in `file` (mode 0600)."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}

    def password(self, email: str) -> str:
        """The password of that account, made and saved when it is asked for first."""
        if email not in self.known:
            self.known[email] = secrets.token_urlsafe(12)
            self._save()
        return self.known[email]

    def _save(self) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            json.dump(self.known, out, indent=1)
