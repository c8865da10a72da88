"""A training that was ended anywhere and taken up again gives the same bytes as one that was not."""

from pathlib import Path
from typing import Any

import pytest

from diffusion.adapters import attach, read_b
from diffusion.checkpoint import Checkpoint
from diffusion.dataset import Example
from diffusion.load import load_base
from diffusion.train import TrainConfig, TrainReport, train_adapter
from tests.diffusion.conftest import SHAPE

CONFIG = TrainConfig(steps=6, batch=2, seed=3)


class Killed(BaseException):
    """What a training cannot catch: the process is gone."""


def train(
    base: Path,
    examples: list[Example],
    path: Path | None,
    *,
    kill_at: int = 0,
    stop_at: int = 99,
    **more: Any,
) -> tuple[TrainReport, bytes]:
    """A process of its own, as far as the training can tell: everything is loaded anew."""
    pipe = load_base(base)
    attach(pipe, SHAPE, name="a")
    made: list[int] = []

    def on_step(step: int, steps: int, loss: float) -> None:
        made.append(step)
        if step == kill_at:
            raise Killed

    checkpoint = Checkpoint(path, about=more.pop("about", "round 1"), every_s=0) if path else None
    report = train_adapter(
        pipe, examples, name="a", config=more.pop("config", CONFIG), on_step=on_step,
        should_stop=lambda: bool(made) and made[-1] >= stop_at, checkpoint=checkpoint,
    )  # fmt: skip
    return report, b"".join(b.tobytes() for b in read_b(pipe, name="a").values())


@pytest.fixture(scope="module")
def whole(tiny_base: Path, examples: list[Example]) -> bytes:
    """What it comes to when nothing happens."""
    return train(tiny_base, examples, None)[1]


def test_killed_twice_and_taken_up(
    tiny_base: Path, examples: list[Example], whole: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "here" / "training.safetensors"
    for at in (2, 5):
        with pytest.raises(Killed):
            train(tiny_base, examples, path, kill_at=at)
    assert path.stat().st_mode & 0o077 == 0, "nobody else reads what was learnt"
    report, trained = train(tiny_base, examples, path)
    assert trained == whole
    assert (report.steps, report.resumed) == (6, 5)
    again, same = train(tiny_base, examples, path)
    assert (again.resumed, same) == (6, whole), "killed after the last step: nothing is trained twice"


def test_paused_and_resumed(tiny_base: Path, examples: list[Example], whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "training.safetensors"
    assert train(tiny_base, examples, path, stop_at=3)[0].steps == 3
    report, trained = train(tiny_base, examples, path)
    assert (report.resumed, trained) == (3, whole)


def test_what_does_not_fit_is_not_taken_up(
    tiny_base: Path, examples: list[Example], whole: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "training.safetensors"
    train(tiny_base, examples, path, stop_at=3)
    kept = path.read_bytes()
    other = TrainConfig(steps=6, batch=2, seed=4)
    for changes in ({"about": "round 2"}, {"config": other}, {"examples": examples[:3]}):
        path.write_bytes(kept)
        report, _ = train(tiny_base, **{"examples": examples, "path": path, "stop_at": 1, **changes})
        assert report.resumed == 0
    for damaged in (b"", kept[:100], kept[:-9], kept[: len(kept) // 2]):
        path.write_bytes(damaged)
        report, trained = train(tiny_base, examples, path)
        assert (report.resumed, trained) == (0, whole)
