"""One look at the whole folder: its works, and every picture that was left out, with the reason."""

import hashlib
import io
import stat
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from diffusion import dataset
from edge.folder import inside as files
from edge.folder.captions import Captions, within
from edge.folder.inside import Inside, Stamp
from edge.folder.likeness import Likeness, groups, likeness
from edge.folder.marks import mark_of

LOOK = 64
"""Pixels of the side to which each picture is decoded once: what cannot be decoded is known before training."""
OnFile = Callable[[int, int], None]
Claims = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Work:
    """A picture that can be trained on. `source` says where the caption is from: file, text, picture or name."""

    name: str
    sha256: str
    size: int
    caption: str
    source: str


@dataclass(frozen=True)
class LeftOut:
    """A picture that is not used. `code` is in docs/codes.md; `sha256` is known for a marked one."""

    name: str
    code: str
    detail: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Scan:
    """What a look found. `copies` and `alike` are groups of names, the first of each group is the one that counts;
    pictures that look alike are all used, copies once. `others` are files of other kinds, `folders` are not entered."""

    folder: Path
    works: tuple[Work, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    copies: tuple[tuple[str, ...], ...] = ()
    alike: tuple[tuple[str, ...], ...] = ()
    others: int = 0
    folders: int = 0
    caption_fault: str = ""

    @property
    def hashes(self) -> frozenset[str]:
        """The SHA-256 of all works."""
        return frozenset(work.sha256 for work in self.works)


@dataclass(frozen=True)
class _Seen:
    """What one file holds, as long as its stamp stays."""

    sha256: str
    size: int
    inner: str
    mark: str
    look: Likeness


class Scanner:
    """Looks into one folder, and a second time only at what changed. `claims` maps the SHA-256 of pictures that the
    artist said are hers to when she said it."""

    def __init__(self, folder: Path, claims: Claims = dict) -> None:
        self.folder = folder
        self._claims = claims
        self._cache: dict[tuple[str, Stamp], _Seen | LeftOut] = {}

    def stamp(self) -> str:
        """Changes whenever a scan might find something else; one listing, nothing is opened. Raises OSError."""
        with Inside(self.folder) as inside:
            rows = sorted(inside.names())
        return hashlib.sha256(repr((rows, sorted(self._claims()))).encode()).hexdigest()

    def scan(self, on_file: OnFile = lambda done, total: None) -> Scan:
        """Look at everything; `on_file(done, total)` after each picture. Raises OSError where there is no folder, or
        more names than inside.MAX_ENTRIES."""
        with Inside(self.folder) as inside:
            names = sorted(inside.names())
            pictures = [row for row in names if PurePath(row[0]).suffix.lower() in dataset.FORMATS]
            captions = Captions(inside, frozenset(name for name, _ in names))
            seen: dict[str, _Seen | LeftOut] = {}
            for done, (name, stamp) in enumerate(pictures, start=1):
                seen[name] = self._cached(inside, name, stamp)
                on_file(done, len(pictures))
            self._cache = {row: seen[row[0]] for row in pictures}
            rest = [stamp for name, stamp in names if name not in seen]
            folders = sum(stat.S_ISDIR(stamp.kind) for stamp in rest)
            return self._sorted(seen, captions, others=len(rest) - folders, folders=folders)

    def _cached(self, inside: Inside, name: str, stamp: Stamp) -> _Seen | LeftOut:
        known = self._cache.get((name, stamp))
        retry = isinstance(known, LeftOut) and known.code == "work-changing"
        return look(inside, name, stamp) if known is None or retry else known

    def _sorted(
        self, seen: Mapping[str, _Seen | LeftOut], captions: Captions, *, others: int, folders: int
    ) -> Scan:
        """Works, copies, marks and faults apart."""
        mine, works, left_out = self._claims(), list[Work](), list[LeftOut]()
        same: dict[str, list[str]] = defaultdict(list)
        looks: list[tuple[str, Likeness]] = []
        for name, found in seen.items():
            if isinstance(found, LeftOut):
                left_out.append(found)
            elif found.mark and found.sha256 not in mine:
                left_out.append(LeftOut(name, "work-marked", found.mark, found.sha256))
            elif len(works) == dataset.MAX_PICTURES:
                left_out.append(LeftOut(name, "work-too-many", f"{dataset.MAX_PICTURES} are used."))
            else:
                same[found.sha256].append(name)
                if len(same[found.sha256]) == 1:
                    caption, source = captions.of(name, found.inner)
                    works.append(Work(name, found.sha256, found.size, caption, source))
                    looks.append((name, found.look))
        copies = tuple(tuple(names) for names in same.values() if len(names) > 1)
        return Scan(
            self.folder, tuple(works), tuple(left_out), copies, tuple(groups(looks)), others, folders,
            captions.fault,
        )  # fmt: skip


def look(inside: Inside, name: str, stamp: Stamp) -> _Seen | LeftOut:
    """One file, read once and decoded once; whatever it is, the answer is one of the two."""
    if not stamp.plain:
        return LeftOut(name, "work-not-a-file", "It is a link." if stat.S_ISLNK(stamp.kind) else "")
    try:
        data = inside.read(name, dataset.MAX_BYTES)
    except files.NotPlain:
        return LeftOut(name, "work-not-a-file")
    except files.TooLarge:
        return LeftOut(name, "work-too-large", f"{stamp.size // 1_000_000} MB.")
    except files.Changed:
        return LeftOut(name, "work-changing")
    except OSError as error:
        return LeftOut(name, "work-unreadable", f"{error.strerror or type(error).__name__}.")
    return _decoded(name, data)


def _decoded(name: str, data: bytes) -> _Seen | LeftOut:
    try:
        with dataset.open_picture(io.BytesIO(data), name) as picture:
            inner, mark = within(picture), mark_of(data, picture)
    except dataset.FolderError:
        return LeftOut(name, "work-too-large", "It claims too many pixels.")
    except Exception as error:  # Pillow raises many types for what is no picture
        return LeftOut(name, "work-unreadable", f"{type(error).__name__}.")
    try:
        small = dataset.decode(io.BytesIO(data), name, LOOK)
    except dataset.FolderError as fault:
        return LeftOut(name, "work-unreadable", f"{type(fault.__cause__ or fault).__name__}.")
    return _Seen(hashlib.sha256(data).hexdigest(), len(data), inner, mark, likeness(small))
