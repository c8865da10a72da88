"""Devices: the best that is there, and none that is not; time left from the pace of the last steps."""

from typing import Any

import pytest
import torch

from diffusion import device
from diffusion.device import Device, best
from diffusion.pace import Pace


def test_the_best_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(device.CHOSEN, raising=False)
    there: dict[str, bool] = {"cuda": True, "mps": True, "bf16": True, "new": True}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there["cuda"])
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: there["bf16"])
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: there["mps"])
    monkeypatch.setattr(torch.backends.mps, "is_macos_or_newer", lambda *_: there["new"])
    assert best() == Device("cuda", "bf16")
    assert best("mps") == Device("mps", "bf16")
    there["bf16"] = there["new"] = False
    assert best() == Device("cuda", "fp16")
    assert best("mps") == Device("mps", "no")
    there["cuda"] = False
    assert best() == Device("mps", "no")
    there["mps"] = False
    assert best() == Device("cpu")
    monkeypatch.setenv(device.CHOSEN, "cuda")
    with pytest.raises(ValueError, match="no device 'cuda' here"):
        best()
    assert best("cpu") == Device("cpu")


@pytest.mark.parametrize("bad", [{"kind": "tpu"}, {"kind": "cpu", "precision": "int4"}])
def test_unknown_devices_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a device is one of"):
        Device(**bad)


def test_time_left_follows_the_last_steps() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.left(31, 100) is None, "taken up at step 31: nothing is known yet"
    for step in range(32, 60):
        now[0] += 2.0 if step != 40 else 500.0
        left = pace.left(step, 100)
    assert left == 2.0 * 41
    assert pace.step_s == 2.0
