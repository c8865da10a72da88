"""Drawing: the same picture for the same params, previews on the way, cancelling keeps what was made."""

from typing import Any

import pytest
import torch
from PIL import Image

from diffusion.sample import Cancelled, SampleParams, sample

DOT = SampleParams("red dot", seed=3, steps=5)


def test_the_same_params_give_the_same_picture_and_another_seed_another(pipe: Any) -> None:
    first = sample(pipe, DOT)
    torch.manual_seed(99)
    assert first.size == (64, 64)
    assert first.mode == "RGB"
    assert sample(pipe, DOT).tobytes() == first.tobytes()
    assert sample(pipe, SampleParams("red dot", seed=4, steps=5)).tobytes() != first.tobytes()


def test_prompt_guidance_and_negative_prompt_count(pipe: Any) -> None:
    drawings = [
        sample(pipe, params).tobytes()
        for params in (
            DOT,
            SampleParams("blue sky", seed=3, steps=5),
            SampleParams("red dot", seed=3, steps=5, guidance=1.0),
            SampleParams("red dot", seed=3, steps=5, negative_prompt="blue"),
        )
    ]
    assert len(set(drawings)) == 4


def test_size_is_a_multiple_of_eight(pipe: Any) -> None:
    assert sample(pipe, SampleParams("dot", seed=1, steps=1, size=32)).size == (32, 32)
    with pytest.raises(ValueError, match="multiples of 8"):
        sample(pipe, SampleParams("dot", seed=1, steps=1, size=36))


def test_previews_come_as_often_as_asked(pipe: Any) -> None:
    told: list[tuple[int, int, bool]] = []
    sample(pipe, DOT, on_step=lambda n, of, p: told.append((n, of, p is not None)), preview_every=2)
    assert told == [(1, 5, False), (2, 5, True), (3, 5, False), (4, 5, True), (5, 5, False)]


def test_watching_does_not_change_the_picture(pipe: Any) -> None:
    watched = sample(pipe, DOT, on_step=lambda *_: None, preview_every=1)
    assert watched.tobytes() == sample(pipe, DOT).tobytes()


def test_cancelling_keeps_what_was_made(pipe: Any) -> None:
    steps: list[int] = []
    with pytest.raises(Cancelled) as stopped:
        sample(pipe, DOT, on_step=lambda n, of, p: steps.append(n), should_stop=lambda: len(steps) == 2)
    assert steps == [1, 2]
    assert isinstance(stopped.value.preview, Image.Image)
    assert stopped.value.preview.size == (64, 64)
    assert sample(pipe, DOT).size == (64, 64)  # and the pipeline is as good as new


def test_cancelled_before_the_first_step_there_is_nothing_to_keep(pipe: Any) -> None:
    with pytest.raises(Cancelled) as stopped:
        sample(pipe, DOT, should_stop=lambda: True)
    assert stopped.value.preview is None


@pytest.mark.parametrize(
    "bad",
    [
        {"seed": -1},
        {"seed": 2**63},
        {"steps": 0},
        {"steps": 101},
        {"guidance": -1.0},
        {"guidance": float("nan")},
        {"prompt": "x" * 501},
        {"negative_prompt": "x" * 501},
        {"size": 0},
        {"size": 4096},
    ],
)
def test_params_out_of_range_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"seed|steps|prompt|size"):
        SampleParams(**{"prompt": "dot", "seed": 1, **bad})
