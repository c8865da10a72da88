"""`python bench/rounds.py [--agents 100] [--params 400000] [--json]`: rounds over HTTP with devices that drop out.

A real server (private engines, web, workers, beat) on loopback, and agents that do everything but train: they read
signed terms, sign, walk the scheme's client and send. A third falls silent, each before a step drawn at random. The
rounds have one worker and two in turn; a stage ends when all have answered or at its deadline, so most of the
interactive part is waiting for those who will not answer. Medians over the rounds; of what has a target, the worst.

interactive_s     from the drawn cohort to the published version
server_cpu_s      processor time of web, workers and beat in that time (not PostgreSQL's)
finish_s          from the last answer to the published version
one_worker_s      what of it can be shared: adding up and taking masks off, by one process (bench/rounds_workers.py)
two_worker_ratio  the same by two processes, over that by one; medians of the replays of each round
bytes             all messages and inboxes of a round
max_error         the published mean against the mean of exactly those updates that the server took
"""

import argparse
import multiprocessing
import random
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from report import Figure, report
from rounds_agents import LightAgent, put_to_sleep
from rounds_server import make_agents, make_campaign, server
from rounds_workers import keep, replay

from federation.protocol.params import quorum
from federation.protocol.steps import Step

GETTING_READY = 8
"""Agents that say at once that they are ready; the interactive part is theirs all together."""


def main() -> int:
    """Exit status: 1 where a target does not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--params", type=int, default=400_000)
    parser.add_argument("--drop", type=float, default=0.3, help="share of the agents that fall silent")
    parser.add_argument("--stage-s", type=int, default=25, help="seconds that a stage waits for the silent")
    parser.add_argument("--repeat", type=int, default=3, help="rounds")
    parser.add_argument("--replays", type=int, default=3, help="of the workers' part of each round")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    runs = [_apart(options, 1 + number % 2) for number in range(options.repeat)]
    return report("rounds", figures(options.agents, runs), options.json)


def figures(agents: int, runs: list[dict[str, float]]) -> list[Figure]:
    """Of all rounds the worst value, for what has a target; the median, for the rest."""

    def middle(name: str) -> float:
        return statistics.median(run[name] for run in runs)

    return [
        Figure("agents", agents, "agents"),
        Figure("rounds", len(runs), "rounds"),
        Figure("dropout_share", middle("dropout_share"), "ratio"),
        Figure("published", min(run["published"] for run in runs), "rounds", "== 1"),
        Figure("lost_updates", max(run["lost_updates"] for run in runs), "updates", "== 0"),
        Figure("max_error", max(run["max_error"] for run in runs), "steps of the fixed point", "<= 1"),
        Figure("in_the_sum", middle("in_the_sum"), "updates"),
        Figure("interactive_s", middle("interactive_s"), "s"),
        Figure("server_cpu_s", middle("server_cpu_s"), "s"),
        Figure("two_worker_ratio", middle("two_worker_ratio"), "ratio"),
        Figure("one_worker_s", middle("one_worker_s"), "s"),
        Figure("finish_s", middle("finish_s"), "s"),
        Figure("bytes", middle("bytes"), "bytes"),
    ]


def _apart(options: argparse.Namespace, workers: int) -> dict[str, float]:
    """One round in a process of its own: settings are read once in a process, and each round has its own server."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_run, args=(there, vars(options), workers))
    child.start()
    there.close()
    try:
        found: dict[str, float] = here.recv()
    except EOFError:
        raise SystemExit(f"the round with {workers} workers ended without figures") from None
    finally:
        child.join(60)
    return found


def _run(pipe: Any, options: dict[str, Any], workers: int) -> None:
    with server(workers) as running:
        pipe.send(measure(running, options))


