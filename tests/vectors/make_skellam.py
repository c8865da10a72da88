"""Writes skellam.json: `python -m tests.vectors.make_skellam`. The file is the truth; look at what changes."""

import hashlib
import json
from pathlib import Path
from typing import Any

from federation.privacy import skellam

PATH = Path(__file__).parent / "skellam.json"
ABOUT = (
    "Skellam noise by inversion (federation/privacy/skellam.py): ChaCha20 under the seed, nonce and counter 0; 8 bytes "
    "little-endian a number; sha256 is over the numbers as int64 little-endian; table_sha256 over the thresholds as "
    "128-bit little-endian, in order."
)


def case(seed: bytes, variance: int, length: int) -> dict[str, Any]:
    """One vector: what goes in, what comes out."""
    drawn = skellam.share(length, variance, skellam.chacha20(seed))
    table = skellam.table_of(variance)
    words = b"".join(
        int(low).to_bytes(8, "little") + int(high).to_bytes(8, "little")
        for low, high in zip(table.low, table.high[:-1], strict=True)
    )
    return {
        "seed": seed.hex(),
        "variance": variance,
        "length": length,
        "expect": {
            "first": drawn[:8].tolist(),
            "sha256": hashlib.sha256(drawn.astype("<i8").tobytes()).hexdigest(),
            "reach": table.reach,
            "table_sha256": hashlib.sha256(words).hexdigest(),
        },
    }


if __name__ == "__main__":
    seeds = (bytes(32), bytes(range(32)))
    cases = [case(seed, variance, 70_000) for seed in seeds for variance in (1, 50, 4096, 1_884_302)]
    rows = ",\n".join(json.dumps(one) for one in cases)
    PATH.write_text(f'{{"about": {json.dumps(ABOUT)}, "cases": [\n{rows}\n]}}\n')
