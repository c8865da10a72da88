"""Watch a FedArt ledger from outside: remember its checkpoints, demand consistency, cosign."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from consent import witness


class Command(BaseCommand):
    """Uses no database and no setting: its key and its memory are files (consent/witness.py)."""

    help = "Be an independent witness of the ledger at URL; exit 1 as soon as it shows a rewritten history."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """As `python -m consent.witness`."""
        witness.add_arguments(parser)

    def handle(self, **options: Any) -> None:
        """Look until told to stop."""
        names = ("url", "name", "folder", "log_key", "every", "once")
        code = witness.run(
            **{name: options[name] for name in names}, say=lambda text: self.stdout.write(text)
        )
        if code:
            sys.exit(code)
