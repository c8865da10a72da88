"""`manage.py open_round CAMPAIGN`: the button of the operator's page, for scripts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from federation.models import Campaign
from federation.protocol.errors import Refusal
from federation.services.rounds import open_round


class Command(BaseCommand):
    help = "Opens the next round of a campaign and prints its id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("campaign", nargs="?", help="its name; default: the only one that runs")

    def handle(self, *args: Any, campaign: str | None, **options: Any) -> None:
        running = Campaign.objects.filter(state="running")
        found = list(running.filter(name=campaign) if campaign else running[:2])
        if len(found) != 1:
            raise CommandError("There is not exactly one such running campaign; give its name.")
        try:
            round_ = open_round(campaign=found[0], at=timezone.now())
        except Refusal as error:
            raise CommandError(f"{error.why} {error.fix}") from None
        self.stdout.write(str(round_.id))
