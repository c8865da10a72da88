"""Secure aggregation against Flower's SecAgg+ and against what the machine can do at all.

    python bench/secagg.py --clients 16|32|64 --params 1000000 --peer flower [--full] [--drop N] [--json]
    python bench/secagg.py --scale [--json]

Both sides run a whole round in a process of their own, over the same vectors, in turn, at least three times; the
medians are compared. Above 17 clients both use a ring of 16 neighbours, Flower's size; with --full both use the
complete graph, which is what FedArt itself uses up to 512 devices. `client_cpu_ratio` is the masked-input step on
both sides: clip, rounding and masks, no noise. `client_round_ratio` is all that a client does in a round; ours checks
the signature of every device on the roster and of a quorum, Flower's none.

The limit is what the round must cost on this machine, measured between its steps: AES-256-CTR into a buffer, and an
addition in the cache, for each mask; an addition in memory for each upload; and on the server the two Ed25519
signatures of each device, which it checks so that one bad signature does not end the round for all.
`server_vs_adding` leaves these out of the limit, not out of what is held against it. `client_vs_limit` compares the
masked-input step without clip and rounding, `server_vs_limit` all that the server does.

--scale plays 1,000 and 512 clients with 100,000 parameters, 10 % of them asleep before they send. The cost per client
is the CPU of its five steps (the median over all clients) and its share of the server's.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from report import ROOT, Figure, report

PEER = ROOT / ".venv-peers" / "bin" / "python"
HERE = Path(__file__).parent
RING = 17
SCALE_CLIENTS, SCALE_FROM, SCALE_PARAMS = 1000, 512, 100_000


def median(rows: list[dict[str, float]], name: str) -> float:
    """The median of one figure over the runs."""
    return statistics.median(row[name] for row in rows)


def side(python: Path | str, script: str, asked: argparse.Namespace) -> dict[str, float]:
    """One round in a fresh process."""
    names = ("clients", "params", "drop", "shares", "threshold")
    options = [text for name in names for text in (f"--{name}", str(getattr(asked, name)))]
    extra = ["--worker"] if script == "secagg.py" else []
    ran = subprocess.run(
        [str(python), str(HERE / script), *options, *extra], check=True, capture_output=True, text=True
    )
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def worker(asked: argparse.Namespace) -> None:
    """Our side."""
    import secagg_round

    before = secagg_round.warm_up(asked.params)
    if asked.shares < asked.clients <= SCALE_FROM:
        secagg_round.ring_of(asked.shares - 1, asked.threshold)
    print(json.dumps(secagg_round.play(asked.clients, asked.params, asked.drop, before)))


def against_peer(asked: argparse.Namespace) -> list[Figure]:
    """The figures of the comparison."""
    if not PEER.is_file():
        sys.exit("Flower is not installed: run `make bench-peers` first.")
    asked.shares = asked.clients if asked.full else min(asked.clients, RING)
    asked.threshold = 2 * asked.shares // 3 + 1
    ours, theirs = [], []
    for _ in range(asked.repeat):
        theirs.append(side(PEER, "flower_peer.py", asked))
        ours.append(side(sys.executable, "secagg.py", asked))
    for row in ours:
        size = 4 * asked.params
        mask = size * (1 / row["keystream_rate"] + 1 / row["cache_rate"])
        uploads = (asked.clients - asked.drop) * size / row["memory_rate"]
        adding = row["server_masks"] * mask + uploads
        checks = row["server_checks"] * row["signature_s"]
        row["server_over_adding"] = row["server_cpu"] / adding
        row["server_over_limit"] = row["server_cpu"] / (adding + checks)
        row["client_over_limit"] = row["client_masking_cpu"] / (row["client_masks"] * mask)
    ratio = {
        name: median(ours, name) / median(theirs, name)
        for name in ("server_cpu", "client_step_cpu", "client_cpu", "server_mib")
    }
    return [
        Figure("server_cpu_ratio", ratio["server_cpu"], "ratio", "<= 0.04"),
        Figure("client_cpu_ratio", ratio["client_step_cpu"], "ratio", "<= 0.1667"),
        Figure("client_round_ratio", ratio["client_cpu"], "ratio"),
        Figure("upload_vs_float32", median(ours, "upload") / (4 * asked.params), "ratio", "<= 1.01"),
        Figure("server_memory_ratio", ratio["server_mib"], "ratio", "<= 0.1" if asked.clients >= 64 else ""),
        Figure("server_vs_limit", median(ours, "server_over_limit"), "ratio", "<= 1.5"),
        Figure("server_vs_adding", median(ours, "server_over_adding"), "ratio"),
        Figure("client_vs_limit", median(ours, "client_over_limit"), "ratio", "<= 1.5"),
        Figure("max_error", median(ours, "max_error"), "units", "<= 0.0001"),
        Figure("peer_max_error", median(theirs, "max_error"), "units"),
        Figure("server_cpu", median(ours, "server_cpu"), "s"),
        Figure("client_cpu", median(ours, "client_cpu"), "s"),
        Figure("server_memory", median(ours, "server_mib"), "MiB"),
        Figure("peer_server_cpu", median(theirs, "server_cpu"), "s"),
        Figure("peer_client_cpu", median(theirs, "client_cpu"), "s"),
        Figure("peer_upload_vs_float32", median(theirs, "upload") / (4 * asked.params), "ratio"),
    ]


def at_scale(asked: argparse.Namespace) -> list[Figure]:
    """The figures of a large cohort."""
    rows = {}
    for clients in (SCALE_FROM, SCALE_CLIENTS):
        asked.clients, asked.params, asked.drop = clients, SCALE_PARAMS, clients // 10
        asked.shares = asked.threshold = clients
        rows[clients] = side(sys.executable, "secagg.py", asked)
    cost = {n: row["client_cpu"] + row["server_cpu"] / n for n, row in rows.items()}
    memory = {n: row["process_mib"] / n for n, row in rows.items()}
    large = rows[SCALE_CLIENTS]
    return [
        Figure("clients", SCALE_CLIENTS, "clients"),
        Figure("max_error", large["max_error"], "units", "<= 0.0005"),
        Figure("growth_per_client", cost[SCALE_CLIENTS] / cost[SCALE_FROM], "ratio", "<= 1.25"),
        Figure("memory_growth_per_client", memory[SCALE_CLIENTS] / memory[SCALE_FROM], "ratio", "<= 1.25"),
        Figure("client_cpu", large["client_cpu"], "s"),
        Figure("server_cpu", large["server_cpu"], "s"),
        Figure("masks_of_a_client", large["client_masks"], "masks"),
    ]


def main() -> int:
    """Read what is asked, measure, report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--params", type=int, default=1_000_000)
    parser.add_argument("--drop", type=int, default=0)
    parser.add_argument("--peer", choices=["flower"], default="flower")
    parser.add_argument("--full", action="store_true", help="the complete graph on both sides")
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    for name in ("--shares", "--threshold"):
        parser.add_argument(name, type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        worker(asked)
        return 0
    return report("secagg", at_scale(asked) if asked.scale else against_peer(asked), asked.json)


if __name__ == "__main__":
    sys.exit(main())
