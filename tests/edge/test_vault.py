"""The agent as a member of a vault: what it refuses to believe of a server, and what a cut leaves behind."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from edge.paths import Home
from edge.vault import member, parcel, ring, shelf
from edge.vault.doors import Doors, Progress, Shown
from edge.vault.member import open_vault
from edge.vault.shelf import About
from federation.protocol.errors import Refusal, refusal
from federation.vault import lists
from tests.gallery.vault.keeper import Keeper, slot

PIECE = 100


class Server(Doors):
    """A server's memory of one vault; it can be made to lie, and to break off."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.lists = [keeper.document]
        self.small = {keeper.list.keyring: keeper.keyring}
        self.files: dict[str, bytes] = {}
        self.parts: dict[str, list[bytes]] = {}
        self.breaks_after = 10**9

    def overview(self) -> Shown:
        return Shown(self.lists[-1], self.small)

    def lists_after(self, version: int) -> list[bytes]:
        return self.lists[version:]

    def send_list(self, document: bytes) -> None:
        new, old = lists.read_list(document), lists.read_list(self.lists[-1])
        if new.version != old.version + 1:
            raise refusal("vault-list-chain")
        lists.check_next(old, self.lists[-1], new)
        assert new.hashes <= set(self.files)
        self.lists.append(document)

    def announce(self, sha256: str, size: int) -> Progress:
        self.parts.setdefault(sha256, [])
        return self._far(sha256, size)

    def send_piece(self, sha256: str, number: int, data: bytes) -> Progress:
        if self.breaks_after == 0:
            raise refusal("server-unreachable")
        self.breaks_after -= 1
        assert number == len(self.parts[sha256])
        self.parts[sha256].append(data)
        whole = b"".join(self.parts[sha256])
        if lists.sha256_hex(whole) == sha256:
            self.files[sha256] = whole
        return self._far(sha256, len(whole))

    def _far(self, sha256: str, size: int) -> Progress:
        return Progress(len(self.parts[sha256]), PIECE, sha256 in self.files)

    def fetch(self, sha256: str, size: int) -> bytes:
        return self.files[sha256]


class Desk:
    """A home folder that was let into a keeper's vault."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder).make()
        self.keeper = Keeper()
        self.server = Server(self.keeper)
        me = member.save(self.home, member.new_identity())
        self.let_in(me.recipient)
        self.me = member.confirm(self.home, me, self.server.lists[-1], self.keeper.list.fingerprint)

    def let_in(self, reader: str) -> None:
        document, keyring = self.keeper.add_slot(slot("device", reader, device=UUID(int=1)))
        self.take(document, keyring)

    def take(self, document: bytes, keyring: bytes) -> None:
        self.server.lists.append(document)
        self.server.small = {lists.sha256_hex(keyring): keyring}
        self.keeper.took(document)

    def refused(self) -> str:
        with pytest.raises(Refusal) as found:
            open_vault(self.home, self.server)
        return found.value.code


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


def test_it_opens_and_follows(desk: Desk) -> None:
    assert open_vault(desk.home, desk.server).list.version == 2
    desk.take(*desk.keeper.rotate(desk.keeper.list.slots))
    assert open_vault(desk.home, desk.server).list.generation == 2
    assert member.load(desk.home).last.encode() == desk.server.lists[-1]  # type: ignore[union-attr]


def test_another_vault_is_not_believed(desk: Desk) -> None:
    """A server that puts a vault of its own in front of a computer that joins."""
    other = Keeper()
    with pytest.raises(Refusal) as found:
        member.confirm(desk.home, desk.me, other.document, desk.keeper.list.fingerprint)
    assert found.value.code == "vault-fingerprint-differs"
    desk.server.lists.append(other.document)
    assert desk.refused() == "vault-rolled-back"


def test_an_older_list_is_not_believed(desk: Desk) -> None:
    desk.server.lists.pop()
    assert desk.refused() == "vault-rolled-back"


def test_two_lists_of_one_version_are_noticed(desk: Desk) -> None:
    first = lists.sha256_hex(desk.server.lists[0])
    other = desk.keeper.next(version=2, prev=first, issued_at="2026-11-24T09:00:01Z")
    desk.server.lists[-1] = other
    assert desk.refused() == "vault-rolled-back"


def test_a_swapped_keyring_is_noticed(desk: Desk) -> None:
    forged = Keeper().ring.seal([desk.me.recipient])
    desk.server.small = {desk.keeper.list.keyring: forged}
    assert desk.refused() == "vault-swapped"


def test_a_removed_computer_opens_nothing_new(desk: Desk) -> None:
    kept = tuple(one for one in desk.keeper.list.slots if one.kind != "device")
    desk.take(*desk.keeper.rotate(kept))
    assert desk.refused() == "vault-cannot-open"


def test_a_swapped_adapter_is_noticed(desk: Desk) -> None:
    adapter = put(desk, b"weights")
    opened = open_vault(desk.home, desk.server)
    (file,) = shelf.files_of(opened, adapter, "adapter")
    assert shelf.content_of(opened, desk.server, file) == b"weights"
    desk.server.files[file.sha256] = ring.seal_file(b"other weights", opened.list.recipient)
    with pytest.raises(Refusal) as found:
        shelf.content_of(opened, desk.server, file)
    assert found.value.code == "vault-swapped"


def put(desk: Desk, content: bytes, name: str = "Ochre") -> UUID:
    opened = open_vault(desk.home, desk.server)
    parts = [("adapter", content), ("about", About(name).dumps())]
    adapter = parcel.pack(desk.home, opened.list.recipient, opened.list.generation, parts)
    send(desk)
    return adapter


def send(desk: Desk, seen: Any = lambda sent, total: None) -> None:
    for adapter in parcel.waiting(desk.home):
        generation, files = parcel.unpack(desk.home, adapter)
        shelf.upload(desk.server, files, seen)
        lines = [file.listed(adapter, generation) for file in files]
        shelf.change(desk.home, desk.server, shelf.with_files(lines))
        parcel.done(desk.home, adapter)


def test_an_upload_goes_on_after_a_cut(desk: Desk) -> None:
    desk.server.breaks_after = 3
    with pytest.raises(Refusal):
        put(desk, bytes(1000))
    assert len(parcel.waiting(desk.home)) == 1
    assert b"\0" * 50 not in b"".join(
        file.data for file in parcel.unpack(desk.home, parcel.waiting(desk.home)[0])[1]
    )
    desk.server.breaks_after = 10**9
    told: list[tuple[int, int]] = []
    send(desk, lambda sent, total: told.append((sent, total)))
    assert told[0][0] == 4 * PIECE, "it went on after the three that had arrived"
    assert told[-1][0] == told[-1][1]
    assert parcel.waiting(desk.home) == []
    assert open_vault(desk.home, desk.server).list.version == 3


def test_names_notes_and_removal(desk: Desk) -> None:
    first = put(desk, b"one")
    shelf.describe(desk.home, desk.server, "Ochre", name=None, note="keep")
    opened = open_vault(desk.home, desk.server)
    assert shelf.find(opened, desk.server, str(first)[:8])[1] == About("Ochre", note="keep")
    assert len(opened.list.files) == 2
    shelf.remove(desk.home, desk.server, "Ochre")
    opened = open_vault(desk.home, desk.server)
    assert opened.list.files == ()
    with pytest.raises(Refusal) as found:
        shelf.find(opened, desk.server, "Ochre")
    assert found.value.code == "vault-adapter-unknown"
