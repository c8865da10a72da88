"""An artist's vault made in Python, as the browser makes it: keys, lists, ways in. For tests without a browser."""

from __future__ import annotations

import base64
import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from pyrage import x25519

from edge.vault.ring import Ring, seal_file
from federation.vault import lists
from federation.vault.lists import VaultList, list_signer
from federation.vault.parts import Slot, StoredFile

WHEN = "2026-11-24T09:00:00Z"


def identity() -> str:
    return str(x25519.Identity.generate())


def recipient(of: str) -> str:
    return str(x25519.Identity.from_str(of).to_public())


def ring(*older: str) -> Ring:
    return Ring(secrets.token_bytes(32), (identity(), *older))


def slot(kind: str, reader: str, **more: Any) -> Slot:
    return Slot(id=uuid4(), kind=kind, label=kind, recipient=reader, added=WHEN, **more)


class Keeper:
    """The artist's side: recovery code, keyring, and the lists she signed."""

    def __init__(self) -> None:
        self.code = identity()
        self.ring = ring()
        self.keyring = self.ring.seal([recipient(self.code)])
        self.list = VaultList(
            vault=uuid4(),
            version=1,
            prev=None,
            generation=1,
            recipient=self.ring.recipient,
            keyring=lists.sha256_hex(self.keyring),
            slots=(slot("recovery", recipient(self.code)),),
            files=(),
            signer=list_signer(self.ring.signing),
            handover=None,
            issued_at=WHEN,
        )
        self.document = self.list.signed(self.ring.signing)

    def next(self, **changes: Any) -> bytes:
        """The next list, signed; what the keeper holds does not change before `took`."""
        step = {"version": self.list.version + 1, "prev": lists.sha256_hex(self.document), "handover": None}
        return replace(self.list, **{**step, **changes}).signed(self.ring.signing)

    def took(self, document: bytes) -> None:
        """The server took it."""
        self.document, self.list = document, lists.read_list(document)

    def add_slot(self, new: Slot) -> tuple[bytes, bytes]:
        """The list and the keyring with one more reader."""
        slots = (*self.list.slots, new)
        keyring = self.ring.seal([one.recipient for one in slots])
        return self.next(slots=slots, keyring=lists.sha256_hex(keyring)), keyring

    def rotate(self, slots: tuple[Slot, ...]) -> tuple[bytes, bytes]:
        """New vault and list keys for these slots: list and keyring. The keeper goes on with the new ring."""
        from federation.protocol.keys import to_b64url

        old, self.ring = self.ring, ring(*self.ring.identities)
        keyring = self.ring.seal([one.recipient for one in slots])
        signer, prev = list_signer(self.ring.signing), lists.sha256_hex(self.document)
        text = lists.handover_text(self.list.vault, self.list.version + 1, prev, signer)
        handover = to_b64url(old.signing.sign(text))
        document = self.next(
            slots=slots, keyring=lists.sha256_hex(keyring), generation=self.list.generation + 1,
            recipient=self.ring.recipient, signer=signer, handover=handover,
        )  # fmt: skip
        return document, keyring

    def seal(self, content: bytes) -> bytes:
        """A file for the vault."""
        return seal_file(content, self.list.recipient)

    def listed(self, data: bytes, adapter: UUID | None = None, kind: str = "adapter") -> StoredFile:
        return StoredFile(adapter or uuid4(), kind, lists.sha256_hex(data), len(data), self.list.generation)


def send_list(client: Client, document: bytes, *small: bytes) -> Any:
    """What the door answers to a list."""
    files = {lists.sha256_hex(one): base64.b64encode(one).decode() for one in small}
    body = {"list": document.decode(), "files": files}
    return client.post("/api/v1/vault/lists", body, content_type="application/json")


def send_file(client: Client, data: bytes) -> Any:
    """Announce and send a file in as many pieces as it has; the last answer."""
    sha256 = lists.sha256_hex(data)
    body = {"sha256": sha256, "bytes": len(data)}
    far = client.post("/api/v1/vault/objects", body, content_type="application/json")
    while far.status_code == 200 and not far.json()["complete"]:
        at = far.json()["pieces"]
        size = far.json()["piece_bytes"]
        far = send_piece(client, sha256, at, data[at * size : (at + 1) * size])
    return far


def send_piece(client: Client, sha256: str, number: int, data: bytes) -> Any:
    path = f"/api/v1/vault/objects/{sha256}/pieces/{number}"
    return client.put(path, data, content_type="application/octet-stream")


def made(client: Client, keeper: Keeper | None = None) -> Keeper:
    """A vault at the server."""
    keeper = keeper or Keeper()
    answer = send_list(client, keeper.document, keeper.keyring)
    assert answer.status_code == 201, answer.content
    return keeper
