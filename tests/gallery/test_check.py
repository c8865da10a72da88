"""Check an image: both marks are read, strangers' files are bounded, hostile ones refused with a code."""

import io
import struct
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image as Picture

from gallery.generation import run
from gallery.generation.authority import ensure_authority
from gallery.generation.credentials import MadeWith
from gallery.limits import CHECK_MAX_BYTES, CHECKS_MAX
from gallery.services.finishing import FinishedPicture

FACTS = MadeWith("a" * 64, 2, "b" * 64, "0.75", 12, "c" * 64, "art.example/ledger")


def drawn() -> Picture.Image:
    return Picture.radial_gradient("L").convert("RGB").resize((128, 128))


@pytest.fixture
def finished(db: None) -> FinishedPicture:
    ensure_authority(run.credentials_folder(), at=datetime.now(UTC))
    return run.mark(drawn(), FACTS, seconds_since=0.0)


def ask(data: bytes, name: str = "x.png") -> tuple[int, str]:
    answer = Client().post("/check/", {"picture": SimpleUploadedFile(name, data)})
    return answer.status_code, " ".join(answer.content.decode().split())


def test_every_file_of_a_picture_is_ours(finished: FinishedPicture) -> None:
    for data in (finished.png, finished.thumb, *finished.avif.values()):
        status, text = ask(data)
        assert status == 200
        assert "Made here, and not changed since" in text
        assert "64 bits are FedArt" in text
        assert "Found:" in text
        assert "b" * 64 in text
        assert "12 entries of art.example/ledger" in text


def test_saved_again_as_jpeg_leaves_the_watermark(finished: FinishedPicture) -> None:
    out = io.BytesIO()
    Picture.open(io.BytesIO(finished.png)).convert("RGB").save(out, "JPEG", quality=80)
    _, text = ask(out.getvalue())
    assert "Made here, saved again elsewhere" in text
    assert "None in this file" in text


def test_a_changed_file_is_called_changed(finished: FinishedPicture) -> None:
    changed = bytearray(finished.png)
    changed[-30] ^= 1  # in the last chunk's checksum: the picture still opens
    status, text = ask(bytes(changed))
    assert (status, "Changed after it was signed" in text) in {(200, True), (422, False)}


def test_a_strangers_picture_has_no_mark(db: None) -> None:
    out = io.BytesIO()
    drawn().save(out, "WEBP")
    status, text = ask(out.getvalue())
    assert status == 200
    assert "No mark of this FedArt" in text
    assert "Not found" in text


def bomb() -> bytes:
    """A PNG of a few bytes that claims 50,000 x 50,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def cut() -> bytes:
    out = io.BytesIO()
    drawn().save(out, "PNG")
    return out.getvalue()[:200]


def gif() -> bytes:
    out = io.BytesIO()
    drawn().save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"<svg onload=alert(1)>", 422, "no whole picture"),
        (gif(), 422, "no whole picture"),
        (cut(), 422, "no whole picture"),
        (bomb(), 413, "24 million pixels"),
        (b"\x89PNG" + bytes(CHECK_MAX_BYTES), 413, "larger than 8 MB"),
    ],
    ids=["svg", "gif", "cut off", "bomb", "too large"],
)
def test_hostile_files_are_refused(db: None, data: bytes, status: int, words: str) -> None:
    got, text = ask(data)
    assert got == status
    assert words in text


def test_nothing_sent_and_too_often(db: None, client: Client) -> None:
    assert client.get("/check/").status_code == 200
    codes = [client.post("/check/").status_code for _ in range(CHECKS_MAX + 1)]
    assert codes == [400] * CHECKS_MAX + [429]


def test_behind_a_proxy_one_visitor_does_not_use_up_anothers_share(db: None, client: Client) -> None:
    def codes(forwarded: str) -> list[int]:
        told = {"HTTP_X_FORWARDED_FOR": forwarded}
        return [client.post("/check/", **told).status_code for _ in range(CHECKS_MAX + 1)]

    with override_settings(REST_FRAMEWORK=settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}):
        assert codes("198.51.100.1")[-1] == 429
        assert codes("198.51.100.2")[:-1] == [400] * CHECKS_MAX
        assert codes("203.0.113.9, 198.51.100.1")[0] == 429, "she may call herself what she likes"
    assert codes("198.51.100.3")[-1] == 429
    assert codes("198.51.100.4")[0] == 429, "without a proxy of ours the header says nothing"


def test_a_body_beyond_the_form_is_not_read(db: None, client: Client) -> None:
    answer: Any = client.generic("POST", "/check/", b"", CONTENT_LENGTH=str(CHECK_MAX_BYTES * 2))
    assert answer.status_code == 413
