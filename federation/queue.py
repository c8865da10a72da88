"""Tasks by name, sent when the transaction is committed: whoever is woken finds the rows."""

from uuid import UUID

from celery import current_app
from django.db import transaction


def send(name: str, *args: str | int) -> None:
    """Puts the task into its queue after the commit; a lost message is made good by the next tick."""
    transaction.on_commit(lambda: current_app.send_task(name, args=args))


def advance(round_id: UUID) -> None:
    """Look whether the stage of the round is over."""
    send("rounds.advance", str(round_id))


def fold(round_id: UUID) -> None:
    """Add up what has come in."""
    send("aggregate.fold", str(round_id))


def publish(round_id: UUID) -> None:
    """Make a version of the finished mean."""
    send("aggregate.publish", str(round_id))


def evaluate(version_id: UUID) -> None:
    """Gallery's task: draw the contact sheet and measure the held-out loss."""
    send("generate.evaluate_version", str(version_id))
