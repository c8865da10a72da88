"""As of a round: which statement allowed an artist's part, whatever she decided before and after."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from federation.protocol.steps import Step
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")


def published() -> tuple[list[w.Agent], Any]:
    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    for step in Step:
        w.run_step(agents, round_.id, step)
    return agents, w.aggregate(round_.id)


def ask(agent: w.Agent, round_: Any) -> str:
    out = StringIO()
    call_command("consent_as_of", agent.artist.handle, str(round_.id), stdout=out)
    return out.getvalue()


def test_the_statement_of_the_time_answers_though_she_revoked_and_granted_anew() -> None:
    from consent.selectors import live_grant
    from federation.consents import as_of

    agents, round_ = published()
    artist = agents[0].artist
    before = live_grant(artist_id=artist.pk, purpose="fa:TrainSharedAdapter", at=timezone.now())
    w.revoke(artist)
    told = as_of(artist_id=artist.pk, round_=round_, now=timezone.now())
    assert told.grant == before
    assert told.in_sum
    assert (told.size, told.root) == tuple(round_.version.card["ledger"].values())
    w.grant(artist)
    assert as_of(artist_id=artist.pk, round_=round_, now=timezone.now()).grant == before
    assert before is not None
    assert before.entry_index < told.size
    said = ask(agents[0], round_)
    assert f"entry {before.entry_index} of the ledger was in force" in said
    assert str(before.statement_id) in said


def test_who_was_not_there_is_in_no_sum(alice: Any) -> None:
    _agents, round_ = published()
    w.grant(alice)
    said = ask(w.Agent(alice), round_)
    assert "No statement of this artist allowed this round" in said  # hers came after the checkpoint
    assert "in no sum" in said


def test_a_sum_without_a_statement_is_named() -> None:
    """What no gate lets happen: a card whose checkpoint is older than the statement."""
    from federation.models import AdapterVersion

    agents, round_ = published()
    card = round_.version.card | {"ledger": {"size": 1, "root": "ab"}}
    AdapterVersion.objects.filter(pk=round_.version.pk).update(card=card)
    with pytest.raises(CommandError, match="without a statement in force"):
        ask(agents[0], round_)


@pytest.mark.parametrize(("handle", "round_id"), [("nobody", ""), ("", "not-an-id"), ("", "0" * 32)])
def test_who_or_what_is_not_there_is_said(handle: str, round_id: str) -> None:
    agents, round_ = published()
    with pytest.raises(CommandError, match=r"There is no such|There is no artist"):
        call_command("consent_as_of", handle or agents[0].artist.handle, round_id or str(round_.id))


def test_she_sees_it_on_the_rounds_page_and_others_do_not() -> None:
    agents, round_ = published()
    browser = Client()
    browser.force_login(agents[0].artist)
    page = browser.get(f"/rounds/{round_.id}/").content.decode()
    assert "Your consent." in page
    assert "/consent/receipts/" in page
    assert "Your consent." not in Client().get(f"/rounds/{round_.id}/").content.decode()
