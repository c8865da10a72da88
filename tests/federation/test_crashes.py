"""A whole round in which web, worker and beat die at every point of everything they do; it publishes the exact mean."""

from collections import Counter
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.utils import timezone

from federation.protocol.schemes import SCHEMES
from federation.protocol.steps import Step
from tests.federation import world as w
from tests.federation.crashes import survives
from tests.federation.protocol.terms import small_spec

pytestmark = pytest.mark.usefixtures("world")


def seen() -> Any:
    """Everything that the rows say, but for ids, times and counts of attempts."""
    from consent.models import Entry
    from federation.models import AdapterVersion, Campaign, Event, Fold, Inbox, Message, Participation, Round

    rounds = Round.objects.order_by("opened_at")
    return (
        [(one.state, one.state_reason, one.delivered, one.cohort_size, one.survivors, one.mean_sha256,
          one.session.get("next"), one.cleared_at is None) for one in rounds],
        Counter(Participation.objects.values_list("artist_id", "state", "state_reason")),
        Counter(Message.objects.values_list("sender", "step", "sha256", "counts")),
        Counter(Inbox.objects.values_list("participation__artist_id", "step", "sha256")),
        sorted(_members(fold) for fold in Fold.objects.all()),
        Counter(Event.objects.values_list("kind", "from_state", "to_state", "reason")),
        Counter(Entry.objects.values_list("kind", flat=True)),
        Counter(AdapterVersion.objects.values_list("number", "sha256")),
        Counter(Campaign.objects.values_list("state", flat=True)),
    )  # fmt: skip


def _members(fold: Any) -> tuple[int, int, str, tuple[str, ...]]:
    removal = -1 if fold.removal is None else fold.removal
    return removal, fold.count, fold.sha256, tuple(sorted(fold.messages.values_list("sha256", flat=True)))


def sends(agent: w.Agent, round_id: UUID, step: Step, update: Any) -> int:
    """One agent's message, sent again after each death of the web process. How many points there were."""
    body = agent.message(round_id, step, update)

    def send() -> None:
        assert agent.send(round_id, step, body).status_code in (200, 201)

    return survives(send, seen)


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_killed_at_every_point_of_a_round(scheme: str) -> None:
    from federation.services import aggregate, deliver, publish, sweep
    from federation.store import updates

    campaign = w.make_campaign(scheme=scheme)
    agents, at = w.cohort(3), timezone.now()
    survives(lambda: _open(campaign), seen)
    round_ = campaign.rounds.get()
    for agent in agents:
        agent.get_ready(round_.id)
    assert survives(lambda: w.advance(round_.id, at), seen) > 3
    for step in Step:
        assert survives(lambda: deliver.deliver_stage(round_id=round_.id, at=at), seen) >= 0
        for number, agent in enumerate(agents):
            update = w.update_of(number)
            if number == 0:
                assert sends(agent, round_.id, step, update) > 3
            else:
                agent.take(round_.id, step, update)
        if step is Step.MASKED_INPUT:
            assert survives(lambda: _fold_all(round_.id), seen) > 6
        assert survives(lambda: w.advance(round_.id, at), seen) > 3
    assert survives(lambda: aggregate.fold_and_finish(round_id=round_.id, at=at), seen) > 5
    assert survives(lambda: publish.publish_round(round_id=round_.id, at=at), seen) > 10
    round_.refresh_from_db()
    check_published(round_, [w.update_of(number) for number in range(3)])
    survives(lambda: sweep.clear_uploads(round_=round_, at=at), seen)
    assert not updates().exists(str(round_.id))


def _fold_all(round_id: UUID) -> None:
    """Batches of two, until nothing is left."""
    from federation.services.folding import fold_batch

    while fold_batch(round_id=round_id, at=timezone.now(), most=2):
        pass


def _open(campaign: Any) -> None:
    """What a tick does for an automatic campaign: nothing while a round is under way."""
    from federation.services.sweep import _open_if_due

    _open_if_due(campaign, timezone.now())


def check_published(round_: Any, updates: list[Any]) -> None:
    """Version 1 is there once, and it is exactly the mean."""
    from federation.models import AdapterVersion
    from federation.services.publish import tensors_of

    assert round_.state == "published"
    version = AdapterVersion.objects.get(number=1)
    tensors = tensors_of(version, small_spec())
    found = np.concatenate([tensors[name].ravel() for name, _ in small_spec().tensors])
    np.testing.assert_allclose(found, np.mean(updates, axis=0), atol=1 / round_.manifest["scale"])


def test_killed_while_a_round_is_aborted() -> None:
    from federation.services import sweep

    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    for agent in agents[:2]:
        agent.get_ready(round_.id)
    at = round_.deadline
    assert survives(lambda: w.advance(round_.id, at), seen) > 3
    round_.refresh_from_db()
    assert (round_.state, round_.state_reason) == ("aborted", "cohort-too-small")
    survives(lambda: sweep.clear_uploads(round_=round_, at=at), seen)
