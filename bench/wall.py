"""`python bench/wall.py [--pictures 100000] [--readers 50] [--json]`: reading the wall while fifty others do.

A real web process on loopback over a database of a hundred thousand published pictures by two hundred artists who
signed for it. Fifty readers ask without pause, each on a connection of its own, for one kind of page at a time:
pages of the wall anywhere in it, some of them filtered; pages of single pictures; and an empty page of the same site
(header, footer and styles with nothing between), against which both are measured. The kinds take turns, so that what
else the machine does meets all alike.

wall_p95_ratio, image_p95_ratio   p95 over that of the empty page
*_p95_ms                          as the readers wait, fifty at once
wall_queries, image_queries       statements to the database for one page, on a wall of any size
"""

import argparse
import http.client
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from report import Figure, report
from wall_server import server

TURNS = 4
REQUESTS = 600
"""Of each kind in each turn, by all readers together."""
WARM = 60
FILTERED = 0.2
"""Share of the wall's readers who look for something."""
FILTERS = ("version=3", "text=boat", "text=number", "since=2026-01-01", "seed=4242", "artist=Artist+7")


def main() -> int:
    """Exit status: 1 where a target does not hold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--artists", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with server(pictures=options.pictures, artists=options.artists) as url:
        kinds = kinds_of(options.pictures)
        times = measure(url, kinds, readers=options.readers)
        counts = {kind: queries(paths()) for kind, paths in kinds.items()}
    return report("wall", figures(options.pictures, times, counts), options.json)


def kinds_of(pictures: int) -> dict[str, Callable[[], str]]:
    """What to ask for: a function for each kind of page that draws an address."""
    from gallery.models import Image

    rows = Image.objects.filter(published_at__isnull=False, adult=False).order_by("-published_at")
    step = max(1, pictures // 2000)
    spread = list(rows.values_list("handle", "published_at", "pk")[::step])
    draw = random.Random(20261124)

    def wall() -> str:
        _, at, pk = draw.choice(spread)
        before = f"before={at.isoformat().replace('+', '%2B')}_{pk}"
        if draw.random() < FILTERED:
            return f"/?{draw.choice(FILTERS)}"
        return f"/?{before}" if draw.random() < 0.7 else "/"

    return {
        "empty": lambda: "/bench/frame",
        "bare": lambda: "/bench/bare",
        "wall": wall,
        "image": lambda: f"/images/{draw.choice(spread)[0]}/",
    }


def measure(url: str, kinds: dict[str, Callable[[], str]], *, readers: int) -> dict[str, list[float]]:
    """Seconds of every request by kind, the kinds taking turns."""
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for paths in kinds.values():
        _ask(url, [paths() for _ in range(WARM)], readers)
    for _ in range(TURNS):
        for kind, paths in kinds.items():
            times[kind] += _ask(url, [paths() for _ in range(REQUESTS)], readers)
    return times


def _ask(url: str, paths: Sequence[str], readers: int) -> list[float]:
    """All of these addresses by that many readers at once; each reader keeps its connection."""
    waiting, found, lock = list(paths), [], threading.Lock()
    host = urlsplit(url).netloc
    failures: list[str] = []

    def read() -> None:
        connection = http.client.HTTPConnection(host, timeout=60)
        while True:
            with lock:
                if not waiting or failures:
                    break
                path = waiting.pop()
            began = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            took = time.perf_counter() - began
            with lock:
                found.append(took)
                if answer.status != 200:
                    failures.append(f"{path} answered {answer.status}")
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(failures[0])
    return found


def queries(path: str) -> int:
    """Statements to the database for this page, in this process."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    host = urlsplit(settings.PUBLIC_ORIGIN).netloc
    with CaptureQueriesContext(connection) as captured:
        Client(headers={"host": host}).get(path)
    return len(captured)


def p95(values: Sequence[float]) -> float:
    """The value that nineteen of twenty do not exceed."""
    return sorted(values)[int(len(values) * 0.95)]


def figures(pictures: int, times: dict[str, list[float]], counts: dict[str, int]) -> list[Figure]:
    """The ratios have targets; the rest says what they are made of."""
    late: dict[str, Any] = {kind: p95(values) for kind, values in times.items()}
    return [
        Figure("pictures", pictures, "pictures", ">= 100000"),
        Figure("wall_p95_ratio", round(late["wall"] / late["empty"], 2), "ratio", "<= 3"),
        Figure("image_p95_ratio", round(late["image"] / late["empty"], 2), "ratio", "<= 3"),
        *(Figure(f"{kind}_p95_ms", round(1000 * value, 1), "ms") for kind, value in late.items()),
        Figure("wall_queries", counts["wall"], "queries"),
        Figure("image_queries", counts["image"], "queries"),
    ]


if __name__ == "__main__":
    sys.exit(main())
