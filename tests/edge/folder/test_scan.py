"""What a look at the folder finds: works with captions, copies, likenesses - and that nothing bad ever gets further."""

import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from diffusion import dataset
from edge import pictures
from edge.folder import inside, words
from edge.folder.scan import Scan, Scanner
from federation.protocol.codes import CODES
from federation.protocol.errors import Refusal
from tests.edge.folder.files import DESCRIPTION, bomb, drawing, png, put, text_bomb, with_packet, with_xmp


def scan(folder: Path) -> Scan:
    return Scanner(folder).scan()


def codes(found: Scan) -> dict[str, str]:
    return {one.name: one.code for one in found.left_out}


def test_captions_come_from_the_nearest_words(tmp_path: Path) -> None:
    put(
        tmp_path,
        a_png=png(drawing(1)), b_jpg=with_xmp(drawing(2), inside=DESCRIPTION),
        c_png=png(drawing(3), Description="By me"),
        blue_boat_07_png=png(drawing(4)), d_png=png(drawing(5), Description="not this"),
        a_txt=b"a fox\x1b[31m\nat night", d_txt=b"the text beside it",
    )  # fmt: skip
    found = {work.name: (work.caption, work.source) for work in scan(tmp_path).works}
    assert found == {
        "a.png": ("a fox [31m at night", "text"),
        "b.jpg": ("A boat & the sea", "picture"),
        "c.png": ("By me", "picture"),
        "d.png": ("the text beside it", "text"),
        "blue_boat_07.png": ("blue boat", "name"),
    }
    (tmp_path / "captions.json").write_text('{"a.png": "from the list"}')
    assert scan(tmp_path).works[0].caption == "from the list"


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"[1]", b"\xff\xfe", b'{"a.png": 3}'])
def test_a_bad_file_of_captions_is_told_and_costs_nothing_else(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, a_png=png(drawing(1)), captions_json=content)
    found = scan(tmp_path)
    assert [work.caption for work in found.works] == ["a"]
    assert "captions.json cannot be read" in found.caption_fault


def test_camera_words_are_no_caption(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "OLYMPUS DIGITAL CAMERA"
    drawing(1).save(tmp_path / "harbour.jpg", exif=exif)
    assert scan(tmp_path).works[0].caption == "harbour"


def test_copies_count_once_and_likenesses_are_told(tmp_path: Path) -> None:
    one = drawing(1, 200)
    put(
        tmp_path,
        a_png=png(one),
        b_png=png(one),
        c_png=png(one.filter(ImageFilter.GaussianBlur(1))),
        d_png=png(drawing(9)),
    )
    found = scan(tmp_path)
    assert [work.name for work in found.works] == ["a.png", "c.png", "d.png"]
    assert found.copies == (("a.png", "b.png"),)
    assert found.alike == (("a.png", "c.png"),)
    told = "\n".join(words.lines(found))
    assert "The same picture, used once: a.png, b.png." in told
    assert "They look alike, and all are used: a.png, c.png." in told


def test_flat_pictures_of_other_colours_are_not_alike(tmp_path: Path) -> None:
    for number, colour in enumerate(("red", "navy", "white")):
        Image.new("RGB", (50, 50), colour).save(tmp_path / f"{number}.png")
    assert scan(tmp_path).alike == ()


def hostile(folder: Path) -> dict[str, str]:
    """A folder of everything bad beside one good picture; the code that each must get."""
    outside = folder.parent / "outside"
    put(outside, secret_png=png(drawing(7)), secret_txt=b"a secret")
    put(
        folder,
        good_png=png(drawing(1)), bomb_png=bomb(40_000), small_bomb_png=bomb(9_000), empty_png=b"",
        svg_png=b"<svg xmlns='http://www.w3.org/2000/svg'/>", gif_png=b"GIF89a" + bytes(20), ps_jpg=b"%!PS-Adobe\n",
        cut_png=png(drawing(2))[:-40], text_webp=b"hello", real_svg=b"<svg onload='x()'/>", archive_zip=b"PK",
    )  # fmt: skip
    with (folder / "huge.png").open("wb") as stream:
        stream.truncate(dataset.MAX_BYTES + 1)
    (folder / "link.png").symlink_to(outside / "secret.png")
    (folder / "dangling.png").symlink_to("/nowhere")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "good.txt").symlink_to(outside / "secret.txt")
    (folder / "captions.json").symlink_to("/etc/passwd")
    (folder / "folder.png").mkdir()
    (folder / ".hidden.png").write_bytes(b"never looked at")
    os.mkfifo(folder / "pipe.png")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket.png"))
    (folder / "\x1b[2Jclear\n.png").write_bytes(b"no picture")
    os.rename(
        os.fsencode(put(folder, raw_png=b"no")) + b"/raw.png", os.fsencode(folder) + b"/\xff\xfe\x9b.png"
    )
    return {
        "bomb.png": "work-too-large", "small_bomb.png": "work-too-large", "huge.png": "work-too-large",
        "empty.png": "work-unreadable", "svg.png": "work-unreadable", "gif.png": "work-unreadable",
        "ps.jpg": "work-unreadable", "cut.png": "work-unreadable", "text.webp": "work-unreadable",
        "link.png": "work-not-a-file", "dangling.png": "work-not-a-file", "loop.png": "work-not-a-file",
        "folder.png": "work-not-a-file", "pipe.png": "work-not-a-file", "socket.png": "work-not-a-file",
        "\x1b[2Jclear\n.png": "work-unreadable", os.fsdecode(b"\xff\xfe\x9b.png"): "work-unreadable",
    }  # fmt: skip


