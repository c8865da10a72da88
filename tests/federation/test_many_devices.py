"""What a round costs the database: the server's own work in a few queries, whatever the cohort; a message in a few."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from federation.protocol.steps import Step
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")
SMALL, LARGE = 4, 12
MOST_FOR_A_MESSAGE = 30


def queries(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        work()
    return len(seen)


def counted(count: int) -> dict[str, int]:
    """One round of that many; how many queries each piece of the server's work took."""
    from federation.services import aggregate, deliver, publish, stages

    campaign = w.make_campaign(name=f"of {count}", min_cohort=count, threshold=count, max_cohort=count)
    agents = w.cohort(count) if count == SMALL else _more(count)
    found = {}
    opened: list[Any] = []
    found["open"] = queries(lambda: opened.append(w.open_round(campaign)))
    round_ = opened[0]
    for agent in agents:
        agent.get_ready(round_.id)
    at = timezone.now() + timedelta(seconds=1)
    found["draw"] = queries(lambda: stages.advance(round_id=round_.id, at=at))
    for step in Step:
        found[f"deliver {step.slug}"] = queries(lambda: deliver.deliver_stage(round_id=round_.id, at=at))
        sizes = []
        for number, agent in enumerate(agents):
            body = agent.message(round_.id, step, w.update_of(0) if step is Step.MASKED_INPUT else None)
            sizes.append(queries(lambda a=agent, s=step, b=body: a.send(round_.id, s, b)))  # type: ignore[misc]
            assert sizes[-1] <= MOST_FOR_A_MESSAGE, (step, number)
        found[f"message {step.slug}"] = max(sizes)
        found[f"close {step.slug}"] = queries(lambda: stages.advance(round_id=round_.id, at=at))
    found["sum"] = queries(lambda: aggregate.fold_and_finish(round_id=round_.id, at=at))
    found["publish"] = queries(lambda: publish.publish_round(round_id=round_.id, at=at))
    round_.refresh_from_db()
    assert round_.state == "published"
    found["heartbeat"] = queries(lambda: agents[0].heartbeat())
    return found


def _more(count: int) -> list[w.Agent]:
    """As world.cohort, with names of their own."""
    from gallery.models import Artist

    artists = [Artist.objects.create_user(f"more{number}@example.org") for number in range(count)]
    agents = []
    for artist in artists:
        w.grant(artist)
        agents.append(w.Agent(artist).enrol())
        agents[-1].heartbeat()
    return agents


def test_queries_do_not_grow_with_the_cohort() -> None:
    """Three times the devices: no piece of work takes more queries, but for inviting and taking masks off, which may
    take a few for each device; so a round is linear."""
    small, large = counted(SMALL), counted(LARGE)
    for_each = 8 * (LARGE - SMALL)
    for what, count in large.items():
        allowed = small[what] + (for_each if what in ("open", "sum") else 2)
        assert count <= allowed, (what, small[what], count)
