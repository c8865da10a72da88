"""What the studio adds to drawing, and what drawing together saves: `python bench/generate.py` (--json, --rounds).

The shipped base, 16 steps, guidance 4, adapters of rank 8 on every layer; a private PostgreSQL and Valkey, the worker's
own code in this process, previews and news to the artist's tabs included.

overhead_ratio        from the request to the finished, marked picture in a warm worker, against a bare diffusers
                      pipeline (the base without any adapter) and the same marking; in turn, medians
batch_speedup         eight requests with the same adapter in one go, against one by one, finished pictures a second
mixed_batch_speedup   the same with eight different adapters, each picture with its own
adapter_switch_ms     from one version to another in a warm worker, median
adapter_read_ms       the same where the version has to be read from storage and checked first, median
picture_difference    the largest difference of a pixel (0 to 255) between a picture drawn in a mixed batch and alone
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from ledger import prepare
from report import Figure, report

STEPS, GUIDANCE, TOGETHER, ROUNDS, SWITCHES = 16, 4.0, 8, 3, 12


def main() -> int:
    """Run everything and print the figures."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--json", action="store_true")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="fedart-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        try:
            prepare(folder)
            figures = measure(asked.rounds)
        finally:
            from fedart_site.engines import supervisor

            supervisor.erase(folder)
    return report("generate", figures, asked.json)


def measure(rounds: int) -> list[Figure]:
    """All figures."""
    import generate_parts as parts

    versions = parts.studio(TOGETHER + 1)
    bare = parts.bare_pipeline()
    parts.make([parts.params(versions[1])])  # warm: base, adapter, certificates
    parts.bare(bare, versions[0])
    ours, theirs, single, same, mixed = [], [], [], [], []
    for _ in range(rounds):
        theirs.append(timed(lambda: parts.bare(bare, versions[0])))
        ours.append(timed(lambda: parts.make([parts.params(versions[1])])))
        single.append(timed(lambda: [parts.make([one]) for one in parts.same(versions, TOGETHER)]))
        same.append(timed(lambda: parts.make(parts.same(versions, TOGETHER))))
        mixed.append(timed(lambda: parts.make(parts.mixed(versions, TOGETHER))))
    return [
        Figure("overhead_ratio", round(median(ours) / median(theirs), 3), "ratio", "<= 1.15"),
        Figure("batch_speedup", round(median(single) / median(same), 2), "ratio", ">= 2"),
        Figure("mixed_batch_speedup", round(median(single) / median(mixed), 2), "ratio", ">= 1.5"),
        Figure(
            "adapter_switch_ms", round(1000 * median(parts.switches(versions, SWITCHES)), 1), "ms", "< 50"
        ),
        Figure("adapter_read_ms", round(1000 * median(parts.cold_switches(versions, 5)), 1), "ms"),
        Figure("picture_difference", parts.difference(versions), "of 255", "<= 2"),
        Figure("bare_picture_s", round(median(theirs), 3), "s"),
        Figure("pictures_per_s_together", round(TOGETHER / median(same), 2), "1/s"),
    ]


def timed(what: Callable[[], Any]) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
