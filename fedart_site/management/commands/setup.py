from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from fedart_site.database_account import may_make_tables
from fedart_site.known_engines import missing_engines
from fedart_site.server_key import make_server_key

APPS = ("consent", "federation", "gallery")
Step = tuple[str, Callable[[], str]]


class Command(BaseCommand):
    help = "Make everything ready: tables, keys, the steps of each app. Safe to run again at any time."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        if sentences := missing_engines():
            raise CommandError(" ".join(sentences))
        for name, run in self._steps():
            try:
                done = run()
            except Exception as error:
                fix = getattr(error, "fix", "Mend that, then run `python manage.py setup` again.")
                raise CommandError(f"The step “{name}” failed: {error}. {fix}") from error
            self.stdout.write(f"{name}: {done}")

    def _steps(self) -> Iterator[Step]:
        yield "database account", may_make_tables
        yield "tables", self._migrate
        yield "server key", self._server_key
        yield "ledger key", self._ledger_key
        if settings.IS_PRODUCTION:
            yield "static files", self._static
        for app in APPS:
            if find_spec(f"{app}.setup"):
                yield from import_module(f"{app}.setup").STEPS

    def _migrate(self) -> str:
        call_command("migrate", interactive=False, verbosity=0)
        return "all migrations are applied"

    def _server_key(self) -> str:
        path = Path(settings.SERVER_KEY_FILE)
        return f"made {path}" if make_server_key(path) else "was there already"

    def _ledger_key(self) -> str:
        path = Path(settings.LEDGER_KEY_FILE)
        return f"made {path}" if make_server_key(path) else "was there already"

    def _static(self) -> str:
        call_command("collectstatic", interactive=False, verbosity=0)
        return f"collected in {settings.STATIC_ROOT}"
