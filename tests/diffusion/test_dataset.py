"""Folders of pictures: where captions come from, and what hostile or broken files do (nothing but a sentence)."""

import json
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from diffusion import dataset
from diffusion.dataset import FolderError, load_picture, read_folder
from tests.diffusion.conftest import red_dot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.jpg", "c.webp"):
        red_dot(0).save(tmp_path / name)
    return tmp_path


def captions(folder: Path) -> list[str]:
    return [e.caption for e in read_folder(folder)]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_pictures_are_captioned_by_their_names(tmp_path: Path) -> None:
    red_dot(0).save(tmp_path / "red-fox_03.png")
    red_dot(0).save(tmp_path / "two  fish.PNG")
    (tmp_path / "notes.md").write_text("not a picture, and not complained of")
    assert captions(tmp_path) == ["red fox", "two fish"]


def test_json_then_csv_then_text_then_name(folder: Path) -> None:
    (folder / "b.txt").write_text("  from\nthe text ")
    assert captions(folder) == ["a", "from the text", "c"]
    (folder / "captions.csv").write_text("file,caption\na.png,from the table\n")
    assert captions(folder) == ["from the table", "from the text", "c"]
    (folder / "captions.json").write_text(json.dumps({"c.webp": "from the list"}))
    assert captions(folder) == ["a", "from the text", "from the list"]


def test_captions_are_one_line_and_not_endless(folder: Path) -> None:
    (folder / "captions.json").write_text(json.dumps({"a.png": "x\x00\u202ey\n" + "z" * 1000}))
    first = captions(folder)[0]
    assert first.startswith("x y z")
    assert len(first) == dataset.MAX_CAPTION


@pytest.mark.parametrize("content", ["not json", "[]", '{"a.png": 3}'])
def test_a_broken_list_of_captions_says_so(folder: Path, content: str) -> None:
    (folder / "captions.json").write_text(content)
    with pytest.raises(FolderError, match=r"captions\.json"):
        read_folder(folder)


def test_a_caption_for_no_picture_is_a_slip_worth_telling(folder: Path) -> None:
    (folder / "captions.json").write_text('{"../a.png": "one"}')
    with pytest.raises(FolderError, match=r"'\.\./a\.png'.*correct the file name"):
        read_folder(folder)


def test_a_table_without_its_columns_says_so(folder: Path) -> None:
    (folder / "captions.csv").write_text("picture;words\n")
    with pytest.raises(FolderError, match="columns file and caption"):
        read_folder(folder)


def test_no_folder_and_no_pictures(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="not a folder"):
        read_folder(tmp_path / "missing")
    with pytest.raises(FolderError, match="no pictures"):
        read_folder(tmp_path)


def test_too_many_pictures(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "MAX_PICTURES", 2)
    with pytest.raises(FolderError, match="3 pictures, 2 at most"):
        read_folder(folder)


def test_a_file_that_is_too_big_is_not_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "MAX_BYTES", 10)
    with pytest.raises(FolderError, match=r"a\.png is larger"):
        read_folder(folder)


@pytest.mark.parametrize(
    "side", [8_000, 10_000, 30_000]
)  # ours, one that Pillow warns of, one that it refuses
def test_a_decompression_bomb_is_not_inflated(tmp_path: Path, side: int) -> None:
    bomb = png(side, side, bytes(1_000_000))
    assert len(bomb) < 2_000
    (tmp_path / "bomb.png").write_bytes(bomb)
    with pytest.raises(FolderError, match=r"bomb\.png has too many pixels"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"GIF89a" + bytes(20), b"%!PS-Adobe\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["empty", "text", "gif", "postscript", "svg"],
)
def test_what_is_not_a_picture_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.png").write_bytes(content)
    with pytest.raises(FolderError, match=r"odd\.png cannot be read.*leave it out"):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["a.png", "b.jpg", "c.webp"])
def test_a_truncated_picture_is_named(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FolderError, match=name.replace(".", r"\.")):
        read_folder(folder)


def test_not_more_than_five_faults_are_listed(tmp_path: Path) -> None:
    for n in range(8):
        (tmp_path / f"bad{n}.png").write_bytes(b"?")
    with pytest.raises(FolderError, match=r"bad4.*\(and 3 more\)") as fault:
        read_folder(tmp_path)
    assert "bad5" not in str(fault.value)


def test_pictures_are_upright_square_and_on_white(tmp_path: Path) -> None:
    wide = Image.new("RGBA", (80, 40), (0, 0, 0, 0))
    wide.paste((255, 0, 0, 255), (20, 0, 60, 40))
    wide.save(tmp_path / "wide.png")
    middle = load_picture(tmp_path / "wide.png", 40)
    assert middle.size == (40, 40)
    assert middle.mode == "RGB"
    assert middle.getpixel((20, 20)) == (255, 0, 0)
    turned = Image.new("RGB", (40, 20), "white")
    turned.paste("red", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    turned.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    upright = load_picture(tmp_path / "turned.jpg", 20)
    assert upright.getpixel((10, 1))[1] < 60  # red is at the top now
    assert upright.getpixel((10, 18))[1] > 200


def test_palettes_greys_and_animations_are_pictures_too(tmp_path: Path) -> None:
    red_dot(0).quantize(4).save(tmp_path / "palette.png")
    red_dot(0).convert("L").save(tmp_path / "grey.png")
    red_dot(0).convert("CMYK").save(tmp_path / "print.jpg")
    red_dot(0).save(tmp_path / "moving.webp", save_all=True, append_images=[red_dot(9)])
    assert len(read_folder(tmp_path)) == 4
