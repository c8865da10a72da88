"""Do-not-train marks: found in every place where they are written; a marked picture waits for the artist's word."""

import io
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from edge.folder import claims
from edge.folder.marks import mark_of
from edge.folder.scan import Scanner
from edge.paths import Home
from edge.state import State
from gallery.generation.authority import ensure_authority, load_authority
from gallery.generation.credentials import MadeWith, sign_picture
from tests.edge.folder.files import drawing, png, put, with_xmp

PLUS = 'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"'
DMI = "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING"
TDM = 'xmlns:tdm="http://www.w3.org/ns/tdmrep/"'


def mark(data: bytes) -> str:
    with Image.open(io.BytesIO(data)) as picture:
        return mark_of(data, picture)


@pytest.fixture(scope="module")
def credential(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A picture with a Content Credential that forbids training, as FedArt makes them."""
    folder = tmp_path_factory.mktemp("authority")
    ensure_authority(folder, at=datetime.now(UTC))
    made = MadeWith("a" * 64, 1, "b" * 64, "1", 1, "c" * 64)
    return sign_picture(
        with_xmp(drawing(5), form="WEBP"),
        made,
        authority=load_authority(folder),
        title="One",
        mime="image/webp",
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("attributes", "inside", "says"),
    [
        (f'{PLUS} plus:DataMining="{DMI}"', "", "DMI-PROHIBITED-AIMLTRAINING"),
        (PLUS, f"<plus:DataMining>{DMI}</plus:DataMining>", "DMI-PROHIBITED-AIMLTRAINING"),
        (f'{TDM} tdm:reservation="1"', "", "TDMRep"),
        (TDM, "<tdm:reservation>1</tdm:reservation>", "TDMRep"),
        (f'{TDM} tdm:reservation="0"', "", ""),
        (f'{PLUS} plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"', "", ""),
        ('reservation="1"', "", ""),
    ],
)
def test_metadata(attributes: str, inside: str, says: str, form: str) -> None:
    said = mark(with_xmp(drawing(1), attributes=attributes, inside=inside, form=form))
    assert says in said
    assert bool(said) == bool(says)


def test_png_text_and_stray_packets() -> None:
    assert "TDMRep" in mark(png(drawing(1), tdm_reservation="1"))
    assert "DMI-PROHIBITED" in mark(png(drawing(1)) + b"<plus:DataMining>DMI-PROHIBITED</plus:DataMining>")
    assert mark(png(drawing(1))) == ""


def test_a_content_credential_names_who_forbids(credential: bytes) -> None:
    assert mark(credential).startswith("A Content Credential by ")
    assert mark(credential).endswith("does not allow training.")


def test_a_credential_that_lies_elsewhere_is_not_fetched() -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/credential.c2pa"
        data = with_xmp(
            drawing(1), attributes=f'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{address}"'
        )
        assert mark(data + b"jumb c2pa") == ""
        elsewhere.setblocking(False)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def test_a_damaged_credential_still_counts(credential: bytes) -> None:
    at = credential.index(b"c2pa.signature") + 200
    damaged = credential[:at] + bytes(400) + credential[at + 400 :]
    assert "training" in mark(damaged)


def test_a_marked_picture_waits_for_the_artists_word(tmp_path: Path) -> None:
    folder = put(tmp_path / "works", a_png=png(drawing(1)), b_png=png(drawing(2), tdm_reservation="1"))
    state = State(Home(tmp_path / "home").make())
    scanner = Scanner(folder, lambda: claims.claimed(state))
    found, before = scanner.scan(), scanner.stamp()
    assert [one.code for one in found.left_out] == ["work-marked"]
    claims.claim(state, [found.left_out[0].sha256], datetime(2026, 11, 24, tzinfo=UTC))
    assert scanner.stamp() != before
    assert [work.name for work in scanner.scan().works] == ["a.png", "b.png"]
    put(folder, b_png=png(drawing(3), tdm_reservation="1"))
    assert [one.code for one in scanner.scan().left_out] == ["work-marked"], "another file, another question"
    state.close()
