"""Install the texts that people read before they decide."""

import re
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.db import transaction

from consent.models import Notice
from consent.policy import major
from consent.services.ledger import append_entry

FOLDER = Path(__file__).resolve().parent.parent / "notices"
FILE = re.compile(r"(?P<name>[a-z-]+)-(?P<version>\d+\.\d+)\.(?P<language>[a-z]{2})\.txt")


def install_notice(*, name: str, version: str, language: str, text: str, at: datetime) -> tuple[Notice, bool]:
    """Make this text the current one of its name: (notice, made now?). One version has one text for ever: a
    changed text under an old number is a ValueError. Appends a `notice` entry."""
    digest = sha256(text.encode()).hexdigest()
    known = Notice.objects.filter(name=name, version=version, language=language).first()
    if known is not None:
        if known.sha256 != digest:
            raise ValueError(
                f"notice {name} {version} ({language}) was changed; give the new text a new version"
            )
        return known, False
    with transaction.atomic():
        body = {"id": name, "version": version, "language": language, "sha256": digest}
        entry = append_entry(kind="notice", body=body, at=at)
        notice = Notice.objects.create(
            name=name,
            version=version,
            major=major(version),
            language=language,
            text=text,
            sha256=digest,
            valid_from=at,
            entry=entry,
        )
    return notice, True


def install_shipped_notices(*, at: datetime) -> list[Notice]:
    """Install every text of consent/notices that is not installed yet, oldest version first; returns the new
    ones."""
    found = [(match, path) for path in FOLDER.glob("*.txt") if (match := FILE.fullmatch(path.name))]
    found.sort(key=lambda pair: (pair[0]["name"], [int(part) for part in pair[0]["version"].split(".")]))
    installed = []
    for match, path in found:
        notice, made = install_notice(**match.groupdict(), text=path.read_text("utf-8"), at=at)
        if made:
            installed.append(notice)
    return installed
