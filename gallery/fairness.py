"""Whose picture is made next, and which are made together with it. Pure.

Fair by work, not by number: what counts is pixels times steps. Of those who wait, the one comes first whose artist has
had the least lately, this picture included; so artists take turns, a short picture does not stand behind somebody's
long ones, and a long one that has waited too long goes before all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LATELY = timedelta(minutes=10)
"""The work of an artist that counts when her next picture is weighed."""
WAITED_LONG = timedelta(minutes=2)
"""Who has waited longer comes first, the longest first: nobody waits for ever behind short pictures."""


@dataclass(frozen=True)
class Waiting:
    """One request in the queue. `work` is pixels times steps; only requests of one `kind` can be drawn together."""

    key: int
    artist: int
    work: int
    since: datetime
    kind: str = ""


def fair_order(rows: Sequence[Waiting], had: Mapping[int, int], *, at: datetime) -> Iterator[Waiting]:
    """All rows, next first. `had` is each artist's work within LATELY."""
    long = [row for row in rows if at - row.since > WAITED_LONG]
    had = dict(had)
    for row in sorted(long, key=lambda row: (row.since, row.key)):
        had[row.artist] = had.get(row.artist, 0) + row.work
        yield row
    left = [row for row in rows if at - row.since <= WAITED_LONG]
    while left:
        row = min(left, key=lambda row: (had.get(row.artist, 0) + row.work, row.since, row.key))
        left.remove(row)
        had[row.artist] = had.get(row.artist, 0) + row.work
        yield row


def together(order: Sequence[Waiting], *, at_most: int, work: int) -> list[Waiting]:
    """The first of `order` and, in its order, those of its kind that fit: `at_most` in number, `work` in all."""
    batch = list(order[:1])
    total = sum(row.work for row in batch)
    for row in order[1:]:
        if len(batch) >= at_most:
            break
        if row.kind == batch[0].kind and total + row.work <= work:
            batch.append(row)
            total += row.work
    return batch
