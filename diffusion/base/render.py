"""Draws the picture sets for training: ``python -m diffusion.base.render --modules node_modules --out work``.

Fetch the sets first with ``npm ci`` in this folder (package-lock.json pins every byte). Each set becomes
``<out>/<slug>.npy`` (uint8, pictures x 128 x 128 x 3, on white) and ``<out>/<slug>.json`` (their concept
numbers).
"""

import argparse
import io
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from diffusion.base.sets import BASE_SETS, HERE, LINE_GROUPS, LINE_SET, concepts, drawings

SIZE = 128


def draw(document: str, size: int = SIZE, margin: float = 0.0) -> Image.Image:
    """An SVG document as an RGB picture of `size` pixels square on white; `margin` is the free share per
    side."""
    import resvg_py

    inner = size - 2 * round(size * margin)
    raw = resvg_py.svg_to_bytes(svg_string=document, width=inner, height=inner)
    picture = Image.open(io.BytesIO(bytes(raw))).convert("RGBA")
    sheet = Image.new("RGBA", (size, size), (255, 255, 255, 255))
    sheet.alpha_composite(picture, ((size - picture.width) // 2, (size - picture.height) // 2))
    return sheet.convert("RGB")


def render_set(modules: Path, slug: str, out: Path) -> str:
    """Draws one set into `out` and says in a line what came of it."""
    table, pictures, numbers, failed = concepts(modules), [], [], 0
    for number, document in drawings(modules, slug).items():
        if slug == LINE_SET.slug and table[number].group not in LINE_GROUPS:
            continue
        try:
            pictures.append(np.asarray(draw(document)))
        except Exception:  # resvg raises its own types; a picture that cannot be drawn is only left out
            failed += 1
            continue
        numbers.append(number)
    np.save(out / f"{slug}.npy", np.stack(pictures))
    (out / f"{slug}.json").write_text(json.dumps(numbers))
    return f"{slug}: {len(numbers)} pictures, {failed} could not be drawn"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--modules", type=Path, default=HERE / "node_modules")
    parser.add_argument("--out", type=Path, default=HERE / "work")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows = [{"label": c.label, "tags": c.tags, "group": c.group} for c in concepts(args.modules)]
    (args.out / "concepts.json").write_text(json.dumps(rows))
    with ProcessPoolExecutor(2) as pool:
        jobs = [pool.submit(render_set, args.modules, s.slug, args.out) for s in (*BASE_SETS, LINE_SET)]
        for job in jobs:
            print(job.result(), flush=True)


if __name__ == "__main__":
    main()
