"""The sample artists: licensed, credited, without the demo's subjects, and nobody trains on the held-out pictures."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from diffusion.dataset import read_folder

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
ARTISTS = sorted(p.parent for p in SAMPLES.glob("*/artist.json"))
FREE = {"MIT", "Apache-2.0", "CC-BY-4.0", "CC0-1.0"}
DEMO = re.compile(r"\b(hearts?|apple|tree|star|cat|house|fish|car|automobile)\b")


def digests(folder: Path) -> set[str]:
    return {hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.png")}


def test_there_are_five_of_them_and_they_are_small() -> None:
    assert len(ARTISTS) == 5
    assert sum(p.stat().st_size for p in SAMPLES.rglob("*") if p.is_file()) < 4_000_000


@pytest.mark.parametrize("folder", ARTISTS, ids=lambda p: p.name)
def test_an_artist_is_complete(folder: Path) -> None:
    about = json.loads((folder / "artist.json").read_text())
    assert about["slug"] == folder.name
    assert {"name", "style", "licence", "credit", "source", "source_url"} <= set(about)
    assert about["licence"] in FREE
    assert (SAMPLES / "LICENSES" / f"{about['licence']}.txt").is_file()
    assert about["credit"] in (folder / "CREDIT.txt").read_text()
    assert 40 <= len(read_folder(folder)) <= 100


@pytest.mark.parametrize("folder", [*ARTISTS, SAMPLES / "held_out"], ids=lambda p: p.name)
def test_the_demos_subjects_are_not_drawn(folder: Path) -> None:
    examples = read_folder(folder)
    assert not [e.caption for e in examples if DEMO.search(e.caption)]
    listed = json.loads((folder / "captions.json").read_text())
    assert {e.path.name: e.caption for e in examples} == listed


def test_no_artist_has_a_held_out_picture_or_another_artists() -> None:
    seen = digests(SAMPLES / "held_out")
    assert len(seen) >= 8 * 4
    for folder in ARTISTS:
        assert not seen & digests(folder)
        seen |= digests(folder)
