"""`manage.py consent_as_of HANDLE ROUND`: which statement allowed an artist's part in a round, and was it in force."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from federation.consents import as_of
from federation.selectors import rounds


class Command(BaseCommand):
    help = "Prints the statement on which an artist's part in a round rests; exit 1 where she is in a sum without one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("handle", help="the artist's handle, as in the address of her page")
        parser.add_argument("round", help="the round's id, as in the address of its page")

    def handle(self, *args: Any, **options: Any) -> None:
        people: Any = get_user_model()
        artist = people.objects.filter(handle=options["handle"]).first()
        if artist is None:
            raise CommandError("There is no artist of that handle. It is in the address of her page.")
        try:
            found = rounds().filter(pk=UUID(options["round"])).first()
        except ValueError:
            found = None
        if found is None:
            raise CommandError("There is no such round. Its id is in the address of its page.")
        told = as_of(artist_id=artist.pk, round_=found, now=timezone.now())
        self.stdout.write(told.sentence)
        self.stdout.write(
            "Her update is in the sum." if told.in_sum else "Her update is in no sum of this round."
        )
        if told.root:
            self.stdout.write(f"Checkpoint on the card: {told.size} entries, root {told.root}.")
        if told.grant:
            self.stdout.write(
                f"Statement {told.grant.statement_id}; its receipt proves it offline (consent.verify)."
            )
        elif told.in_sum:
            raise CommandError("An update is in a sum without a statement in force.", returncode=1)
