"""Signed lists at the server's door: the chain, rollbacks, swaps, strangers, what a device may not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.protocol.errors import Refusal
from federation.vault import lists
from gallery.errors import Refusal as GalleryRefusal
from gallery.models import Vault
from gallery.services import vault_lists
from tests.gallery.scene import as_
from tests.gallery.vault import keeper as k

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def code_of(answer: Any) -> str:
    assert answer.status_code >= 400, answer.content
    return str(answer.json()["code"])


def test_a_vault_is_made_and_shown(alice: Any) -> None:
    client = as_(alice)
    assert code_of(client.get("/api/v1/vault")) == "vault-none"
    keeper = k.made(client)
    told = client.get("/api/v1/vault").json()
    assert told["list"].encode() == keeper.document
    assert set(told["files"]) == {keeper.list.keyring}
    assert k.send_list(client, keeper.document, keeper.keyring).status_code == 201, "a repetition is harmless"


def test_a_stranger_sees_nothing_and_changes_nothing(alice: Any, charlie: Any) -> None:
    keeper = k.made(as_(alice))
    stranger = as_(charlie)
    assert code_of(stranger.get("/api/v1/vault")) == "vault-none"
    assert code_of(k.send_list(stranger, keeper.next())) == "vault-none"
    assert code_of(k.send_list(stranger, keeper.document, keeper.keyring)) == "vault-moved-on"
    assert stranger.get("/vault/everything.zip").status_code == 404


def test_a_device_is_added_with_less_than_a_kilobyte(alice: Any) -> None:
    client, keeper = as_(alice), k.Keeper()
    k.made(client, keeper)
    for _ in range(3):
        document, keyring = keeper.add_slot(k.slot("browser", k.recipient(k.identity())))
        assert k.send_list(client, document, keyring).status_code == 201
        keeper.took(document)
    assert len(keyring) < 1000
    assert Vault.objects.get().small_files.count() == 1, "older keyrings are gone"


def test_removing_hands_over_to_new_keys(alice: Any) -> None:
    client = as_(alice)
    keeper = k.made(client)
    document, keyring = keeper.rotate(keeper.list.slots)
    assert k.send_list(client, document, keyring).status_code == 201
    keeper.took(document)
    assert k.send_list(client, keeper.next()).status_code == 201


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 5}, "vault-moved-on"),
        ({"version": 1, "prev": None, "issued_at": "2026-11-24T10:00:00Z"}, "vault-already"),
        ({"prev": "0" * 64}, "vault-moved-on"),
        ({"vault": uuid4()}, "vault-list-chain"),
        ({"generation": 2}, "vault-list-chain"),
        ({"slots": ()}, "vault-no-way-back"),
        ({"keyring": "1" * 64}, "vault-file-missing"),
    ],
)
def test_only_the_one_right_successor_is_taken(alice: Any, changes: dict[str, Any], code: str) -> None:
    client = as_(alice)
    keeper = k.made(client)
    assert code_of(k.send_list(client, keeper.next(**changes))) == code
    assert client.get("/api/v1/vault").json()["list"].encode() == keeper.document


def test_an_old_list_does_not_come_back(alice: Any) -> None:
    client = as_(alice)
    keeper = k.made(client)
    second = keeper.next()
    k.send_list(client, second)
    assert code_of(k.send_list(client, keeper.document, keeper.keyring)) == "vault-already"
    assert code_of(k.send_list(client, keeper.next(issued_at="2026-11-24T10:00:00Z"))) == "vault-moved-on"


def test_another_key_cannot_take_over(alice: Any) -> None:
    """Who has no list key signs nothing, with or without a handover of her own."""
    client = as_(alice)
    keeper = k.made(client)
    thief = k.ring()
    step = {
        "version": 2,
        "prev": lists.sha256_hex(keeper.document),
        "signer": lists.list_signer(thief.signing),
    }
    forged = replace(keeper.list, **step, handover=None).signed(thief.signing)
    assert code_of(k.send_list(client, forged)) == "vault-list-chain"
    signed_wrong = replace(keeper.list, version=2, prev=step["prev"]).signed(thief.signing)
    assert code_of(k.send_list(client, signed_wrong)) == "vault-list-signature"


def test_what_is_no_age_file_is_never_kept(alice: Any) -> None:
    client, keeper = as_(alice), k.Keeper()
    plain = b"AGE-SECRET-KEY-1 in the clear"
    document = replace(keeper.list, keyring=lists.sha256_hex(plain)).signed(keeper.ring.signing)
    assert code_of(k.send_list(client, document, plain)) == "vault-not-age"
    assert not Vault.objects.exists()


def test_a_device_adds_files_only(alice: Any) -> None:
    keeper = k.made(as_(alice))
    device = uuid4()
    own = {"artist": alice, "small": {}, "device": device, "at": NOW}
    document, keyring = keeper.add_slot(k.slot("browser", k.recipient(k.identity())))
    with pytest.raises(Refusal) as refused:
        vault_lists.record_list(**{**own, "small": {lists.sha256_hex(keyring): keyring}}, document=document)
    assert refused.value.code == "vault-device-may-not"
    missing = keeper.next(files=(keeper.listed(keeper.seal(b"weights")),))
    with pytest.raises(GalleryRefusal) as gone:
        vault_lists.record_list(**own, document=missing)
    assert gone.value.code == "vault-file-missing"
    kept = vault_lists.record_list(**own, document=keeper.next())
    assert (kept.version, kept.by_device) == (2, device)


@settings(max_examples=40)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_of_a_list_can_be_turned(at: int, bit: int) -> None:
    data = bytearray(KEEPER.document)
    data[at % len(data)] ^= 1 << bit
    with pytest.raises(Refusal) as refused:
        lists.read_list(bytes(data))
    assert refused.value.code in ("vault-list-invalid", "vault-list-signature")


KEEPER = k.Keeper()


def test_whoever_was_away_follows_every_step() -> None:
    keeper = k.Keeper()
    first, since = keeper.document, []
    for _ in range(2):
        document, _keyring = keeper.rotate(keeper.list.slots)
        since.append(document)
        keeper.took(document)
    assert lists.follow(first, since).version == 3
    with pytest.raises(Refusal) as refused:
        lists.follow(first, since[1:])
    assert refused.value.code == "vault-list-chain"
