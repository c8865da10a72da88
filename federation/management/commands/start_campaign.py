"""`manage.py start_campaign`: make and start a campaign with terms of one's own (short ones for demos)."""

import dataclasses
from argparse import ArgumentParser, BooleanOptionalAction
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from federation.models import Base
from federation.protocol.errors import Refusal
from federation.services.campaigns import Terms
from federation.services.setup import FIRST_LIGHT, ensure_running

KINDS = {
    "steps": int,
    "batch": int,
    "lr": Decimal,
    "caption_dropout": Decimal,
    "clip": Decimal,
    "min_cohort": int,
    "max_cohort": int,
    "threshold": int,
    "noise_multiplier": Decimal,
    "dishonest_share": Decimal,
    "epsilon_cap": Decimal,
    "adapter": str,
    "adapter_rank": int,
    "server_step": str,
    "server_rate": Decimal,
    "server_momentum": Decimal,
    "ema": Decimal,
    "training_window_s": int,
    "stage_s": int,
    "rounds_wanted": int,
    "pause_between_s": int,
    "scheme": str,
}


class Command(BaseCommand):
    help = "Makes and starts a campaign; one that is there already is only started. Prints its id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default=FIRST_LIGHT)
        parser.add_argument("--base", default="", help="its hash; default: the one registered last")
        parser.add_argument("--automatic", action=BooleanOptionalAction, default=False)
        for field in dataclasses.fields(Terms):
            if field.name in KINDS:
                parser.add_argument(f"--{field.name.replace('_', '-')}", type=KINDS[field.name], default=None)

    def handle(self, *args: Any, name: str, base: str, automatic: bool, **options: Any) -> None:
        bases = Base.objects.order_by("-registered_at")
        chosen = (bases.filter(hash=base) if base else bases).first()
        if chosen is None:
            raise CommandError("No such base. Register one: python manage.py register_base FOLDER.")
        given = {key: options[key] for key in KINDS if options.get(key) is not None}
        try:
            terms = Terms(name=name, automatic=automatic, **given)
            campaign = ensure_running(base=chosen, terms=terms, at=timezone.now())
        except Refusal as error:
            raise CommandError(f"{error.why} {error.fix}") from None
        self.stdout.write(str(campaign.id))