def measure(running: Any, options: dict[str, Any]) -> dict[str, float]:
    """Sets the scene, plays the round, reads its rows."""
    from django.utils import timezone

    from federation.protocol import keys
    from federation.services.rounds import open_round
    from federation.signing import server_public_key

    count, rng, stop = options["agents"], random.Random(1), threading.Event()
    campaign = make_campaign(
        agents=count, params=options["params"], threshold=quorum(count), stage_s=options["stage_s"]
    )
    agents = make_agents(running.url, count, stop)
    asleep = put_to_sleep(agents, options["drop"], rng)
    server_key = keys.from_b64url(server_public_key(), 32)
    with ThreadPoolExecutor(GETTING_READY) as pool:
        list(pool.map(lambda agent: agent.api.heartbeat({"state": "idle"}), agents))
        round_ = open_round(campaign=campaign, at=timezone.now())
        list(pool.map(lambda agent: agent.get_ready(round_.pk, server_key), agents))
    before = running.cpu_s()
    threads = [threading.Thread(target=agent.run, args=(round_.pk, server_key)) for agent in agents]
    for thread in threads:
        thread.start()
    kept = Path(running.folder) / "kept"
    _wait_for_its_end(round_, kept, limit_s=30 + 7 * options["stage_s"])
    spent = running.cpu_s() - before
    stop.set()
    for thread in threads:
        thread.join(30)
    found = {
        "dropout_share": asleep / count,
        "server_cpu_s": spent,
        **_outcome(round_, agents, options["params"]),
    }
    running.crew.stop()  # what comes now is the machine's own
    return {**found, **_shared(round_.pk, kept, options["replays"] if found["published"] else 0)}


def _wait_for_its_end(round_: Any, kept: Path, *, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while round_.state not in ("published", "aborted") and time.monotonic() < deadline:
        time.sleep(0.25)
        round_.refresh_from_db()
        if round_.state in ("unmasking", "aggregating", "publishing"):
            keep(round_.pk, kept)


def _shared(round_id: UUID, kept: Path, replays: int) -> dict[str, float]:
    """What workers can share, by one and by two, in turn."""
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(replays):
        for workers, spent in times.items():
            spent.append(replay(round_id, kept, workers))
    one, two = (statistics.median(spent or [0.0]) for spent in times.values())
    return {"one_worker_s": one, "two_worker_ratio": two / one if one else 0.0}


def _outcome(round_: Any, agents: list[LightAgent], length: int) -> dict[str, float]:
    """What the rows say, and whether the version is the mean of what was taken."""
    from django.db.models import Sum

    from federation.models import Event, Inbox, Message

    at = {event.to_state: event.at for event in Event.objects.filter(round=round_, kind="round")}
    inside = set(
        Message.objects.filter(participation__round=round_, fold__isnull=False).values_list(
            "sender", flat=True
        )
    )
    taken = {agent.device for agent in agents if Step.MASKED_INPUT in agent.sent}
    up = Message.objects.filter(participation__round=round_).aggregate(n=Sum("size"))["n"] or 0
    down = Inbox.objects.filter(participation__round=round_).aggregate(n=Sum("size"))["n"] or 0
    published = round_.state == "published"
    if not published:
        troubles = sorted({agent.trouble for agent in agents if agent.trouble})
        print(f"{round_.state}: {round_.state_reason}; {troubles}", file=sys.stderr)
    return {
        "published": float(published),
        "in_the_sum": len(inside),
        "lost_updates": len(taken - inside) if published else len(taken),
        "interactive_s": (at["published"] - at["advertising"]).total_seconds() if published else 0.0,
        "finish_s": (at["published"] - at["aggregating"]).total_seconds() if published else 0.0,
        "bytes": up + down,
        "max_error": _error(round_, [a for a in agents if a.device in inside], length) if published else 1e9,
    }


def _error(round_: Any, inside: list[LightAgent], length: int) -> float:
    """The largest difference, in steps of the fixed point: rounding may cost each update less than one."""
    import numpy as np

    from federation.services.publish import tensors_of
    from federation.terms import spec_of

    tensors = tensors_of(round_.version, spec_of(round_.campaign))
    found = np.concatenate([tensor.ravel() for tensor in tensors.values()])
    mean = np.zeros(length)
    for agent in inside:
        mean += agent.update(length) / len(inside)
    return float(np.abs(found - mean).max() * round_.manifest["scale"])


if __name__ == "__main__":
    sys.exit(main())
