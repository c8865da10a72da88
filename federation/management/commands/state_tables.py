"""`manage.py state_tables`: the tables of states as docs/rounds.md holds them."""

from typing import Any

from django.core.management.base import BaseCommand

from federation.state_tables import tables_as_text


class Command(BaseCommand):
    help = "Prints the tables of states for docs/rounds.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(tables_as_text(), ending="")
