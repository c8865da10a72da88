"""Turning a picture in memory into the bytes that are kept: PNG, small preview, thumbnail. Pillow only."""

import io
from xml.sax.saxutils import quoteattr

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.generation.credentials import AI_MADE

PREVIEW_SIDE = 160
THUMB_SIDE = 384
"""Small bases draw 128 pixels: a thumbnail is then scaled up once, well, instead of in every browser."""
XMP_KEY = "XML:com.adobe.xmp"


def xmp_packet() -> str:
    """An XMP packet that says "made by a trained algorithm" to programs that do not read C2PA."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f"Iptc4xmpExt:DigitalSourceType={quoteattr(AI_MADE)}/></rdf:RDF></x:xmpmeta>"
    )


def png_of(picture: Image.Image, *, marked: bool = True) -> bytes:
    """The whole picture as PNG, with the XMP packet unless it is only passed around."""
    info = PngInfo()
    if marked:
        info.add_itxt(XMP_KEY, xmp_packet())
    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def preview_png(picture: Image.Image) -> bytes:
    """At most PREVIEW_SIDE pixels a side, some ten kB."""
    small = picture.convert("RGB")
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return png_of(small, marked=False)


def thumbnail(picture: Image.Image) -> tuple[bytes, int, int]:
    """WebP whose longer side is THUMB_SIDE, with its width and height."""
    scale = THUMB_SIDE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=88, method=4, xmp=xmp_packet().encode())
    return out.getvalue(), *size
