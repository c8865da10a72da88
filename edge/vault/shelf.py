"""The adapters in a vault, with what they are called; put there, fetched, described, removed."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from edge.paths import Home
from edge.vault.doors import Doors
from edge.vault.member import Opened, open_vault, save
from edge.vault.ring import seal_file
from federation.protocol.errors import Refusal, refusal
from federation.vault import lists
from federation.vault.lists import StoredFile, VaultList

TRIES = 5
OnProgress = Callable[[int, int], None]
Change = Callable[[VaultList], VaultList]


@dataclass(frozen=True)
class About:
    """What an adapter is called and how it was made. Encrypted like the adapter: the server reads none of it."""

    name: str
    number: int = 1
    note: str = ""
    made: str = ""
    base: str = ""
    shared: str = ""
    steps: int = 0
    pictures: int = 0

    def dumps(self) -> bytes:
        """JSON, as docs/vault.md has it."""
        return json.dumps({"v": 1, **asdict(self)}, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Sealed:
    """An encrypted file that is ready to go up."""

    kind: str
    data: bytes

    def listed(self, adapter: UUID, generation: int) -> StoredFile:
        """Its line in the list."""
        return StoredFile(adapter, self.kind, lists.sha256_hex(self.data), len(self.data), generation)


def read_about(data: bytes) -> About:
    """Raises Refusal `vault-adapter-invalid`."""
    try:
        told: dict[str, Any] = json.loads(data)
        return About(**{name: value for name, value in told.items() if name != "v"})
    except (ValueError, TypeError, AttributeError):
        raise refusal("vault-adapter-invalid", "Its description cannot be read.") from None


def content_of(opened: Opened, doors: Doors, file: StoredFile) -> bytes:
    """The plain content of a file, fetched and seen to be the one that the list names.

    Raises Refusal `vault-swapped` or `vault-cannot-open`."""
    data = doors.fetch(file.sha256, file.bytes)
    if lists.sha256_hex(data) != file.sha256:
        raise refusal("vault-swapped")
    return opened.ring.open_file(data)


def shelf(opened: Opened, doors: Doors) -> dict[UUID, About]:
    """All adapters with their descriptions."""
    rows = (file for file in opened.list.files if file.kind == "about")
    return {file.adapter: read_about(content_of(opened, doors, file)) for file in rows}


def find(opened: Opened, doors: Doors, word: str) -> tuple[UUID, About]:
    """An adapter by its id, the start of it, or its name (then the highest number). Raises `vault-adapter-unknown`."""
    known = shelf(opened, doors)
    fits = [(key, about) for key, about in known.items() if str(key).startswith(word) or about.name == word]
    if not fits:
        raise refusal("vault-adapter-unknown", f"{word[:80]!r}.")
    return max(fits, key=lambda pair: pair[1].number)


def files_of(opened: Opened, adapter: UUID, kind: str) -> list[StoredFile]:
    """The files of one kind of an adapter."""
    return [file for file in opened.list.files if file.adapter == adapter and file.kind == kind]


def upload(doors: Doors, files: Sequence[Sealed], on_progress: OnProgress) -> None:
    """Send what the server has not got yet; what arrived in an earlier try is not sent again."""
    total, before = sum(len(file.data) for file in files), 0
    for file in files:
        sha256 = lists.sha256_hex(file.data)
        far = doors.announce(sha256, len(file.data))
        while not far.complete:
            at = far.pieces * far.piece_bytes
            far = doors.send_piece(sha256, far.pieces, file.data[at : at + far.piece_bytes])
            on_progress(before + min(len(file.data), far.pieces * far.piece_bytes), total)
        before += len(file.data)
        on_progress(before, total)


def now_text() -> str:
    """The time as lists write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def change(home: Home, doors: Doors, how: Change) -> Opened:
    """Sign and send a new list; where another member was quicker, on top of theirs. The vault as it is then."""
    for attempt in range(TRIES):
        opened = open_vault(home, doors)
        step = replace(
            how(opened.list),
            version=opened.list.version + 1,
            prev=lists.sha256_hex(opened.document),
            handover=None,
            issued_at=now_text(),
        )
        document = step.signed(opened.ring.signing)
        try:
            doors.send_list(document)
        except Refusal as refused:
            if refused.code != "vault-moved-on" or attempt == TRIES - 1:
                raise
            continue
        member = save(home, replace(opened.member, last=document.decode()))
        return Opened(member, document, lists.read_list(document), opened.ring)
    raise AssertionError("the last attempt returns or raises")


def with_files(add: Iterable[StoredFile], drop: Iterable[str] = ()) -> Change:
    """A list with these files more, and without those."""
    fresh, gone = tuple(add), frozenset(drop)

    def how(known: VaultList) -> VaultList:
        there = known.hashes
        kept = tuple(file for file in known.files if file.sha256 not in gone)
        return replace(known, files=(*kept, *(file for file in fresh if file.sha256 not in there)))

    return how


def describe(home: Home, doors: Doors, word: str, *, name: str | None, note: str | None) -> About:
    """Rename an adapter or write a note to it."""
    opened = open_vault(home, doors)
    adapter, about = find(opened, doors, word)
    fresh = replace(about, name=name or about.name, note=about.note if note is None else note)
    file = Sealed("about", seal_file(fresh.dumps(), opened.list.recipient))
    upload(doors, [file], lambda sent, total: None)
    old = [one.sha256 for one in files_of(opened, adapter, "about")]
    change(home, doors, with_files([file.listed(adapter, opened.list.generation)], old))
    return fresh


def remove(home: Home, doors: Doors, word: str) -> About:
    """Take an adapter with all its files out of the vault."""
    opened = open_vault(home, doors)
    adapter, about = find(opened, doors, word)
    change(
        home, doors, with_files([], [file.sha256 for file in opened.list.files if file.adapter == adapter])
    )
    return about
