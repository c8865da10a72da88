"""Training: lowers the loss, leaves the base alone, repeats exactly, stops when asked."""

from typing import Any

import numpy as np
import pytest
import torch

from diffusion.adapters import read_b
from diffusion.dataset import Example
from diffusion.measure import held_out_loss
from diffusion.train import TrainConfig, train_adapter

QUICK = TrainConfig(steps=30, batch=4, lr=1e-2, seed=1, threads=1)


def base_weights(pipe: Any) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in pipe.unet.named_parameters() if "lora_B" not in n}


def test_it_lowers_the_loss_and_touches_only_b(adapted: Any, examples: list[Example]) -> None:
    before, weights = held_out_loss(adapted, examples), base_weights(adapted)
    report = train_adapter(adapted, examples, name="a", config=QUICK)
    assert held_out_loss(adapted, examples) < before * 0.97
    assert report.steps == QUICK.steps
    assert report.examples == len(examples)
    assert report.last_loss < report.first_loss
    assert all(torch.equal(p, weights[n]) for n, p in adapted.unet.named_parameters() if n in weights)
    assert any(a.any() for a in read_b(adapted, name="a").values())
    assert not any(p.requires_grad for p in adapted.unet.parameters())


def test_the_same_config_gives_the_same_b(pipe: Any, tiny_base: Any, examples: list[Example]) -> None:
    from diffusion.adapters import attach
    from diffusion.load import load_base
    from tests.diffusion.conftest import SHAPE

    results = []
    for each in (pipe, load_base(tiny_base)):
        attach(each, SHAPE, name="a")
        torch.manual_seed(len(results))  # torch's own generator must not matter
        train_adapter(each, examples, name="a", config=TrainConfig(steps=4, batch=2, seed=9))
        results.append(read_b(each, name="a"))
    assert all(np.array_equal(results[0][n], results[1][n]) for n in results[0])


def test_it_tells_every_step(adapted: Any, examples: list[Example]) -> None:
    told: list[tuple[int, int]] = []
    config = TrainConfig(steps=3, batch=2)
    train_adapter(
        adapted,
        examples,
        name="a",
        config=config,
        on_step=lambda step, steps, loss: told.append((step, steps)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_it_stops_when_asked(adapted: Any, examples: list[Example]) -> None:
    made: list[int] = []
    report = train_adapter(
        adapted,
        examples,
        name="a",
        config=TrainConfig(steps=50, batch=2),
        on_step=lambda step, steps, loss: made.append(step),
        should_stop=lambda: len(made) == 2,
    )
    assert report.steps == len(made) == 2


def test_threads_are_given_back(adapted: Any, examples: list[Example]) -> None:
    before = torch.get_num_threads()
    train_adapter(adapted, examples, name="a", config=TrainConfig(steps=1, batch=1, threads=before + 1))
    assert torch.get_num_threads() == before


def test_nothing_to_train_on_and_unknown_adapters_are_refused(adapted: Any, examples: list[Example]) -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        train_adapter(adapted, [], name="a", config=QUICK)
    with pytest.raises(ValueError, match="No adapter called 'z'"):
        train_adapter(adapted, examples, name="z", config=QUICK)


@pytest.mark.parametrize(
    "bad", [{"steps": 0}, {"batch": 0}, {"lr": 0.0}, {"lr": 2.0}, {"threads": 0}, {"caption_dropout": 1.1}]
)
def test_impossible_configs_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="TrainConfig"):
        TrainConfig(**bad)
