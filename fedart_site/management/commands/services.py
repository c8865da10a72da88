from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fedart_site.engines import supervisor
from fedart_site.engines.trouble import EngineTrouble


class Command(BaseCommand):
    help = (
        "The private PostgreSQL and Valkey of this folder: up, down, status, or erase with all data for ever."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["up", "down", "status", "erase"])

    def handle(self, *, action: str, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("The embedded engines are not for production. Set DATABASE_URL and REDIS_URL.")
        try:
            if action == "up":
                supervisor.up(settings.STATE_DIR)
            elif action == "erase":
                supervisor.erase(settings.STATE_DIR)
            elif action == "down":
                stopped = supervisor.down(settings.STATE_DIR)
                self.stdout.write(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
                return
        except EngineTrouble as trouble:
            raise CommandError(str(trouble)) from trouble
        self._show()

    def _show(self) -> None:
        for state in supervisor.status(settings.STATE_DIR):
            running = f"running at {state.address} (process {state.pid})" if state.running else "stopped"
            self.stdout.write(f"{state.name:9} {running}, data in {state.folder}")
