"""The folder while the agent runs: what came and went since it was last told, and the scanner that remembers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.folder import claims, words
from edge.folder.scan import Scan, Scanner
from edge.state import State
from federation.protocol.errors import Refusal

NEWS = "folder-news"
"""The sentence about the last change, until a training took it in."""
NOTE = "folder"
"""What was last told of the folder: path, hashes of the works, and numbers for the status."""
COVERED = "works-covered"
"""SHA-256 of the works that the artist's last statement names; None where it stands for the folder as it is."""


@dataclass(frozen=True)
class Change:
    """Works that are in the folder and were not, and the other way round; `unsigned` of the new ones are not named in
    the artist's statement."""

    added: int
    gone: int
    unsigned: int = 0

    @property
    def sentence(self) -> str:
        """What it means for rounds."""
        told = [f"{words.count(self.added, 'picture')} added"] if self.added else []
        told += [f"{words.count(self.gone, 'picture')} taken out"] if self.gone else []
        counts = self.gone or self.added > self.unsigned
        end = ": that counts from the next round on." if counts else "."
        return f"{' and '.join(told)}{end} {waiting(self.unsigned)}".strip()


def waiting(unsigned: int) -> str:
    """What is said of pictures that no statement names: nothing renews one but the artist."""
    if not unsigned:
        return ""
    verb = "waits" if unsigned == 1 else "wait"
    return f"{words.count(unsigned, 'picture')} {verb} until you sign again, for your works as they are now."


def cover(state: State, works: frozenset[str] | None) -> None:
    """Remember which works the artist's statement names."""
    told = None if works is None else sorted(works)
    if told != state.noted(COVERED):
        state.note(COVERED, told)


class Watch:
    """Looks when asked; between two looks at an unchanged folder nothing is opened."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._scanner: Scanner | None = None
        self._stamp = ""

    def scanner(self, folder: Path | None) -> Scanner | None:
        """The scanner of that folder, with all it knows already."""
        if folder is None:
            return None
        if self._scanner is None or self._scanner.folder != folder:
            self._scanner = Scanner(folder, lambda: claims.claimed(self._state))
            self._stamp = ""
        return self._scanner

    def look(self, folder: Path | None) -> Change | None:
        """What changed since the artist was last told; None where nothing did, or there is no folder to look at."""
        scanner = self.scanner(folder)
        if scanner is None:
            return None
        try:
            stamp = scanner.stamp()
            if stamp == self._stamp:
                return None
            found = scanner.scan()
        except (OSError, Refusal):
            return None  # the next training says what is wrong with the folder
        self._stamp = "" if any(one.code == "work-changing" for one in found.left_out) else stamp
        return tell(self._state, found)


def tell(state: State, found: Scan) -> Change | None:
    """Remember what the folder holds; the change since the last time for the same folder, if there is one."""
    before: dict[str, Any] = state.noted(NOTE) or {}
    path = str(found.folder)
    told = {
        "path": path,
        "works": sorted(found.hashes),
        "bytes": sum(work.size for work in found.works),
        "left_out": len(found.left_out),
        "copies": sum(len(names) - 1 for names in found.copies),
    }
    if told != before:
        state.note(NOTE, told)
    known = frozenset(before.get("works", ()))
    if before.get("path") != path or known == found.hashes:
        return None
    added, named = found.hashes - known, state.noted(COVERED)
    unsigned = 0 if named is None else len(added.difference(named))
    return Change(len(added), len(known - found.hashes), unsigned)
