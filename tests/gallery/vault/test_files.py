"""Encrypted files: pieces, resuming, hashes, limits; the download that `age` opens; erasure by what is left."""

import io
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from consent.purposes import STORE_PERSONAL
from consent.services import revoke
from federation.vault import lists
from gallery import limits
from gallery.models import VaultObject
from gallery.services import vault_doors, vault_objects
from gallery.storages import vault_files
from tests.consent.pen import allow
from tests.gallery.scene import as_
from tests.gallery.vault import hands
from tests.gallery.vault import keeper as k
from tests.gallery.vault.test_lists import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def allowed(alice: Any) -> None:
    """Alice signed that we may keep her locked files."""
    allow(alice, STORE_PERSONAL)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (vault_objects, __import__("gallery.vault_api", fromlist=["x"])):
        monkeypatch.setattr(module, "VAULT_PIECE", 200)


def put(client: Any, keeper: k.Keeper, content: bytes) -> bytes:
    """One adapter in the vault; its ciphertext."""
    data = keeper.seal(content)
    assert k.send_file(client, data).json()["complete"]
    document = keeper.next(files=(*keeper.list.files, keeper.listed(data)))
    assert k.send_list(client, document).status_code == 201
    keeper.took(document)
    return data


@pytest.mark.usefixtures("small_pieces")
def test_an_upload_goes_on_where_it_broke_off(alice: Any) -> None:
    client = as_(alice)
    keeper = k.made(client)
    data = keeper.seal(bytes(700))
    sha256 = lists.sha256_hex(data)
    announce = {"sha256": sha256, "bytes": len(data)}
    client.post("/api/v1/vault/objects", announce, content_type="application/json")
    assert k.send_piece(client, sha256, 0, data[:200]).json()["pieces"] == 1
    assert k.send_piece(client, sha256, 0, data[:200]).json()["pieces"] == 1, "sent twice, kept once"
    assert code_of(k.send_piece(client, sha256, 2, data[400:600])) == "vault-piece-bad"
    assert code_of(k.send_piece(client, sha256, 1, data[200:399])) == "vault-piece-bad"
    far = client.post("/api/v1/vault/objects", announce, content_type="application/json").json()
    assert (far["pieces"], far["complete"]) == (1, False)
    assert code_of(client.get(f"/api/v1/vault/objects/{sha256}")) == "vault-object-unknown", "not whole yet"
    assert k.send_file(client, data).json()["complete"]
    got = client.get(f"/api/v1/vault/objects/{sha256}")
    assert b"".join(got.streaming_content) == data


