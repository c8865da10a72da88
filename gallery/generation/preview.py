"""Turning a picture in memory into the bytes that are kept: PNG, small preview, thumbnails. Pillow only."""

import io
from xml.sax.saxutils import quoteattr

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gallery.generation.credentials import AI_MADE

PREVIEW_SIDE = 160
THUMB_SIDE = 384
"""Small bases draw 128 pixels: a thumbnail is then scaled up once, well, instead of in every browser."""
AVIF_SIDES = (192, 384, 768)
"""Longer sides of the thumbnails for screens of every density. The largest is made of pictures that have more than
the one before it: scaling a small picture up twice serves nobody."""
AVIF_QUALITY, AVIF_SPEED = 70, 8
XMP_KEY = "XML:com.adobe.xmp"
NO_MINING = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"
"""PLUS LDF data mining: prohibited (IPTC Photo Metadata Standard 2023.1)."""


def xmp_packet() -> str:
    """An XMP packet for programs that do not read C2PA: made by a trained algorithm, not to be mined or trained on."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
        f"Iptc4xmpExt:DigitalSourceType={quoteattr(AI_MADE)} plus:DataMining={quoteattr(NO_MINING)}/>"
        "</rdf:RDF></x:xmpmeta>"
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


def _scaled(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def thumbnail(picture: Image.Image) -> tuple[bytes, int, int]:
    """WebP whose longer side is THUMB_SIDE, with its width and height."""
    small = _scaled(picture, THUMB_SIDE)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=88, method=4, xmp=xmp_packet().encode())
    return out.getvalue(), *small.size


def avif_thumbnails(picture: Image.Image) -> dict[int, bytes]:
    """AVIF by its longer side in pixels, for the sides in AVIF_SIDES that are of use for this picture."""
    found = {}
    for side, smaller in zip(AVIF_SIDES, (0, 0, *AVIF_SIDES[1:]), strict=False):
        if max(picture.size) > smaller:
            out = io.BytesIO()
            small = _scaled(picture, side)
            small.save(
                out, "AVIF", quality=AVIF_QUALITY, speed=AVIF_SPEED, max_threads=1, xmp=xmp_packet().encode()
            )
            found[side] = out.getvalue()
    return found
