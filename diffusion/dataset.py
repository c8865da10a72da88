"""A folder of an artist's pictures and captions, checked before anything is decoded.

Captions come from the first of these that knows the picture: ``captions.json`` ({"file": "caption"}),
``captions.csv`` (columns file and caption), a text file of the same name, the picture's own file name.
"""

import csv
import hashlib
import io
import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

MAX_PICTURES = 500
MAX_BYTES = 40_000_000
"""Bytes of one file."""
MAX_PIXELS = 50_000_000
"""Width times height: a few kB of PNG can claim a hundred times more (a decompression bomb)."""
MAX_CAPTION = 300
MAX_CAPTION_FILE = 5_000_000
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
MAX_NAMED = 5
"""So many bad pictures are named in one message."""


class FolderError(ValueError):
    """The folder cannot be trained on; the message says why and what to do."""


@dataclass(frozen=True)
class Example:
    """One picture and the words for it (one line, at most MAX_CAPTION characters). Where `sha256` (hexadecimal) is
    given, only the file of that hash is ever trained on: one that changed meanwhile is refused."""

    path: Path
    caption: str
    sha256: str = ""


def read_folder(folder: Path) -> list[Example]:
    """The pictures directly in `folder`, sorted by name, each opened once to be sure that it can be.

    Raises FolderError: no folder, no pictures, too many, or the first few that are too big or cannot be read.
    """
    if not folder.is_dir():
        raise FolderError(f"{folder} is not a folder. Give the folder that holds your pictures.")
    seen = sorted(p for p in folder.iterdir() if p.suffix.lower() in FORMATS and not p.name.startswith("."))
    if not seen:
        raise FolderError(f"There are no pictures in {folder}. Put PNG, JPEG or WebP files into it.")
    if len(seen) > MAX_PICTURES:
        raise FolderError(
            f"{folder} holds {len(seen)} pictures, {MAX_PICTURES} at most: move some elsewhere."
        )
    written = _captions(folder)
    unknown = sorted(set(written) - {p.name for p in seen})
    if unknown:
        raise FolderError(
            f"The captions name {unknown[0]!r}, which is not in {folder}: correct the file name."
        )
    faults = [fault for fault in (_fault(path) for path in seen) if fault]
    if faults:
        more = f" (and {len(faults) - MAX_NAMED} more)" if len(faults) > MAX_NAMED else ""
        raise FolderError("Some pictures cannot be used. " + " ".join(faults[:MAX_NAMED]) + more)
    return [Example(path, one_line(written.get(path.name) or _from_neighbour(path))) for path in seen]


def load_example(example: Example, size: int) -> Image.Image:
    """The picture of an example as `load_picture` gives it; raises FolderError too where its hash is another now."""
    if not example.sha256:
        return load_picture(example.path, size)
    try:
        if not example.path.is_file():  # a pipe in its place would never end
            raise FileNotFoundError(2, "it has gone")
        with example.path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as fault:
        raise FolderError(f"{example.path.name} cannot be read ({fault.strerror}): put it back.") from fault
    if hashlib.sha256(data).hexdigest() != example.sha256:
        raise FolderError(f"{example.path.name} changed while it was in use: it is looked at anew.")
    return decode(io.BytesIO(data), example.path.name, size)


def load_picture(path: Path, size: int) -> Image.Image:
    """The picture upright, on white, cut to its middle square and scaled to `size` x `size` pixels, RGB.

    Raises FolderError for what is too big, truncated, or not a PNG, JPEG or WebP.
    """
    if path.stat().st_size > MAX_BYTES:
        raise FolderError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB: save a smaller copy.")
    return decode(path, path.name, size)


def decode(source: Path | BinaryIO, name: str, size: int) -> Image.Image:
    """As `load_picture`, from a file or from bytes in memory; `name` is only for the message."""
    try:
        with open_picture(source, name) as picture:
            return _square(picture, size)
    except FolderError:
        raise
    except Exception as fault:  # Pillow's decoders raise many types; none may reach the artist as a traceback
        raise FolderError(
            f"{name} cannot be read ({fault}): save it again as PNG or leave it out."
        ) from fault


def one_line(text: str) -> str:
    """Blanks squeezed, control characters gone, cut at MAX_CAPTION."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:MAX_CAPTION]


def _fault(path: Path) -> str | None:
    try:
        load_picture(path, 8)
    except FolderError as fault:
        return str(fault)
    return None


def open_picture(source: Path | BinaryIO, name: str) -> Image.Image:
    """The picture with its header read and nothing decoded; raises FolderError for too many pixels, and what Pillow
    raises for what is no picture."""
    try:
        with warnings.catch_warnings():  # the limit below is lower than the one that Pillow warns of
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(source, formats=sorted(set(FORMATS.values())))  # reads the header only
    except Image.DecompressionBombError as fault:
        raise FolderError(f"{name} has too many pixels: save a smaller copy.") from fault
    if picture.width * picture.height > MAX_PIXELS:
        picture.close()
        size = f"{picture.width} x {picture.height}"
        raise FolderError(f"{name} has too many pixels ({size}): save a smaller copy.")
    return picture


def _square(picture: Image.Image, size: int) -> Image.Image:
    picture.draft("RGB", (2 * size, 2 * size))  # JPEG only: decodes at a fraction of the size
    upright = ImageOps.exif_transpose(picture).convert("RGBA")
    sheet = Image.new("RGBA", upright.size, (255, 255, 255, 255))
    sheet.alpha_composite(upright)
    return ImageOps.fit(sheet.convert("RGB"), (size, size), Image.Resampling.LANCZOS)


def _captions(folder: Path) -> dict[str, str]:
    for name, reader in CAPTION_FILES.items():
        path = folder / name
        if path.is_file():
            if path.stat().st_size > MAX_CAPTION_FILE:
                raise FolderError(
                    f"{name} is larger than {MAX_CAPTION_FILE // 1_000_000} MB: is it the right file?"
                )
            try:
                return reader(path.read_bytes())
            except (ValueError, KeyError) as fault:
                raise FolderError(f"{path} cannot be read: {fault}") from fault
    return {}


def _read_json(data: bytes) -> dict[str, str]:
    found = json.loads(data.decode("utf-8"))
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise ValueError('it should look like {"file.png": "caption"}')
    return found


def _read_csv(data: bytes) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    if not {"file", "caption"} <= set(rows.fieldnames or ()):
        raise ValueError("its first line should name the columns file and caption")
    return {row["file"]: row["caption"] or "" for row in rows}


CAPTION_FILES = {"captions.json": _read_json, "captions.csv": _read_csv}
"""Files that hold captions for a whole folder, the first that is there counts; each reader takes bytes, gives
{file: caption}, and raises ValueError or KeyError."""


def _from_neighbour(path: Path) -> str:
    text = path.with_suffix(".txt")
    if text.is_file() and text.stat().st_size <= MAX_CAPTION_FILE:
        return text.read_text("utf-8", errors="replace")
    return from_name(path.stem)


def from_name(stem: str) -> str:
    """The words in a file's name without its ending: "blue_boat-07" says "blue boat"."""
    return re.sub(r"[-_\s]+|\d+$", " ", stem)
