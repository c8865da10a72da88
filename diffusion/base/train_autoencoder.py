"""Stage one: the autoencoder, on random crops of every picture of the base sets and of line art."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from diffusion.base.parallel import Budget, average_gradients, learning_rate
from diffusion.base.sets import BASE_SETS, LINE_SET
from diffusion.base.shapes import LATENTS, autoencoder

CROP, BATCH, TOP_RATE = 72, 8, 1.5e-3
LINE_SHARE = 0.2
"""Share of a batch that is real line art; a further `DRAWN_SHARE` is outlined by machine from the base
sets."""
DRAWN_SHARE = 0.12
CHECKPOINT_SECONDS = 300.0


def outline(x: Tensor) -> Tensor:
    """Black lines on white where the picture (N x 3 x H x W, -1..1) changes: synthetic line art."""
    high, low = F.max_pool2d(x, 3, 1, 1), -F.max_pool2d(-x, 3, 1, 1)
    edge = (high - low).amax(1, keepdim=True)
    return (1 - 4 * (edge - 0.25).clamp(0, 0.5)).expand_as(x)


class Pictures:
    """Random crops out of the rendered sets, which stay on disk (memory-mapped)."""

    def __init__(self, work: Path, seed: int) -> None:
        self.base = [np.load(work / f"{s.slug}.npy", mmap_mode="r") for s in BASE_SETS]
        self.line = np.load(work / f"{LINE_SET.slug}.npy", mmap_mode="r")
        self.random = np.random.default_rng(seed)
        self.weights = np.array([len(b) for b in self.base]) / sum(len(b) for b in self.base)

    def crop(self) -> Tensor:
        draw = self.random.random()
        source = (
            self.line if draw < LINE_SHARE else self.base[self.random.choice(len(self.base), p=self.weights)]
        )
        picture = source[self.random.integers(len(source))]
        top, left = 8 * self.random.integers(0, (128 - CROP) // 8 + 1, 2)
        x = torch.from_numpy(picture[top : top + CROP, left : left + CROP].copy()).permute(2, 0, 1)[None]
        x = x.float() / 127.5 - 1
        if LINE_SHARE <= draw < LINE_SHARE + DRAWN_SHARE:
            x = outline(x)
        if self.random.random() < 0.5:
            x = x.flip(3)
        if self.random.random() < 0.3:  # colours that no base set has
            x = x[:, self.random.permutation(3).tolist()]
        return x

    def batch(self) -> Tensor:
        return torch.cat([self.crop() for _ in range(BATCH)])


def encode(model: Any, x: Tensor) -> Tensor:
    """The mean of the latent distribution, N x 8 x h/8 x w/8."""
    mean: Tensor = model.quant_conv(model.encoder(x))[:, :LATENTS]
    return mean


def decode(model: Any, z: Tensor) -> Tensor:
    picture: Tensor = model.decoder(model.post_quant_conv(z))
    return picture


def reconstruction_loss(model: Any, x: Tensor) -> Tensor:
    """Squared, absolute and edge error, plus a mild leash on the latents, which are given a little noise."""
    z = encode(model, x)
    d = decode(model, z + torch.randn_like(z) * 0.02) - x
    edges = (d[:, :, 1:] - d[:, :, :-1]).abs().mean() + (d[..., 1:] - d[..., :-1]).abs().mean()
    leash = 1e-4 * z.pow(2).mean() + 0.01 * (z.abs() - 2).clamp_min(0).pow(2).mean()
    return 2 * d.pow(2).mean() + 0.2 * d.abs().mean() + 0.1 * edges + leash


@torch.no_grad()
def psnr(model: Any, work: Path, slug: str) -> float:
    """Fidelity in dB over sixteen whole pictures of a set."""
    x = torch.from_numpy(np.load(work / f"{slug}.npy", mmap_mode="r")[200:216].copy()).permute(0, 3, 1, 2)
    real = x.float() / 127.5 - 1
    error = (decode(model, encode(model, real)).clamp(-1, 1) - real) / 2
    return float(-10 * torch.log10(error.pow(2).mean()))


def train(rank: int, processes: int, work: Path, seed: int, budget: Budget) -> None:
    """Trains from `autoencoder.pt` if there is one; process 0 writes it every five minutes and at the end."""
    torch.manual_seed(seed)  # the same start everywhere
    model, kept = autoencoder(), work / "autoencoder.pt"
    parameters = list(model.parameters())
    optimiser = torch.optim.AdamW(parameters, TOP_RATE, betas=(0.9, 0.99), weight_decay=1e-4)
    step = start = 0
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        step = start = state["step"]
    pictures = Pictures(work, seed + 1000 * (step + 1) + rank)
    torch.manual_seed(seed + 1 + rank)
    saved = time.time()
    while (share := budget.done(step)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(TOP_RATE, step - start, share, warm_up=30, flat_until=0.0)
        loss = reconstruction_loss(model, pictures.batch())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(parameters)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        step += 1
        if rank == 0 and step % 200 == 0:
            fidelity = {s: round(psnr(model, work, s), 1) for s in ("noto", "twemoji", LINE_SET.slug)}
            print(
                f"autoencoder {step} loss {loss.item():.4f} {fidelity} {time.time() - budget.began:.0f}s",
                flush=True,
            )
        if rank == 0 and time.time() - saved > CHECKPOINT_SECONDS:
            saved = time.time()
            save(model, optimiser, step, kept)
    if rank == 0:
        save(model, optimiser, step, kept)
        standardise(model, work)
        model.save_pretrained(work / "vae")
        card = {"steps": step, "psnr": {s: round(psnr(model, work, s), 2) for s in ("noto", LINE_SET.slug)}}
        (work / "autoencoder.json").write_text(json.dumps(card))
        print("autoencoder done", card, flush=True)


def save(model: Any, optimiser: Any, step: int, kept: Path) -> None:
    """Writes the checkpoint whole or not at all."""
    torch.save(
        {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step},
        kept.with_suffix(".new"),
    )
    kept.with_suffix(".new").replace(kept)


@torch.no_grad()
def standardise(model: Any, work: Path) -> None:
    """Makes every latent channel mean 0 and deviation 1 over the base sets, exactly, by folding an affine map
    into the two 1 x 1 convolutions around the latents; and the posterior a point, so that encoding is
    deterministic.

    Diffusion then meets centred data and `scaling_factor` is 1.
    """
    parts = []
    for s in BASE_SETS:
        x = torch.from_numpy(np.load(work / f"{s.slug}.npy", mmap_mode="r")[::8].copy()).permute(0, 3, 1, 2)
        parts += [encode(model, part.float() / 127.5 - 1) for part in torch.split(x, 32)]
    z = torch.cat(parts)
    mean, std = z.mean((0, 2, 3)), z.std((0, 2, 3))
    quant, post = model.quant_conv, model.post_quant_conv
    quant.weight[:LATENTS] /= std.view(-1, 1, 1, 1)
    quant.bias[:LATENTS] = (quant.bias[:LATENTS] - mean) / std
    quant.weight[LATENTS:] = 0
    quant.bias[LATENTS:] = -20.0
    post.bias += post.weight[:, :, 0, 0] @ mean
    post.weight *= std.view(1, -1, 1, 1)
