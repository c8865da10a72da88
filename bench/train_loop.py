"""`python bench/train_loop.py ours|bare SPEC`: one training in a process of its own, measured; used by bench/train.py.

ours: what the agent runs in a round (edge/training.py), checkpoint included. bare: diffusers and peft as their own
scripts use them, pictures and captions encoded once. Same base, layers, rank, batch, frozen A, one thread, no GPU.
Prints JSON.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from meter import status
from report import ROOT

from diffusion.base import shipped_base_dir
from diffusion.dataset import read_folder

if TYPE_CHECKING:
    from diffusion.dataset import Example

BATCH, LR = 8, 0.004
WORKS = ROOT / "samples" / "ines-calder"
SKIPPED = 5
"""Steps at the beginning that are not counted: caches fill, memory is asked for."""


class Steps:
    """The processor's seconds of each step after the first, and how long the process took to the first."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.first_s = 0.0
        self._last = 0.0

    def done(self, *_: Any) -> None:
        """After each step."""
        now = time.process_time()
        if self.first_s:
            self.cpu.append(now - self._last)
        else:
            self.first_s = time.time() - psutil.Process().create_time()
        self._last = time.process_time()


def ours(told: dict[str, Any], examples: "Sequence[Example]", steps: int, seen: Steps) -> None:
    """A round's training, from the version in which B is zero."""
    from edge import training
    from federation.adapters import vector
    from federation.adapters.spec import AdapterSpec
    from federation.protocol.manifest import Training

    spec = AdapterSpec.from_json(told)
    start = vector.unflatten(np.zeros(spec.length), spec)
    with tempfile.TemporaryDirectory() as folder:
        job = training.Job(
            shipped_base_dir(), spec, start, examples, Training(steps, BATCH, str(LR), "0.1"), 1.0, seed=1, threads=1,
            checkpoint=Path(folder) / "checkpoint", device="cpu",
        )  # fmt: skip
        training.train(job, seen.done, lambda: False)


def bare(told: dict[str, Any], examples: "Sequence[Example]", steps: int, seen: Steps) -> None:
    """The shortest loop that does the same work."""
    import torch
    import torch.nn.functional as F
    from diffusers import DDPMScheduler, StableDiffusionPipeline
    from diffusers.utils.logging import disable_progress_bar
    from peft import LoraConfig
    from PIL import Image

    disable_progress_bar()
    torch.set_num_threads(1)
    random = torch.Generator().manual_seed(1)
    base = str(shipped_base_dir())
    pipe = StableDiffusionPipeline.from_pretrained(base, dtype=torch.float32, safety_checker=None)
    unet, vae, noises = pipe.unet, pipe.vae, DDPMScheduler.from_pretrained(base, subfolder="scheduler")
    for part in (unet, vae, pipe.text_encoder):
        part.requires_grad_(False)
    config = LoraConfig(r=told["rank"], lora_alpha=told["alpha"], target_modules=told["targets"])
    unet.add_adapter(config)
    for name, parameter in unet.named_parameters():
        parameter.requires_grad_("lora_B" in name)
    trained = [p for p in unet.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, LR, weight_decay=0.0)
    side = unet.config.sample_size * pipe.vae_scale_factor
    pictures = [np.asarray(Image.open(e.path).convert("RGB").resize((side, side))) for e in examples]
    pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.no_grad():
        parts = [vae.encode(part).latent_dist.mode() for part in pixels.split(16)]
        latents = torch.cat(parts) * vae.config.scaling_factor
        states = pipe.encode_prompt([e.caption for e in examples], "cpu", 1, False)[0]
    for _ in range(steps):
        rows = torch.randint(len(latents), (BATCH,), generator=random)
        noise = torch.randn(latents[rows].shape, generator=random)
        times = torch.randint(noises.config.num_train_timesteps, (BATCH,), generator=random)
        guess = unet(noises.add_noise(latents[rows], noise, times), times, states[rows]).sample
        loss = F.mse_loss(guess, noises.get_velocity(latents[rows], noise, times))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        loss.item()
        seen.done()


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=["ours", "bare"])
    parser.add_argument("spec", type=Path)
    parser.add_argument("--steps", type=int, default=40)
    asked, seen = parser.parse_args(), Steps()
    loop = ours if asked.which == "ours" else bare
    loop(json.loads(asked.spec.read_text("utf-8")), read_folder(WORKS), asked.steps, seen)
    print(json.dumps({"first_s": seen.first_s, "peak_mib": status("VmHWM"), "cpu_s": seen.cpu[SKIPPED:]}))


if __name__ == "__main__":
    main()
