"""Writes the shipped base: ``python -m diffusion.base.export --work work`` packs the last checkpoint in fp16.

Beside the weights it writes card.json (facts, for the credits page), README.md (the model card) and NOTICE.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL

from diffusion.base import base_hash, shipped_base_dir
from diffusion.base.sets import BASE_SETS, HERE, LINE_SET
from diffusion.base.shapes import assemble, text_encoder, unet
from diffusion.base.subjects import subjects
from diffusion.base.tokenizer import build


def export(work: Path, out: Path, *, seed: int, raw: bool = False) -> dict[str, Any]:
    """Packs the averaged networks (or the `raw` ones) into `out`, and returns the facts of the card."""
    state = torch.load(work / "unet.pt", weights_only=True)
    tokenizer = build(work, work / "tokenizer")
    nets = torch.nn.ModuleDict({"unet": unet(), "text": text_encoder(len(tokenizer))})
    nets.load_state_dict(state["nets" if raw else "kept"])
    vae = AutoencoderKL.from_pretrained(work / "vae")
    pipe = assemble(vae=vae, text_encoder=nets["text"], tokenizer=tokenizer, unet=nets["unet"])
    pipe.to(torch.float16).save_pretrained(str(out), safe_serialization=True)
    (out / "tokenizer" / "merges.txt").write_bytes((work / "tokenizer" / "merges.txt").read_bytes())
    (out / "tokenizer" / "vocab.json").write_bytes((work / "tokenizer" / "vocab.json").read_bytes())
    facts = card(work, out, step=state["step"], seed=seed)
    (out / "card.json").write_text(json.dumps(facts, indent=1) + "\n")
    (out / "README.md").write_text((HERE / "card.md").read_text().format(**rows(facts)))
    (out / "NOTICE").write_text(notice())
    return facts


def card(work: Path, out: Path, *, step: int, seed: int) -> dict[str, Any]:
    """What can be said in numbers: measured ones come from the logs of the two stages."""
    log = [json.loads(line) for line in (work / "unet.log").read_text().splitlines()]
    coder = json.loads((work / "autoencoder.json").read_text())
    sets = [
        {"name": s.slug, "licence": s.licence, "credit": s.credit, "source": s.source_url} for s in BASE_SETS
    ]
    line = {"name": LINE_SET.slug, "licence": LINE_SET.licence, "credit": LINE_SET.credit}
    return {
        "name": "FedArt pictogram base",
        "licence": "Apache-2.0, made from pictures under Apache-2.0, MIT and CC-BY-4.0",
        "hash": base_hash(out),
        "bytes": sum(p.stat().st_size for p in out.rglob("*") if p.is_file()),
        "size": 128,
        "seed": seed,
        "subjects": len(subjects()),
        "autoencoder": coder,
        "steps": step,
        "loss": log[-1]["loss"] if log else None,
        "held_out_loss": log[-1]["held_out"] if log else None,
        "sets": [*sets, {**line, "source": LINE_SET.source_url}],
    }


def rows(facts: dict[str, Any]) -> dict[str, str]:
    """The facts as they are written into the model card."""
    table = "\n".join(
        f"| {s['name']} | {s['licence']} | {s['credit']} | {s['source']} |" for s in facts["sets"]
    )
    coder = facts["autoencoder"]
    return {
        "sets": table,
        "hash": facts["hash"],
        "seed": str(facts["seed"]),
        "subjects": str(facts["subjects"]),
        "coder_steps": str(coder["steps"]),
        "fidelity": ", ".join(f"{name} {value} dB" for name, value in coder["psnr"].items()),
        "steps": str(facts["steps"]),
        "loss": str(facts["loss"]),
        "held_out": str(facts["held_out_loss"]),
    }


def notice() -> str:
    """The attributions that the licences of the pictures ask for."""
    lines = [f"- {s.credit}; {s.licence}; {s.source_url}" for s in (*BASE_SETS, LINE_SET)]
    return (
        "FedArt pictogram base\n\n"
        "These weights were trained on pictures from the sets below, drawn from the npm packages @iconify-json/*\n"
        "at the versions in ../package-lock.json, and on names from emojibase-data (MIT).\n\n"
        + "\n".join(lines)
        + "\n\nThe licences' texts: ../../../samples/LICENSES\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=HERE / "work")
    parser.add_argument("--out", type=Path, default=shipped_base_dir())
    parser.add_argument("--seed", type=int, default=20, help="the seed given to train, for the card")
    parser.add_argument("--raw", action="store_true", help="the last weights instead of their running mean")
    args = parser.parse_args()
    print(json.dumps(export(args.work, args.out, seed=args.seed, raw=args.raw), indent=1))


if __name__ == "__main__":
    main()
