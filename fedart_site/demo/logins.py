"""The demo's passwords: random for each installation, kept in one file that only its owner can read."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Staff:
    """One of the staff: what she is called on the page, and the role that whoever runs the server gives her."""

    name: str
    role: str
    email: str


# Two officers: what cannot be undone (an erasure, a refusal) needs the eyes of both.
STAFF = (
    Staff("Operator", "operator", "operator@staff.example"),
    Staff("Compliance officer", "compliance officer", "compliance@staff.example"),
    Staff("Second officer", "compliance officer", "compliance-2@staff.example"),
    Staff("Moderator", "moderator", "moderator@staff.example"),
)


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
