"""Whose words belong to a picture: a file of captions, a text beside it, words inside it, or its own name."""

import html
from collections.abc import Mapping
from pathlib import PurePath

from PIL import Image, ImageFile, IptcImagePlugin

from diffusion import dataset
from edge.folder.inside import Inside

CAMERA_WORDS = frozenset(("olympus digital camera", "sony dsc", "default", "untitled", "screenshot", "image"))
"""What cameras and programs write where a description should be."""
_DESCRIPTION = 0x010E  # Exif 2.32 section 4.6.4, ImageDescription
_IPTC_CAPTION = (2, 120)  # IPTC IIM 4.2, Caption/Abstract
MAX_XMP = 1 << 20
"""Bytes of an XMP packet that are read; a description stands at its beginning."""


class Captions:
    """The captions of one folder. `fault` says what is wrong with an unusable file of captions."""

    def __init__(self, inside: Inside, names: frozenset[str]) -> None:
        self._inside = inside
        self._names = names
        self.fault = ""
        self._written = self._file()

    def of(self, name: str, inner: str) -> tuple[str, str]:
        """The caption of a picture, and where it is from: file, text, picture or name. `inner` is what the picture
        itself holds (see `within`). One line, no control characters."""
        stem = PurePath(name).stem
        found = (
            ("file", self._written.get(name, "")),
            ("text", self._beside(f"{stem}.txt")),
            ("picture", inner),
            ("name", dataset.from_name(stem)),
        )
        for source, words in found:
            caption = dataset.one_line(words)
            if caption:
                return caption, source
        return "", "name"

    def _file(self) -> Mapping[str, str]:
        for name, reader in dataset.CAPTION_FILES.items():
            if name in self._names:
                try:
                    found = reader(self._inside.read(name, dataset.MAX_CAPTION_FILE))
                    return {str(key): str(words) for key, words in found.items()}
                except (OSError, ValueError, KeyError, RecursionError) as fault:
                    self.fault = f"{name} cannot be read ({dataset.one_line(str(fault))[:120]})."
        return {}

    def _beside(self, name: str) -> str:
        if name not in self._names:
            return ""
        try:
            return self._inside.read(name, dataset.MAX_CAPTION_FILE).decode("utf-8", errors="replace")
        except OSError:
            return ""


def within(picture: Image.Image) -> str:
    """The description that the file itself holds: XMP, IPTC, Exif or PNG text, in this order; empty where none is.

    Never raises: what is written there is a stranger's.
    """
    for look in (_xmp, _iptc, _exif, _png):
        try:
            words = dataset.one_line(look(picture))
        except Exception:  # damaged metadata raises what it likes, and is then no caption
            continue
        if words and words.lower() not in CAMERA_WORDS:
            return words
    return ""


def xmp_of(picture: Image.Image) -> str:
    """The XMP packet as text, whatever its encoding; empty where there is none."""
    raw = picture.info.get("xmp", b"")
    data = (raw.encode("utf-8", "replace") if isinstance(raw, str) else bytes(raw))[:MAX_XMP]
    return data.replace(b"\0", b"").decode("utf-8", errors="replace")


def _xmp(picture: Image.Image) -> str:
    """The first item of dc:description. Found by steps and not by one expression: a packet of nothing but openings
    would keep that busy for hours."""
    rest = xmp_of(picture)
    for opening in ("<dc:description", "<rdf:li", ">"):
        rest = rest.partition(opening)[2]
    words, end, _ = rest.partition("</rdf:li>")
    return html.unescape(words) if end else ""


def _iptc(picture: Image.Image) -> str:
    found = IptcImagePlugin.getiptcinfo(picture) if isinstance(picture, ImageFile.ImageFile) else None
    words = (found or {}).get(_IPTC_CAPTION, b"")
    return words.decode("utf-8", errors="replace") if isinstance(words, bytes) else ""


def _exif(picture: Image.Image) -> str:
    return str(picture.getexif().get(_DESCRIPTION, ""))


def _png(picture: Image.Image) -> str:
    words = picture.info.get("Description", "")
    return words if isinstance(words, str) else ""
