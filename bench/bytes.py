"""`python bench/bytes.py [--json | --table]`: what an artist sends in a round, by model and kind of adapter.

By shapes only, nothing is downloaded or allocated. A number is a ring element of four bytes; beside the vector a
message has a header and the round four more messages (bench/secagg.py measures them). Compared with averaging the
whole denoiser in fp32. `--table` prints the rows of docs/adapters.md.
"""

import argparse
import sys

from report import Figure, report

from diffusion.sizes import KNOWN, Known, layers, sent

WORD = 4
SPECS = (("lora", 4), ("ffa", 4), ("ffa", 8), ("alternating", 8), ("core", 8), ("core", 16))
PUBLISHED = {("lora", 4): 797_184, ("ffa", 4): 399_360, ("core", 8): 8_192}
"""Stable Diffusion 1.5: what others count for LoRA of rank 4 on all attention layers, and what follows from it."""


def counted(known: Known) -> tuple[int, dict[tuple[str, int], int]]:
    """Parameters of the denoiser, and numbers sent by kind and rank."""
    model = known.denoiser()
    sites = layers(model, known.targets())
    return sum(p.numel() for p in model.parameters()), {spec: sent(sites, *spec) for spec in SPECS}


def human(size: float) -> str:
    """Bytes as people say them."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def main() -> int:
    """Counts and reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--table", action="store_true")
    asked = parser.parse_args()
    found = {known.name: counted(known) for known in KNOWN}
    if asked.table:
        print(
            "| model | whole denoiser, fp32 | "
            + " | ".join(f"{kind}, r = {rank}" for kind, rank in SPECS)
            + " |"
        )
        print("|---" * (2 + len(SPECS)) + "|")
        for name, (whole, numbers) in found.items():
            cells = [human(WORD * numbers[spec]) for spec in SPECS]
            print(f"| {name} | {human(WORD * whole)} | " + " | ".join(cells) + " |")
        return 0
    figures = []
    for name, (whole, numbers) in found.items():
        figures.append(Figure(f"{name}: denoiser", WORD * whole, "bytes"))
        for spec, number in numbers.items():
            target = f"== {PUBLISHED[spec] * WORD}" if name == KNOWN[0].name and spec in PUBLISHED else ""
            figures.append(Figure(f"{name}: {spec[0]}, r = {spec[1]}", WORD * number, "bytes", target))
        saved = 100 * (1 - numbers["ffa", 8] / whole)
        figures.append(Figure(f"{name}: saved by ffa, r = 8", saved, "%", ">= 99"))
    return report("bytes", figures, asked.json)


if __name__ == "__main__":
    sys.exit(main())
