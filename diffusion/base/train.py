"""Trains the shipped base: ``python -m diffusion.base.train --work work --stage autoencoder --minutes 22``.

Stages, each resumable from its checkpoint in `--work`: ``autoencoder``, then ``unet`` (with the text
encoder). Each runs as `--processes` processes of one thread, launched from here. Stop by `--steps`,
`--minutes` or `--until`.
"""

import argparse
import datetime
import logging
import time
from pathlib import Path

from diffusion.base.parallel import Budget, launch
from diffusion.base.sets import HERE


def budget(args: argparse.Namespace) -> Budget:
    now = time.time()
    until = now + 60 * args.minutes
    if args.until:
        clock = datetime.datetime.combine(datetime.date.today(), datetime.time.fromisoformat(args.until))
        until = min(until, clock.timestamp())
    return Budget(steps=args.steps, until=until, began=now)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where render put the sets")
    parser.add_argument("--stage", choices=("autoencoder", "unet"), required=True)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--steps", type=int, default=10**9)
    parser.add_argument("--minutes", type=float, default=10**6)
    parser.add_argument("--until", help="local time of day, HH:MM")
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    if args.stage == "autoencoder":
        from diffusion.base.train_autoencoder import train
    else:
        from diffusion.base.train_unet import train
    launch(train, args.processes, args.work, args.seed, budget(args))


if __name__ == "__main__":
    main()
