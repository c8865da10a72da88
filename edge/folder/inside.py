"""Files directly in one folder, and no others: no link is followed, nothing but a plain file is opened.

The folder is held open, so that renaming or replacing it while it is read changes nothing (openat, POSIX.1-2008).
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

MAX_ENTRIES = 20_000
"""Names in one folder; more is no folder of works."""
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_HELD = os.open in os.supports_dir_fd


class Changed(OSError):
    """The file was written to while it was read."""


class NotPlain(OSError):
    """It is a link, a pipe, a device or a folder."""


class TooLarge(OSError):
    """It is larger than the limit."""


class TooMany(OSError):
    """The folder has more names than MAX_ENTRIES."""


class Stamp(NamedTuple):
    """What changes when a file does: bytes, time of writing (ns), number on the disk; `kind` are the S_IFMT bits."""

    size: int
    written: int
    inode: int
    kind: int

    @property
    def plain(self) -> bool:
        """Whether it is a plain file."""
        return stat.S_ISREG(self.kind)


class Inside:
    """The folder, open until `close`. Raises OSError where there is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)) if _HELD else None
        if self._handle is None and not folder.is_dir():
            raise NotADirectoryError(20, "It is not a folder", str(folder))

    def __enter__(self) -> "Inside":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)

    def names(self) -> Iterator[tuple[str, Stamp]]:
        """Every name that does not start with a dot, with its stamp; a name that has just gone is left out."""
        with os.scandir(self.folder if self._handle is None else self._handle) as found:
            for number, entry in enumerate(found):
                if number >= MAX_ENTRIES:
                    raise TooMany(7, f"More than {MAX_ENTRIES} files", str(self.folder))
                if not entry.name.startswith("."):
                    try:
                        yield entry.name, _stamp(entry.stat(follow_symlinks=False))
                    except OSError:
                        continue

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a plain file. Raises NotPlain, TooLarge, Changed, or another OSError."""
        where: str | Path = name if self._handle is not None else self.folder / name
        before = os.stat(where, dir_fd=self._handle, follow_symlinks=False)
        _require_plain(before)
        handle = os.open(where, os.O_RDONLY | _FLAGS | _BINARY, dir_fd=self._handle)
        with os.fdopen(handle, "rb") as stream:
            opened = os.fstat(handle)
            _require_plain(opened)
            if opened.st_size > limit:
                raise TooLarge(27, "It is too large", name)
            data = stream.read(limit + 1)
            if _stamp(os.fstat(handle)) != _stamp(before) or len(data) != opened.st_size:
                raise Changed(11, "It is being written", name)
        return data


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ino, stat.S_IFMT(found.st_mode))


def _require_plain(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotPlain(22, "It is not a plain file")
