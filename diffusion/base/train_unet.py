"""Stage two: the UNet and the text encoder together, on the latents of some 230 concepts in six styles."""

import copy
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from diffusers import AutoencoderKL, DDIMScheduler
from torch import Tensor

from diffusion.base.parallel import Budget, average_gradients, learning_rate
from diffusion.base.sets import BASE_SETS
from diffusion.base.shapes import SCHEDULE, WORDS, text_encoder, unet
from diffusion.base.subjects import OFTEN, Subject, subjects
from diffusion.base.tokenizer import build
from diffusion.base.train_autoencoder import encode

BATCH, TOP_RATE, KEEP = 16, 1.2e-3, 0.998
STYLE_SHARE, SHORT_SHARE, EMPTY_SHARE = 0.6, 0.4, 0.1
WARM_UP, FLAT_UNTIL = 100, 0.5
HELD_OUT = 96
CHECKPOINT_SECONDS = 300.0


@dataclass
class Latents:
    """Everything the UNet learns from: latents (N x 8 x 16 x 16), what each shows, and in which style."""

    z: Tensor
    labels: list[str]
    styles: list[str]


@torch.no_grad()
def gather(work: Path) -> Latents:
    """Encodes the pictures of the chosen subjects and their mirror images; done once, kept in `latents.pt`."""
    kept = work / "latents.pt"
    if kept.exists():
        return Latents(**torch.load(kept, weights_only=True))
    model = AutoencoderKL.from_pretrained(work / "vae").eval()
    names = [r["label"] for r in json.loads((work / "concepts.json").read_text())]
    chosen, parts = subjects(), []
    labels: list[str] = []
    styles: list[str] = []
    for s in BASE_SETS:
        numbers = json.loads((work / f"{s.slug}.json").read_text())
        rows = [row for row, number in enumerate(numbers) if names[number] in chosen]
        x = (
            torch.from_numpy(np.load(work / f"{s.slug}.npy", mmap_mode="r")[rows]).permute(0, 3, 1, 2).float()
            / 127.5
            - 1
        )
        for side in (x, x.flip(3)):
            parts += [encode(model, part) for part in torch.split(side, 32)]
            labels += [names[numbers[row]] for row in rows]
            styles += [s.words] * len(rows)
    return Latents(torch.cat(parts), labels, styles)


def gather_once(rank: int, work: Path) -> Latents:
    """Process 0 encodes, the others wait and read."""
    if rank == 0:
        data = gather(work)
        torch.save(vars(data), work / "latents.pt")
    dist.barrier()
    return gather(work)


