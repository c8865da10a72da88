"""Where a training can be taken up again: factors, optimiser, randomness and losses, as one private safetensors file.

A training that was killed and taken up gives the same bytes as one that was not: everything that a later step depends
on is in the file, exactly, and the file is replaced as a whole.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

EVERY_S = 20.0
"""Seconds of work that a kill may cost."""
MOMENTS = ("exp_avg", "exp_avg_sq", "step")
"""What AdamW remembers of a parameter."""


class Checkpoint:
    """One file, `path`, of one training. `about` names what is trained (round, spec, base): the file of another
    training, or of other pictures, is not taken up. `clock` is a monotonic one."""

    def __init__(
        self,
        path: Path,
        *,
        about: str = "",
        every_s: float = EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path, self.about, self.every_s, self._clock = path, about, every_s, clock
        self._saved = clock()

    def due(self) -> bool:
        """Whether the last one is old enough for another."""
        return self._clock() - self._saved >= self.every_s

    def clear(self) -> None:
        """The training is over."""
        self.path.unlink(missing_ok=True)


class Course:
    """How far a training has come. `ground` is a hash of all that it depends on; `scaler` is fp16's, or None."""

    def __init__(
        self, parameters: Sequence[torch.nn.Parameter], optimiser: torch.optim.AdamW, random: torch.Generator,
        ground: str, scaler: Any = None,
    ) -> None:  # fmt: skip
        self.parameters, self.optimiser, self.random = parameters, optimiser, random
        self.ground, self.scaler = ground, scaler
        self.losses: list[float] = []

    def save(self, checkpoint: Checkpoint) -> None:
        """Write all of it down: whole or not at all, readable by this user alone."""
        tensors = {
            "random": self.random.get_state(),
            "losses": torch.tensor(self.losses, dtype=torch.float64),
        }
        for number, parameter in enumerate(self.parameters):
            tensors[f"{number}.value"] = parameter.detach()
            for moment in MOMENTS:
                tensors[f"{number}.{moment}"] = self.optimiser.state[parameter][moment]
        held = {name: tensor.contiguous().cpu() for name, tensor in tensors.items()}
        scaler = json.dumps(self.scaler.state_dict() if self.scaler is not None else {})
        data = save(held, metadata={"about": checkpoint.about, "ground": self.ground, "scaler": scaler})
        _write(checkpoint.path, data)
        checkpoint._saved = checkpoint._clock()

    def resume(self, checkpoint: Checkpoint) -> bool:
        """Take up what is written down; False, and nothing changed, where there is nothing that fits."""
        try:
            with safe_open(str(checkpoint.path), framework="pt") as file:
                told = file.metadata() or {}
                if told.get("about") != checkpoint.about or told.get("ground") != self.ground:
                    return False
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
            self._take(tensors, json.loads(told["scaler"]))
        except (OSError, SafetensorError, ValueError, KeyError, RuntimeError):
            return False  # never written, or damaged: the training begins again from its seed
        return True

    def _take(self, tensors: dict[str, Tensor], scaler: dict[str, Any]) -> None:
        values = [tensors[f"{number}.value"] for number in range(len(self.parameters))]
        states = [{moment: tensors[f"{n}.{moment}"] for moment in MOMENTS} for n in range(len(values))]
        for parameter, value, state in zip(self.parameters, values, states, strict=True):
            if value.shape != parameter.shape or state["exp_avg"].shape != parameter.shape:
                raise ValueError("another shape")
        self.random.set_state(tensors["random"])
        self.losses = tensors["losses"].tolist()
        for parameter, value, state in zip(self.parameters, values, states, strict=True):
            parameter.data.copy_(value)
            moved = {moment: state[moment].to(parameter.device) for moment in ("exp_avg", "exp_avg_sq")}
            self.optimiser.state[parameter] = {**moved, "step": state["step"]}
        if self.scaler is not None and scaler:
            self.scaler.load_state_dict(scaler)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(fresh, path)
