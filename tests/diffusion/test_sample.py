"""Drawing: the same picture for the same arguments, previews on the way, stopping leaves the base as good as new."""

from typing import Any

import pytest
import torch

from diffusion.sample import Look, Sheet, Stopped, Wish, sample

DOT, SHEET = Wish("red dot", 3), Sheet(steps=5)


def test_the_same_arguments_give_the_same_picture_and_another_seed_another(pipe: Any) -> None:
    first = sample(pipe, DOT, SHEET)
    torch.manual_seed(99)
    assert first.size == (64, 64)
    assert first.mode == "RGB"
    assert sample(pipe, DOT, SHEET).tobytes() == first.tobytes()
    assert sample(pipe, Wish("red dot", 4), SHEET).tobytes() != first.tobytes()


def test_prompt_guidance_and_negative_prompt_count(pipe: Any) -> None:
    drawings = [
        sample(pipe, wish, sheet).tobytes()
        for wish, sheet in (
            (DOT, SHEET),
            (Wish("blue sky", 3), SHEET),
            (DOT, Sheet(steps=5, guidance=1.0)),
            (Wish("red dot", 3, "blue"), SHEET),
        )
    ]
    assert len(set(drawings)) == 4


def test_sides_are_multiples_of_eight(pipe: Any) -> None:
    assert sample(pipe, DOT, Sheet(steps=1, width=32, height=48)).size == (32, 48)
    with pytest.raises(ValueError, match="multiples of 8"):
        sample(pipe, DOT, Sheet(steps=1, width=36, height=32))


def test_watching_every_step_does_not_change_the_picture(pipe: Any) -> None:
    seen: list[tuple[int, tuple[int, int]]] = []

    def watch(step: int, look: Look) -> bool:
        seen.append((step, look()[0].size))
        return True

    watched = sample(pipe, DOT, SHEET, on_step=watch)
    assert seen == [(step, (64, 64)) for step in range(1, 6)]
    assert watched.tobytes() == sample(pipe, DOT, SHEET).tobytes()


def test_stopping_takes_one_step_and_leaves_the_pipeline_as_good_as_new(pipe: Any) -> None:
    before = sample(pipe, DOT, SHEET)
    steps: list[int] = []

    def twice(step: int, look: Look) -> bool:
        steps.append(step)
        return step < 2

    with pytest.raises(Stopped):
        sample(pipe, DOT, SHEET, on_step=twice)
    assert steps == [1, 2]
    assert sample(pipe, DOT, SHEET).tobytes() == before.tobytes()


@pytest.mark.parametrize(
    "bad", [{"seed": -1}, {"seed": 2**63}, {"prompt": "x" * 501}, {"negative": "x" * 501}]
)
def test_a_wish_out_of_range_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"seed|prompt"):
        Wish(**{"prompt": "dot", "seed": 1, **bad})


@pytest.mark.parametrize(
    "bad",
    [
        {"steps": 0},
        {"steps": 101},
        {"guidance": -1.0},
        {"guidance": float("nan")},
        {"width": -8},
        {"height": 4096},
    ],
)
def test_a_sheet_out_of_range_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"steps|side"):
        Sheet(**bad)
