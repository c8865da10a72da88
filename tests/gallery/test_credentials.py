"""The mark: signed, read back, told from a foreign one, and tampering is seen."""

import io
import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from PIL import Image as Picture

from gallery.generation import preview
from gallery.generation.authority import Authority, ensure_authority, load_authority
from gallery.generation.credentials import AI_MADE, MadeWith, manifest, read_credentials, sign_picture

FACTS = MadeWith(
    base_hash="a" * 64,
    version_number=2,
    adapter_hash="b" * 64,
    strength="0.75",
    ledger_size=12,
    ledger_root="c" * 64,
    ledger_origin="art.example/ledger",
)


def picture() -> Picture.Image:
    return Picture.radial_gradient("L").convert("RGB").resize((64, 64))


@pytest.fixture
def signed(authority: Authority) -> bytes:
    return sign_picture(preview.png_of(picture()), FACTS, authority=authority, title="A picture")


def test_signed_and_read_back(signed: bytes, authority: Authority) -> None:
    found = read_credentials(signed, root_pem=authority.root_pem)
    assert (found.state, found.ai_made, found.training_allowed, found.signed_by) == (
        "trusted",
        True,
        False,
        "FedArt",
    )
    assert found.model == {
        "v": 1,
        "base": "sha256:" + "a" * 64,
        "shared": {"version": 2, "sha256": "b" * 64, "strength": "0.75"},
        "ledger": {"origin": "art.example/ledger", "size": 12, "root": "c" * 64},
        "personal": {"used": False},
    }


def test_the_pixels_stay(signed: bytes) -> None:
    assert list(Picture.open(io.BytesIO(signed)).tobytes()) == list(picture().tobytes())


def test_thumbnails_are_marked_too(authority: Authority) -> None:
    webp, width, height = preview.thumbnail(picture())
    marked = sign_picture(webp, FACTS, authority=authority, title="A picture", mime="image/webp")
    assert read_credentials(marked, root_pem=authority.root_pem, mime="image/webp").state == "trusted"
    assert (
        Picture.open(io.BytesIO(marked)).size == (width, height) == (preview.THUMB_SIDE, preview.THUMB_SIDE)
    )


def test_avif_for_screens_of_every_density(authority: Authority) -> None:
    assert list(preview.avif_thumbnails(picture())) == [192, 384]
    assert list(preview.avif_thumbnails(picture().resize((512, 256)))) == [192, 384, 768]
    for side, data in preview.avif_thumbnails(picture()).items():
        marked = sign_picture(data, FACTS, authority=authority, title="A picture", mime="image/avif")
        assert read_credentials(marked, root_pem=authority.root_pem, mime="image/avif").state == "trusted"
        opened = Picture.open(io.BytesIO(marked))
        assert (opened.format, opened.size) == ("AVIF", (side, side))
        assert AI_MADE in opened.info["xmp"].decode()


def test_simple_readers_find_the_source_type(signed: bytes) -> None:
    opened = Picture.open(io.BytesIO(signed))
    assert AI_MADE in opened.info[preview.XMP_KEY]
    assert preview.NO_MINING in opened.info[preview.XMP_KEY]


def test_the_prompt_only_where_asked() -> None:
    asked = replace(FACTS, personal=True, prompt="red apple")
    model = next(
        item["data"]
        for item in manifest(asked, title="x")["assertions"]
        if item["label"] == "org.fedart.model"
    )
    assert (model["personal"], model["prompt"]) == ({"used": True}, "red apple")


@pytest.mark.parametrize("place", [-30, -200])
def test_tampering_is_seen(signed: bytes, authority: Authority, place: int) -> None:
    changed = bytearray(signed)
    changed[place] ^= 1
    assert read_credentials(bytes(changed), root_pem=authority.root_pem).state == "tampered"


def test_a_foreign_signature_is_not_ours(signed: bytes, tmp_path: Path) -> None:
    ensure_authority(tmp_path / "other", at=datetime.now(UTC))
    other = load_authority(tmp_path / "other")
    assert read_credentials(signed, root_pem=other.root_pem).state == "foreign"


def test_no_mark_and_no_picture_are_told_apart(authority: Authority, signed: bytes) -> None:
    assert read_credentials(preview.png_of(picture()), root_pem=authority.root_pem).state == "none"
    for nonsense in (b"", b"nonsense", signed[: len(signed) // 3], b"\x89PNG\r\n\x1a\n" + b"\0" * 50):
        assert read_credentials(nonsense, root_pem=authority.root_pem).state in (
            "unreadable",
            "tampered",
            "none",
        )


def test_nothing_personal_is_in_the_manifest() -> None:
    text = json.dumps(manifest(FACTS, title="Picture made with FedArt"))
    assert "prompt" not in text
    assert "artist" not in text


def test_the_certificates(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    folder = tmp_path / "credentials"
    assert "made" in ensure_authority(folder, at=now)
    first = load_authority(folder)
    assert "already" in ensure_authority(folder, at=now + timedelta(days=300))
    assert load_authority(folder) == first
    assert "renewed" in ensure_authority(folder, at=now + timedelta(days=366))
    second = load_authority(folder)
    assert (second.root_pem == first.root_pem, second.key_pem == first.key_pem) == (True, False)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    leaf = x509.load_pem_x509_certificate(second.chain_pem.encode())
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.EMAIL_PROTECTION]
