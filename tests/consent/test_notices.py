"""The texts people read: installed once, the page shows exactly the text whose hash is signed."""

from hashlib import sha256

from consent.models import Notice
from consent.selectors import ledger_head
from consent.services.notices import FILE, FOLDER
from consent.setup import STEPS
from consent.views.page import groups_of


def test_setup_can_be_repeated(db: None) -> None:
    first = {name: step() for name, step in STEPS}
    size = ledger_head()
    second = {name: step() for name, step in STEPS}
    assert "train-shared 1.0" in first["install the notices"]
    assert "already" in second["install the notices"]
    assert ledger_head() == size


def test_every_shipped_text_can_be_shown_line_by_line() -> None:
    paths = list(FOLDER.glob("*.txt"))
    assert paths
    for path in paths:
        assert FILE.fullmatch(path.name), path.name
        lines = path.read_text().splitlines()
        assert all(line.strip() == line and line for line in lines), path.name


def test_the_page_shows_the_text_that_is_hashed(notices: None) -> None:
    notice = Notice.objects.get(name="train-shared")
    shown = [block.mark + block.text for group in groups_of(notice) for block in group.blocks]
    assert sha256("".join(f"{line}\n" for line in shown).encode()).hexdigest() == notice.sha256