def split(data: Latents, seed: int) -> tuple[list[int], list[int]]:
    """Rows held out and rows to learn from. Held out are whole pairs (subject, style), so that no mirror
    image of a held-out picture is learned from; the subjects shown most often are never held out."""
    pairs = list(zip(data.labels, data.styles, strict=True))
    rare = sorted({pair for pair in pairs if pair[0] not in OFTEN})
    away, rows = set(random.Random(seed).sample(rare, HELD_OUT // 2)), list(enumerate(pairs))
    return [n for n, pair in rows if pair in away], [n for n, pair in rows if pair not in away]


def caption(label: str, style: str, table: dict[str, Subject], *, dropout: float = EMPTY_SHARE) -> str:
    """ "LABEL [STYLE style]", the label sometimes by a shorter word; now and then nothing at all."""
    if random.random() < dropout:
        return ""
    words = table[label].words
    name = random.choice(words) if words and random.random() < SHORT_SHARE else label
    return f"{name} {style} style" if random.random() < STYLE_SHARE else name


class Trainer:
    """The two networks, their averaged copies, and one step of training."""

    def __init__(self, work: Path, seed: int, rank: int) -> None:
        self.tokenizer = build(work, work / "tokenizer")
        torch.manual_seed(seed)
        self.nets = torch.nn.ModuleDict({"unet": unet(), "text": text_encoder(len(self.tokenizer))})
        self.kept = copy.deepcopy(self.nets).requires_grad_(False).eval()
        self.parameters = list(self.nets.parameters())
        self.optimiser = torch.optim.AdamW(self.parameters, TOP_RATE, betas=(0.9, 0.99), weight_decay=0.01)
        self.signal: Tensor = DDIMScheduler(**SCHEDULE).alphas_cumprod
        self.table, self.data, self.step = subjects(), gather_once(rank, work), 0
        self.held, self.seen = split(self.data, seed)
        self.weights = [self.table[self.data.labels[n]].weight for n in self.seen]
        self.checkpoint = work / "unet.pt"
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=True)
            self.nets.load_state_dict(state["nets"])
            self.kept.load_state_dict(state["kept"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.step = state["step"]
        torch.manual_seed(seed + 7919 * self.step + rank)
        random.seed(seed + 7919 * self.step + rank)

    def loss(
        self, nets: Any, rows: list[int], captions: list[str], generator: torch.Generator | None = None
    ) -> Tensor:
        """Mean squared error of v over `rows`; times are spread evenly over the batch (less noise than by
        chance)."""
        x = self.data.z[rows]
        noise = torch.randn(x.shape, generator=generator)
        place = (torch.arange(len(x)) + torch.rand(len(x), generator=generator)) / len(x)
        times = (place * 1000).long()
        a = self.signal[times].view(-1, 1, 1, 1)
        ids = self.tokenizer(
            captions, padding="max_length", truncation=True, max_length=WORDS, return_tensors="pt"
        ).input_ids
        guess = nets["unet"](a.sqrt() * x + (1 - a).sqrt() * noise, times, nets["text"](ids)[0]).sample
        return F.mse_loss(guess, a.sqrt() * noise - (1 - a).sqrt() * x)

    def one_step(self, rate: float) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        rows = random.choices(self.seen, self.weights, k=BATCH)
        loss = self.loss(
            self.nets, rows, [caption(self.data.labels[n], self.data.styles[n], self.table) for n in rows]
        )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.step += 1
        keep = min(KEEP, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.kept.parameters()), [*self.parameters], 1 - keep)
        return loss.item()

    @torch.no_grad()
    def held_out(self) -> float:
        """Loss of the averaged networks on pictures never trained on, with fixed noise and full captions."""
        total, generator = 0.0, torch.Generator().manual_seed(1)
        for at in range(0, len(self.held), 32):
            rows = self.held[at : at + 32]
            words = [f"{self.data.labels[n]} {self.data.styles[n]} style" for n in rows]
            total += self.loss(self.kept, rows, words, generator).item() * len(rows)
        return total / len(self.held)

    def save(self) -> None:
        """Writes the checkpoint whole or not at all, and the averaged networks beside it."""
        state = {"nets": self.nets.state_dict(), "kept": self.kept.state_dict(), "step": self.step}
        fresh = self.checkpoint.with_suffix(".new")
        torch.save({**state, "optimiser": self.optimiser.state_dict()}, fresh)
        fresh.replace(self.checkpoint)


def train(rank: int, processes: int, work: Path, seed: int, budget: Budget) -> None:
    """Trains from `unet.pt` if there is one, with a new warm-up; the rate falls to nearly nothing at the
    end."""
    trainer = Trainer(work, seed, rank)
    start, saved, recent = trainer.step, time.time(), []
    log = (work / "unet.log").open("a")
    if rank == 0:
        print(
            f"unet: {len(trainer.seen)} latents of {len(set(trainer.data.labels))} subjects, from step {start}",
            flush=True,
        )
    while (share := budget.done(trainer.step)) < 1:
        rate = learning_rate(TOP_RATE, trainer.step - start, share, warm_up=WARM_UP, flat_until=FLAT_UNTIL)
        recent.append(trainer.one_step(rate))
        if rank == 0 and trainer.step % 100 == 0:
            row = {"step": trainer.step, "loss": round(sum(recent) / len(recent), 4),
                   "held_out": round(trainer.held_out(), 4), "seconds": round(time.time() - budget.began)}  # fmt: skip
            recent.clear()
            print("unet", row, flush=True)
            print(json.dumps(row), file=log, flush=True)
        if rank == 0 and time.time() - saved > CHECKPOINT_SECONDS:
            saved = time.time()
            trainer.save()
    if rank == 0:
        trainer.save()
