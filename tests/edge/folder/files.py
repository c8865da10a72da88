"""Files for a folder: good ones, and all the bad ones that somebody may put there."""

import io
import struct
import zlib
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    "<rdf:Description {attributes}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
)
DESCRIPTION = (
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">A boat &amp; the sea</rdf:li></rdf:Alt>'
    "</dc:description>"
)


def drawing(seed: int, side: int = 48) -> Image.Image:
    """A picture unlike that of any other seed."""
    made = Image.new("RGB", (8, 8))
    made.putdata(
        [((seed * 37 + n * 53) % 256, (seed * 91 + n * 17) % 256, (n * n * seed) % 256) for n in range(64)]
    )
    return made.resize((side, side), Image.Resampling.NEAREST)


def png(picture: Image.Image, **text: str) -> bytes:
    """As a PNG file with text chunks."""
    notes, out = PngInfo(), io.BytesIO()
    for name, words in text.items():
        notes.add_text(name.replace("_", "-"), words)
    picture.save(out, "PNG", pnginfo=notes)
    return out.getvalue()


def with_xmp(picture: Image.Image, *, attributes: str = "", inside: str = "", form: str = "JPEG") -> bytes:
    """As a file with an XMP packet."""
    packet = XMP.format(attributes=attributes, inside=inside).encode()
    out = io.BytesIO()
    if form == "PNG":
        notes = PngInfo()
        notes.add_itxt("XML:com.adobe.xmp", packet.decode(), zip=True)
        picture.save(out, form, pnginfo=notes)
    else:
        picture.save(out, form, xmp=packet)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that claims side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def text_bomb(size: int) -> bytes:
    """A good PNG with a compressed text of so many bytes in it."""
    info = PngInfo()
    info.add_text("Description", "a" * size, zip=True)
    stream = io.BytesIO()
    drawing(1).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def with_packet(packet: bytes) -> bytes:
    """A good WebP with an XMP packet of any kind and size."""
    stream = io.BytesIO()
    drawing(2).save(stream, "WEBP", xmp=packet)
    return stream.getvalue()


def put(folder: Path, **files: bytes) -> Path:
    """Write files; "a_png" is a.png."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_bytes(data)
    return folder