@pytest.mark.usefixtures("small_pieces")
def test_what_is_not_as_announced_is_thrown_away(alice: Any, django_capture_on_commit_callbacks: Any) -> None:
    client = as_(alice)
    keeper = k.made(client)
    data = keeper.seal(bytes(300))
    wrong = {"sha256": "0" * 64, "bytes": len(data)}
    client.post("/api/v1/vault/objects", wrong, content_type="application/json")
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(0, len(data), 200):
            last = k.send_piece(client, "0" * 64, number // 200, data[number : number + 200])
    assert code_of(last) == "vault-hash-differs"
    assert not VaultObject.objects.exists()
    assert code_of(k.send_file(client, b"plain weights")) == "vault-not-age"
    too_large = {"sha256": "1" * 64, "bytes": lists.MAX_FILE_BYTES + 1}
    refused = client.post("/api/v1/vault/objects", too_large, content_type="application/json")
    assert code_of(refused) == "vault-object-bad"


def test_unfinished_uploads_are_few_and_end(alice: Any, django_capture_on_commit_callbacks: Any) -> None:
    client = as_(alice)
    vault = (k.made(client), alice.vault)[1]
    for number in range(limits.VAULT_UNFINISHED_MAX):
        vault_objects.announce(vault=vault, sha256=f"{number:064x}", size=10, at=timezone.now())
    body = {"sha256": "f" * 64, "bytes": 10}
    refused = client.post("/api/v1/vault/objects", body, content_type="application/json")
    assert code_of(refused) == "vault-too-many-uploads"
    with django_capture_on_commit_callbacks(execute=True):
        later = timezone.now() + limits.VAULT_STRAY_FOR + timedelta(minutes=1)
        assert vault_objects.remove_strays(at=later) == limits.VAULT_UNFINISHED_MAX
    assert vault_objects.remove_strays(at=later) == 0


def test_strangers_get_no_file(alice: Any, charlie: Any) -> None:
    client = as_(alice)
    keeper = k.made(client)
    sha256 = lists.sha256_hex(put(client, keeper, b"weights"))
    stranger = as_(charlie)
    k.made(stranger)
    assert code_of(stranger.get(f"/api/v1/vault/objects/{sha256}")) == "vault-object-unknown"


def test_removed_from_the_list_is_removed_from_the_disk(
    alice: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client = as_(alice)
    keeper = k.made(client)
    put(client, keeper, b"weights")
    assert vault_doors.files_left(alice.vault.pk) == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert k.send_list(client, keeper.next(files=())).status_code == 201
    assert vault_doors.files_left(alice.vault.pk) == 0


def test_the_download_opens_with_the_age_program(alice: Any, tmp_path: Path) -> None:
    client = as_(alice)
    keeper = k.made(client)
    put(client, keeper, b"before the keys were renewed")
    document, keyring = keeper.rotate(keeper.list.slots)
    assert k.send_list(client, document, keyring).status_code == 201
    keeper.took(document)
    put(client, keeper, b"and after")
    got = b"".join(client.get("/vault/everything.zip").streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(got)) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "recovery.txt").write_text(keeper.code)
    keys = hands.age("-d", "-i", str(tmp_path / "recovery.txt"), str(tmp_path / "keyring.age"))
    (tmp_path / "keys.txt").write_bytes(keys)
    files = sorted((tmp_path / "adapters").rglob("*.age"))
    opened = {hands.age("-d", "-i", str(tmp_path / "keys.txt"), str(file)) for file in files}
    assert opened == {b"before the keys were renewed", b"and after"}
    assert lists.read_list((tmp_path / "slots.json").read_bytes()).version == 4
    other = tmp_path / "other.txt"
    other.write_text(k.identity())
    with pytest.raises(subprocess.CalledProcessError):
        hands.age("-d", "-i", str(other), str(tmp_path / "keyring.age"))


def test_erasing_leaves_nothing_and_says_so(alice: Any, django_capture_on_commit_callbacks: Any) -> None:
    client = as_(alice)
    keeper = k.made(client)
    put(client, keeper, b"weights")
    vault_id = alice.vault.pk
    refused = client.post("/api/v1/vault/erase", {"word": "no"}, content_type="application/json")
    assert code_of(refused) == "vault-word-missing"
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/api/v1/vault/erase", {"word": "Erase"}, content_type="application/json").json()
    assert (done["files_removed"], done["rows_left"]) == (1, 0)
    assert vault_doors.files_left(vault_id) == 0
    assert vault_files().listdir("")[0] in ([], [str(vault_id)])
    assert code_of(client.get("/api/v1/vault")) == "vault-none"
    k.made(client), "a new vault can be set up"


def test_nothing_is_kept_without_a_permission(alice: Any, charlie: Any) -> None:
    stranger = as_(charlie)
    keeper = k.made(stranger)
    assert code_of(k.send_file(stranger, keeper.seal(b"weights"))) == "vault-not-allowed"
    client = as_(alice)
    keeper = k.made(client)
    put(client, keeper, b"weights")
    revoke(artist=alice, purpose=STORE_PERSONAL, at=timezone.now())
    assert code_of(k.send_file(client, keeper.seal(b"more"))) == "vault-not-allowed"


def test_a_revoked_vault_ends_after_seven_days(alice: Any, charlie: Any) -> None:
    client = as_(alice)
    put(client, k.made(client), b"weights")
    k.made(as_(charlie))
    now = timezone.now()
    revoke(artist=alice, purpose=STORE_PERSONAL, at=now)
    assert vault_doors.erase_revoked(at=now + vault_doors.GRACE - timedelta(hours=1)) == 0
    assert vault_doors.erase_revoked(at=now + vault_doors.GRACE + timedelta(hours=1)) == 1
    assert code_of(client.get("/api/v1/vault")) == "vault-none"
    assert as_(charlie).get("/api/v1/vault").status_code == 200, "who never answered has lost nothing"
