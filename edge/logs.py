"""The agent's log: a few small files in the home folder that rotate, without names of pictures, paths or secrets.

It is never sent anywhere. `logs --to FILE` writes all of it into one file that the artist can read before she shows it.
"""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler

from edge.paths import FILE_MODE, FOLDER_MODE, Home
from edge.status import Status

LOG = logging.getLogger("fedart.edge")
LOG.propagate = False
LOG.addHandler(logging.NullHandler())
LARGEST, KEPT = 256_000, 3
"""Bytes of one file, and how many older ones are kept: a megabyte in all."""
_HIDDEN = (
    (
        re.compile(r"[^.,:;\"'\n]*\.(?:png|jpe?g|webp|gif|tiff?|bmp|svg|psd|kra)\b", re.IGNORECASE),
        " [picture]",
    ),
    (re.compile(r"(?<![\w/:.])(?:[A-Za-z]:)?[/\\][^\s\"':;,)]+"), "[path]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "[address]"),
    (re.compile(r"[A-Za-z0-9_-]{24,}"), "[long]"),
)
"""Pictures' names first, with the words before them (names have spaces); last, what is as long as a token or a key."""


def redacted(text: str) -> str:
    """The text without what is nobody else's business, on one line."""
    for pattern, shown in _HIDDEN:
        text = pattern.sub(shown, text)
    return " ".join(text.split())


class _Redacting(logging.Formatter):
    """Whatever a line holds, it is redacted before it is written."""

    def format(self, record: logging.LogRecord) -> str:
        at = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        return f"{at} {record.levelname.lower()} {redacted(record.getMessage())}"


@contextmanager
def kept(home: Home) -> Iterator[None]:
    """Write the log while the agent runs."""
    home.logs.mkdir(mode=FOLDER_MODE, exist_ok=True)
    path = home.logs / "agent.log"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, FILE_MODE))
    handler = _Private(path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    handler.setFormatter(_Redacting())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        handler.close()


class _Private(RotatingFileHandler):
    """Each new file is the artist's alone from its first moment."""

    def _open(self) -> TextIOWrapper:
        os.close(os.open(self.baseFilename, os.O_CREAT | os.O_WRONLY, FILE_MODE))
        return super()._open()


def status(now: Status) -> None:
    """A status that is worth a line: every one but the steps of a training after the first."""
    if now.step is None or now.step == 1:
        LOG.info("%s: %s", now.state, now.sentence)


def read(home: Home) -> list[str]:
    """All lines that are kept, the oldest first."""
    files = (
        sorted(home.logs.glob("agent.log*"), key=lambda path: path.stat().st_mtime)
        if home.logs.is_dir()
        else []
    )
    return [line for path in files for line in path.read_text("utf-8", "replace").splitlines()]
