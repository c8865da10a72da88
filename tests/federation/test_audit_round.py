"""`manage.py audit_round`: what a round was, that its record holds, and that any change to it is named."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from federation.protocol.steps import Step
from tests.federation import world as w
from tests.federation.crashes import undone

pytestmark = pytest.mark.usefixtures("world")


def audit(round_: Any) -> str:
    out = StringIO()
    call_command("audit_round", str(round_.pk), stdout=out)
    return out.getvalue()


def play(count: int = 3, *, until: Step | None = None) -> Any:
    campaign = w.make_campaign()
    agents = w.cohort(count)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    for step in Step:
        if step is until:
            return round_
        w.run_step(agents, round_.id, step)
    return w.aggregate(round_.id)


def test_it_works() -> None:
    """A published round: counts, version, hash; the card and the ledger carry the same hash."""
    from federation.services.sweep import clear_uploads

    round_ = play()
    clear_uploads(round_=round_, at=timezone.now())  # the record is rows; it outlives the files
    said = audit(round_)
    assert "Received: 15 messages" in said
    assert "3 masked-input" in said
    assert "Folded: 3 updates in 1 partial sums; 0 left out in time." in said
    assert "Unmasked: 3 in the sum of 3 drawn" in said
    assert "Charged: 3 artists; no noise was added: no formal privacy claim." in said
    assert f"Published: version 1, sha256 {round_.version.sha256}" in said
    assert round_.version.card["transcript"] == round_.transcript["hash"]
    assert said.rstrip().endswith("The transcript verifies.")


def _set(model: str, **changes: Any) -> Callable[[Any], None]:
    """One field of one row is changed behind the back of every service."""

    def tamper(round_: Any) -> None:
        from django.apps import apps

        rows = apps.get_model("federation", model).objects
        found = rows.filter(pk=round_.pk) if model == "Round" else rows.order_by("-pk")
        row = found.first()
        assert row is not None
        rows.filter(pk=row.pk).update(**changes)

    return tamper


def _drop_message(round_: Any) -> None:
    from federation.models import Message

    Message.objects.filter(participation__round=round_, step="share-keys").first().delete()


def _swap_file(round_: Any) -> None:
    from django.core.files.base import ContentFile

    from federation.store import blob_name, blobs

    name = blob_name(round_.version.sha256)
    blobs().delete(name)
    blobs().save(name, ContentFile(b"another adapter"))


def _change_card(round_: Any) -> None:
    version = round_.version
    version.card = {**version.card, "cohort_size": 5000}
    version.save()


TAMPERINGS: dict[str, tuple[Callable[[Any], None], str]] = {
    "a message's hash": (_set("Message", sha256="0" * 64), "its signature does not hold"),
    "a message's size": (_set("Message", size=1), "transcript: messages of unmask"),
    "a message's sender": (_set("Message", sender="0" * 8 + "-0000-4000-8000-" + "0" * 12), "not on the roster"),
    "whether it counts": (_set("Message", counts=False), "transcript: messages of unmask"),
    "a message gone": (_drop_message, "transcript: messages of share-keys: 3 rows, now 2"),
    "an inbox": (_set("Inbox", sha256="0" * 64), "transcript: inboxes of unmask"),
    "a partial sum": (_set("Fold", sha256="0" * 64), "transcript: sums"),
    "how many it holds": (_set("Fold", count=4), "partial sum"),
    "the mean": (_set("Round", mean_sha256="0" * 64), "transcript: mean"),
    "the manifest": (_set("Round", manifest_hash="0" * 64), "manifest: its hash is another"),
    "its signature": (_set("Round", manifest_signature="A" * 86), "manifest: signature-invalid"),
    "the roster": (_set("Round", roster_signature="A" * 86), "roster: signature-invalid"),
    "the reason": (_set("Round", state_reason="by-operator"), "transcript: outcome"),
    "the transcript": (_set("Round", transcript={"v": 1, "hash": "0" * 64, "sections": []}), "another transcript"),
    "the card": (_change_card, "the ledger's entry holds another card"),
    "the file": (_swap_file, "the stored file has another content"),
}  # fmt: skip


def test_every_change_is_named() -> None:
    round_ = play()
    for what, (tamper, said) in TAMPERINGS.items():
        with undone():
            tamper(round_)
            with pytest.raises(CommandError, match="does not hold") as caught:
                audit(round_)
            assert said in str(caught.value), what
            assert caught.value.returncode == 1


def test_an_aborted_round_has_a_record_too() -> None:
    from federation.services.rounds import abort

    round_ = play(until=Step.MASKED_INPUT)
    assert "under way" in audit(round_)
    round_.refresh_from_db()
    with transaction.atomic():
        abort(round_=round_, reason="by-operator", at=timezone.now())
    said = audit(round_)
    assert "aborted (by-operator)" in said
    assert "Published: nothing." in said
    assert "The transcript verifies." in said


def test_no_such_round() -> None:
    for name in ("x", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(CommandError, match="no such round"):
            call_command("audit_round", name)