def test_a_hostile_folder_is_read_without_leaving_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may be 108 bytes long
    expected = hostile(tmp_path / "works")
    before = sorted(os.listdir(tmp_path / "works"))
    found = scan(tmp_path / "works")
    assert codes(found) == expected
    assert [(work.name, work.caption) for work in found.works] == [("good.png", "good")]
    assert "captions.json cannot be read" in found.caption_fault
    assert found.others == 4
    told = "\n".join(words.lines(found))
    assert all(character.isprintable() or character == "\n" for character in told)
    assert "secret" not in told
    assert "root" not in told
    assert all(CODES[code].fix in told for code in expected.values())
    assert sorted(os.listdir(tmp_path / "works")) == before


@pytest.mark.parametrize(
    "data",
    [
        text_bomb(64 << 20),
        with_packet(b"<dc:description><rdf:li>" * 100_000),
        with_packet(b"<dc:description>" * 100_000 + b"<rdf:li>" * 100_000 + b"</rdf:li"),
        with_packet(b"http://www.w3.org/ns/tdmrep" + b"reservation" * 100_000 + b" " * 100_000),
        with_packet(b"&#x" * 300_000 + b"\0" * 300_000),
    ],
    ids=["text", "openings", "items", "reservations", "entities"],
)
def test_no_file_keeps_the_scan_busy(tmp_path: Path, data: bytes) -> None:
    """A second of the processor is far more than any of these may take."""
    (tmp_path / "a.webp").write_bytes(data)
    began = time.process_time()
    found = scan(tmp_path)
    assert time.process_time() - began < 1
    assert len(found.works) + len(found.left_out) == 1


def test_a_name_of_control_characters_is_used_and_shown_harmlessly(tmp_path: Path) -> None:
    (tmp_path / "fox\x07\u202e\n.png").write_bytes(png(drawing(1)))
    (work,) = scan(tmp_path).works
    assert work.caption == "fox"
    assert words.shown(work.name) == "fox .png"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 400), bytes_=st.binary(min_size=1, max_size=40))
def test_damaged_pictures_are_works_or_named_and_never_more(tmp_path: Path, at: int, bytes_: bytes) -> None:
    whole = with_xmp(drawing(3), inside=DESCRIPTION, form="PNG")
    (tmp_path / "a.png").write_bytes(whole[:at] + bytes_ + whole[at + len(bytes_) :])
    found = scan(tmp_path)
    assert len(found.works) + len(found.left_out) == 1


def test_a_file_that_changes_while_it_is_read_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_png=png(drawing(1)))
    scanner, real = Scanner(tmp_path), os.fdopen

    def growing(handle: int, *more: Any) -> Any:
        with (tmp_path / "a.png").open("ab") as stream:
            stream.write(b"x")
        return real(handle, *more)

    with monkeypatch.context() as patch:
        patch.setattr(inside.os, "fdopen", growing)
        assert codes(scanner.scan()) == {"a.png": "work-changing"}
    assert codes(scanner.scan()) == {}


def test_a_picture_changed_after_the_look_is_not_trained_on(tmp_path: Path) -> None:
    put(tmp_path, a_png=png(drawing(1)))
    (example,) = pictures.read(Scanner(tmp_path))
    put(tmp_path, a_png=png(drawing(2)))
    with pytest.raises(dataset.FolderError, match="changed while it was in use"):
        dataset.load_example(example, 8)
    (tmp_path / "a.png").unlink()
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(dataset.FolderError, match=r"a\.png cannot be read"):
        dataset.load_example(example, 8)


def test_a_second_look_opens_only_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_png=png(drawing(1)), b_png=png(drawing(2)))
    scanner, opened = Scanner(tmp_path), list[str]()
    real = inside.Inside.read
    monkeypatch.setattr(
        inside.Inside, "read", lambda self, name, limit: (opened.append(name), real(self, name, limit))[1]
    )
    scanner.scan()
    put(tmp_path, b_png=png(drawing(3)), c_png=png(drawing(4)))
    assert len(scanner.scan().works) == 3
    assert opened == ["a.png", "b.png", "b.png", "c.png"]


def test_too_many_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_png=png(drawing(1)), b_png=png(drawing(2)))
    with monkeypatch.context() as patch:
        patch.setattr(dataset, "MAX_PICTURES", 1)
        assert codes(scan(tmp_path)) == {"b.png": "work-too-many"}
    monkeypatch.setattr(inside, "MAX_ENTRIES", 1)
    with pytest.raises(Refusal, match="More than 1 files"):
        pictures.read(Scanner(tmp_path))


@pytest.mark.parametrize("name", ["nowhere", "file.txt"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(Refusal) as refused:
        pictures.read(Scanner(tmp_path / name))
    assert refused.value.code == "pictures-unusable"


def test_a_folder_without_works_says_why(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no pictures in it"):
        pictures.read(Scanner(tmp_path))
    put(tmp_path, a_png=b"no")
    with pytest.raises(Refusal, match=r"None of its pictures can be used\. Left out: a\.png"):
        pictures.read(Scanner(tmp_path))
    with pytest.raises(Refusal) as refused:
        pictures.read(None)
    assert refused.value.code == "pictures-missing"
