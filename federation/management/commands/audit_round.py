"""`manage.py audit_round ROUND`: read a past round again; exit 1 with the first difference in its record."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from federation.models import Round
from federation.round_audit import audit


class Command(BaseCommand):
    help = "Prints what a round received, folded, unmasked and charged; exit 1 where its transcript differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("round", help="its id, as in the address of its page")

    def handle(self, *args: Any, round: str, **options: Any) -> None:
        try:
            found = Round.objects.select_related("campaign", "previous").filter(pk=UUID(round)).first()
        except ValueError:
            found = None
        if found is None:
            raise CommandError("There is no such round. Its id is in the address of its page.")
        told = audit(found)
        for line in told.lines:
            self.stdout.write(line)
        if told.differences:
            more = f" ({len(told.differences) - 1} more)" if len(told.differences) > 1 else ""
            raise CommandError(f"The record does not hold: {told.differences[0]}{more}.", returncode=1)
        if found.transcript:
            self.stdout.write("The transcript verifies.")
        else:
            self.stdout.write("The round is under way: its transcript is kept when it ends.")
