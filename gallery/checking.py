"""What a picture file says of itself: its Content Credential, the invisible watermark and the XMP source type.

For strangers' files: bounded before anything is decoded, decoded by four known readers only, never stored.
"""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from PIL import Image, UnidentifiedImageError

from gallery.errors import listed
from gallery.generation.credentials import AI_MADE, Credentials, read_credentials
from gallery.limits import CHECK_MAX_BYTES, CHECK_MAX_PIXELS

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "AVIF": "image/avif"}


@dataclass(frozen=True)
class Found:
    """`verdict` is "ours", "marked", "changed", "foreign" or "nothing"; the rest says why."""

    verdict: str
    credential: Credentials
    watermark_bits: int
    watermark_seen: bool
    says_ai: bool
    format: str
    width: int
    height: int


def check(data: bytes) -> Found:
    """Read all marks of a picture. Refusals `check-empty`, `check-too-large`, `check-not-a-picture`,
    `check-too-many-pixels`; a picture without marks is no error."""
    from gallery.generation import watermark

    if not data:
        raise listed("check-empty")
    if len(data) > CHECK_MAX_BYTES:
        raise listed("check-too-large")
    picture = _open(data)
    credential = _credential(data, FORMATS[str(picture.format)])
    says_ai = AI_MADE in _xmp(picture)
    reading = watermark.read(_pixels(picture))
    return Found(
        verdict=_verdict(credential, seen=reading.seen),
        credential=credential,
        watermark_bits=reading.bits,
        watermark_seen=reading.seen,
        says_ai=says_ai,
        format=str(picture.format),
        width=picture.width,
        height=picture.height,
    )


def _open(data: bytes) -> Image.Image:
    """The picture with its header read; its size is judged before a pixel is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
    except Image.DecompressionBombError:
        raise listed("check-too-many-pixels") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise listed("check-not-a-picture") from None
    if picture.width * picture.height > CHECK_MAX_PIXELS:
        raise listed("check-too-many-pixels")
    return picture


def _credential(data: bytes, mime: str) -> Credentials:
    try:
        return read_credentials(data, root_pem=_root(), mime=mime)
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # a manifest of a shape nobody writes
        return Credentials(state="tampered", problems=(type(error).__name__,))


def _pixels(picture: Image.Image) -> Image.Image:
    """The first frame, decoded. Broken files raise many kinds of errors in many readers; all mean the same here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return picture.convert("RGB")
    except Exception:
        raise listed("check-not-a-picture") from None


def _xmp(picture: Image.Image) -> str:
    found = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or ""
    return found.decode(errors="replace") if isinstance(found, bytes) else str(found)


def _root() -> str:
    """Our own root certificate; empty before set-up has run, and then no signature is ours."""
    path = Path(settings.STATE_DIR) / "credentials" / "root.pem"
    return path.read_text() if path.exists() else ""


def _verdict(credential: Credentials, *, seen: bool) -> str:
    if credential.state == "trusted":
        return "ours"
    if credential.state == "tampered":
        return "changed"
    if seen:
        return "marked"
    return "foreign" if credential.state == "foreign" else "nothing"
