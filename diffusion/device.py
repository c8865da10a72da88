"""Where a training runs: the best device that is there, and how precisely that device should work."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, GradientState

CHOSEN = "FEDART_DEVICE"
"""Environment variable: cpu, cuda or mps, where the best one is not wanted."""
KINDS = ("cpu", "cuda", "mps")
PRECISIONS = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Device:
    """`kind`: cpu, cuda or mps; `precision`: no, bf16 or fp16, as accelerate calls them."""

    kind: str
    precision: str = "no"

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.precision not in PRECISIONS:
            raise ValueError(f"{self}: a device is one of {KINDS}, a precision one of {tuple(PRECISIONS)}")

    @property
    def dtype(self) -> torch.dtype:
        """In which the frozen base is kept; what is trained is always kept in fp32."""
        return PRECISIONS[self.precision]


def best(wanted: str | None = None) -> Device:
    """The device to train on: `wanted`, else the environment's, else CUDA, else MPS, else the CPU.

    CUDA works in bf16 (fp16 before Ampere), Apple's GPUs in bf16 from macOS 14. A CPU stays in fp32: bf16 without
    matrix units was measured slower. Raises ValueError for a device that is not there.
    """
    kind = wanted or os.environ.get(CHOSEN) or _there()
    if kind == "cpu":
        return Device("cpu")
    if kind == "cuda" and torch.cuda.is_available():
        return Device("cuda", "bf16" if torch.cuda.is_bf16_supported() else "fp16")
    if kind == "mps" and torch.backends.mps.is_available():
        return Device("mps", "bf16" if torch.backends.mps.is_macos_or_newer(14, 0) else "no")
    raise ValueError(f"There is no device {kind!r} here: use one of {KINDS} that this computer has.")


def of_pipe(pipe: Any) -> Device:
    """The device that a loaded base is on, with the precision that it was loaded in."""
    for precision, dtype in PRECISIONS.items():
        if pipe.vae.dtype is dtype:
            return Device(pipe.device.type, precision)
    raise ValueError(f"a base in {pipe.vae.dtype} cannot be trained")


def _there() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


@contextlib.contextmanager
def accelerator(device: Device) -> Iterator[Accelerator]:
    """accelerate's helper for one training on `device`; nothing of it is left afterwards.

    accelerate keeps device and precision for a whole process. A worker that trains twice, on another device or in
    another precision, must begin anew: `_reset_state` is how accelerate's own tests do it.
    """
    _forget()
    try:
        yield Accelerator(cpu=device.kind == "cpu", mixed_precision=device.precision)
    finally:
        _forget()


def _forget() -> None:
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()


@contextlib.contextmanager
def threads(number: int | None) -> Iterator[None]:
    """torch uses `number` threads of the CPU for as long as this lasts (None: its own choice)."""
    before = torch.get_num_threads()
    if number is not None:
        torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
