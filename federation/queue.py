"""Tasks by name, sent when the transaction is committed: whoever is woken finds the rows."""

import logging
from uuid import UUID

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def send(name: str, *args: str | int) -> None:
    """Puts the task into its queue after the commit.

    The rows say what is to be done, the message only says "now": where the broker is down nothing is lost, the next
    tick sends again.
    """
    transaction.on_commit(lambda: _send(name, args))


def _send(name: str, args: tuple[str | int, ...]) -> None:
    try:
        current_app.send_task(name, args=args, retry=False)
    except OperationalError:
        log.exception("the broker did not take %s; the next tick sends it again", name)


def advance(round_id: UUID) -> None:
    """Look whether the stage of the round is over."""
    send("rounds.advance", str(round_id))


def fold(round_id: UUID) -> None:
    """Add up what has come in."""
    send("aggregate.fold", str(round_id))


def deliver(round_id: UUID) -> None:
    """Make what each device needs for the stage that has begun."""
    send("rounds.deliver", str(round_id))


def publish(round_id: UUID) -> None:
    """Make a version of the finished mean."""
    send("aggregate.publish", str(round_id))


def evaluate(version_id: UUID) -> None:
    """Gallery's task: draw the contact sheet and measure the held-out loss."""
    send("generate.evaluate_version", str(version_id))
