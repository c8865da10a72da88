"""Two processes of one thread each that train one model: on two cores twice as fast as one process of two
threads."""

import math
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch.multiprocessing.spawn import spawn


@dataclass(frozen=True)
class Budget:
    """When to stop: after `steps`, or at `until` (seconds since the epoch), whichever comes first."""

    steps: int
    until: float
    began: float

    def done(self, step: int) -> float:
        """Share of the budget that is used up, 0 to 1, the same number in every process."""
        clock = (time.time() - self.began) / max(1.0, self.until - self.began)
        share = torch.tensor([max(clock, step / self.steps)], dtype=torch.float64)
        dist.broadcast(share, 0)
        return min(1.0, float(share))


def launch(work: Callable[..., None], processes: int, *arguments: Any) -> None:
    """Runs ``work(rank, processes, *arguments)`` in as many processes, joined by gloo over a file."""
    with tempfile.TemporaryDirectory() as folder:
        meet = str(Path(folder) / "meet")
        spawn(_enter, (processes, meet, work, arguments), nprocs=processes)  # type: ignore[no-untyped-call]


def _enter(
    rank: int, processes: int, meet: str, work: Callable[..., None], arguments: tuple[Any, ...]
) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{meet}", rank=rank, world_size=processes)
    try:
        work(rank, processes, *arguments)
    finally:
        dist.destroy_process_group()


def average_gradients(parameters: Iterable[torch.nn.Parameter]) -> None:
    """Replaces every gradient by its mean over the processes: one all_reduce of one flat vector."""
    having = [p for p in parameters if p.grad is not None]
    flat = torch.cat([p.grad.reshape(-1) for p in having if p.grad is not None])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    at = 0
    for p in having:
        assert p.grad is not None
        p.grad.copy_(flat[at : at + p.numel()].view_as(p))
        at += p.numel()


def learning_rate(top: float, since_start: int, share: float, *, warm_up: int, flat_until: float) -> float:
    """Linear warm-up, flat up to `flat_until` of the budget, then a half cosine to a hundredth of `top`."""
    beyond = max(0.0, (share - flat_until) / (1 - flat_until))
    return (
        top * min(1.0, (since_start + 1) / warm_up) * (0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * beyond)))
    )
