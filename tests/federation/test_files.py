"""Public files: bases, blobs, versions, campaigns; cached for ever, in parts, and nothing else reachable."""

import hashlib
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")
NOBODY = UUID(int=7)


@pytest.fixture
def http() -> Client:
    return Client()


@pytest.fixture
def blob(http: Client) -> str:
    """The hash of the base's one file."""
    base = w.make_base()
    answer = http.get(f"/api/v1/bases/{base.hash}").json()
    assert answer["hash"] == base.hash
    return str(answer["files"][0]["sha256"])


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_it_works(http: Client, blob: str) -> None:
    """The bytes under a hash have that hash, and may be kept for ever."""
    answer = http.get(f"/api/v1/blobs/{blob}")
    data = content(answer)
    assert hashlib.sha256(data).hexdigest() == blob
    assert answer["ETag"] == f'"{blob}"'
    assert "immutable" in answer["Cache-Control"]
    assert answer["Content-Length"] == str(len(data))


def test_kept_already(http: Client, blob: str) -> None:
    assert http.get(f"/api/v1/blobs/{blob}", headers={"If-None-Match": f'"{blob}"'}).status_code == 304


@pytest.mark.parametrize(
    ("asked", "status", "got"),
    [
        ("bytes=0-6", 206, b"weights"),
        ("bytes=22-", 206, b"l base"),
        ("bytes=-4", 206, b"base"),
        ("bytes=0-0", 206, b"w"),
        ("bytes=0-99999", 200, b"weights of a very small base"),
        ("bytes=3-1,5-6", 200, b"weights of a very small base"),
        ("nonsense", 200, b"weights of a very small base"),
    ],
)
def test_parts(http: Client, blob: str, asked: str, status: int, got: bytes) -> None:
    answer = http.get(f"/api/v1/blobs/{blob}", headers={"Range": asked})
    assert (answer.status_code, content(answer)) == (status, got)


@pytest.mark.parametrize("asked", ["bytes=28-", "bytes=5-3", "bytes=999999999999999-"])
def test_parts_that_are_not_there(http: Client, blob: str, asked: str) -> None:
    answer = http.get(f"/api/v1/blobs/{blob}", headers={"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "range-invalid")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"blobs/{'0' * 64}", "blob-unknown"),
        ("blobs/..%2f..%2fsecrets", None),
        ("blobs/ABC", "blob-unknown"),
        ("bases/sha256:00", "base-unknown"),
        (f"versions/{NOBODY}/0", "version-unknown"),
        (f"campaigns/{NOBODY}", "campaign-unknown"),
        ("campaigns/not-a-uuid", None),
        (f"versions/{NOBODY}/99999999999999999999", None),
    ],
)
def test_what_is_not_there(http: Client, path: str, code: str | None) -> None:
    answer = http.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    if code:
        assert answer.json()["code"] == code


def test_uploads_of_a_round_are_not_public(http: Client) -> None:
    """Only the storage of blobs is served; a hash of somebody's update opens nothing."""
    from federation.store import put_bytes, updates

    sha256 = hashlib.sha256(b"an update").hexdigest()
    put_bytes(updates(), f"{sha256[:2]}/{sha256}", b"an update")
    assert http.get(f"/api/v1/blobs/{sha256}").status_code == 404


def test_versions_and_campaigns(http: Client) -> None:
    campaign = w.make_campaign()
    version = http.get(f"/api/v1/versions/{campaign.pk}/0").json()
    assert version["card"]["sha256"] == version["sha256"]
    assert http.get(f"/api/v1/blobs/{version['sha256']}").status_code == 200
    told = http.get(f"/api/v1/campaigns/{campaign.pk}").json()
    assert (told["newest_version"], told["privacy_claim"]) == (0, "no formal privacy claim")


def test_base_folder(settings: Any, tmp_path: Any) -> None:
    """Gallery's workers get an ordinary folder, made once; a damaged blob is refused."""
    from django.core.files.base import ContentFile

    from federation import selectors
    from federation.store import blob_name, blobs

    settings.STATE_DIR = tmp_path
    base = w.make_base()
    folder = selectors.base_folder(base)
    assert (folder / "unet/weights.safetensors").read_bytes() == b"weights of a very small base"
    (folder / ".complete").unlink()
    name = blob_name(base.files[0]["sha256"])
    blobs().delete(name)
    blobs().save(name, ContentFile(b"other bytes"))
    with pytest.raises(ValueError, match="damaged"):
        selectors.base_folder(base)


def test_the_door_says_who_it_is(http: Client, settings: Any) -> None:
    from federation.signing import server_public_key

    told = http.get("/api/v1/server").json()
    assert (told["server_key"], told["origin"]) == (server_public_key(), settings.PUBLIC_ORIGIN)
