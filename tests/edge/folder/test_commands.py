"""connect, works and mine on the command line, and what the watch tells."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge import cli, config
from edge.commands import app
from edge.folder.watch import Watch
from edge.paths import Home
from edge.state import State
from federation.protocol.errors import Refusal
from tests.edge.agents import enrolled
from tests.edge.folder.files import drawing, png, put
from tests.edge.played_server import PlayedServer

assert cli  # it registers the commands


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    server = PlayedServer()
    made = enrolled(server, tmp_path_factory.mktemp("artist"))
    server.close()
    return made


def edge(home: Home, *arguments: str, as_json: bool = True) -> Any:
    """What a command says; its Refusal is raised."""
    options = ["--home", str(home.root), *(["--json"] if as_json else [])]
    done = CliRunner().invoke(app, [*options, *arguments])
    if isinstance(done.exception, Refusal):
        raise done.exception
    assert done.exit_code == 0, done.output
    return json.loads(done.output) if as_json else done.output


def test_connect_tells_everything_and_remembers_the_folder(home: Home, tmp_path: Path) -> None:
    works = put(tmp_path / "w", a_png=png(drawing(1)), b_png=png(drawing(1)), c_png=b"no", d_psd=b"layers")
    (tmp_path / "link").symlink_to(works)
    told = edge(home, "connect", str(tmp_path / "link"))
    assert (told["pictures"], told["copies"], told["other_files"]) == (1, [["a.png", "b.png"]], 1)
    assert told["left_out"][0]["code"] == "work-unreadable"
    assert config.load(home).folder == works
    said = edge(home, "works", as_json=False)
    assert said.startswith("In the folder: 1 picture (")
    assert "Left out: c.png. It cannot be read as a PNG, JPEG or WebP.  [work-unreadable]" in said
    assert "Save it again as PNG" in said


def test_a_folder_without_works_is_not_connected(home: Home, tmp_path: Path) -> None:
    before = config.load(home)
    with pytest.raises(Refusal, match="no pictures in it"):
        edge(home, "connect", str(put(tmp_path / "empty")))
    assert config.load(home) == before


def test_mine_needs_a_name_that_was_marked(home: Home, tmp_path: Path) -> None:
    put(tmp_path / "w", a_png=png(drawing(1)), b_png=png(drawing(2), tdm_reservation="1"))
    assert edge(home, "connect", str(tmp_path / "w"))["pictures"] == 1
    for names in (["a.png"], ["nothing.png"], []):
        with pytest.raises(Refusal) as refused:
            edge(home, "mine", *names)
        assert refused.value.code == "work-not-there"
    assert edge(home, "mine", "b.png") == {"mine": ["b.png"]}
    assert edge(home, "works")["pictures"] == 2


def test_the_watch_tells_what_came_and_went_once(home: Home, tmp_path: Path) -> None:
    works = put(tmp_path / "w", a_png=png(drawing(1)), b_png=png(drawing(2)))
    edge(home, "connect", str(works))
    state = State(home)
    watch = Watch(state)
    assert watch.look(works) is None
    put(works, c_png=png(drawing(3)), d_png=png(drawing(4)))
    (works / "a.png").rename(works / "e.png")
    (works / "b.png").unlink()
    change = watch.look(works)
    assert change is not None
    assert change.sentence == "2 pictures added and 1 picture taken out: that counts from the next round on."
    assert watch.look(works) is None
    (works / "c.png").write_bytes(b"no longer a picture")
    assert Watch(state).look(works).sentence.startswith("1 picture taken out"), (
        "told by an agent that was restarted"
    )
    assert watch.look(tmp_path / "gone") is None
    assert watch.look(None) is None
    state.close()
