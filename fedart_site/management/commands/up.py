import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fedart_site.engines import supervisor
from fedart_site.engines.launch import Manner
from fedart_site.engines.trouble import EngineTrouble
from fedart_site.processes.crew import Crew
from fedart_site.processes.plan import ROOT, platform

LOUD = ("[warning", "[error", "[critical", "Traceback", '"level": "warning"', '"level": "error"')
LONGEST_LINE = 240
# A process that ends three times within this many seconds will not get better by starting it again.
PATIENCE, PATIENCE_SECONDS = 3, 60.0


class Command(BaseCommand):
    help = "Run the whole platform here: engines where none are given, web, workers and beat. Ctrl-C ends it all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--workers", type=int, default=2, help="slots of the worker for rounds")
        parser.add_argument("--no-setup", action="store_true", help="do not run `manage.py setup` first")
        parser.add_argument("--verbose", action="store_true", help="show every line of every process")

    def handle(self, **options: Any) -> None:
        self.stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        self.verbose = options["verbose"]
        env = os.environ | {"FEDART_STATE_DIR": str(settings.STATE_DIR)}
        if "PUBLIC_ORIGIN" not in os.environ:
            env["PUBLIC_ORIGIN"] = f"http://localhost:{options['port']}"
        ours = self._engines()
        plan = platform(port=options["port"], host=options["host"], round_slots=options["workers"])
        crew = Crew(plan, env=env, logs=settings.STATE_DIR / "logs", say=self._say)
        try:
            if not options["no_setup"]:
                self._setup(env)
            crew.start_all()
            self.stdout.write(
                f"FedArt is starting at {env['PUBLIC_ORIGIN']} (logs: {crew.logs}). Ctrl-C ends it."
            )
            self._watch(crew, engines=ours)
        finally:
            self.stdout.write("Stopping.")
            crew.stop()
            if ours:
                supervisor.down(settings.STATE_DIR)

    def _engines(self) -> bool:
        """Start private engines unless both are given; whether they were started by us and are ours to stop."""
        if (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")) or settings.IS_PRODUCTION:
            return False
        before = [state.running for state in supervisor.status(settings.STATE_DIR)]
        try:
            supervisor.up(settings.STATE_DIR, Manner(end_with_caller=True))
        except EngineTrouble as trouble:
            raise CommandError(str(trouble)) from trouble
        return not all(before)

    def _setup(self, env: dict[str, str]) -> None:
        """In a process of its own: this one read its settings before the engines had an address."""
        done = subprocess.run([sys.executable, "manage.py", "setup"], cwd=ROOT, env=env, check=False)
        if done.returncode:
            raise CommandError("The set-up failed; see above.")

    def _watch(self, crew: Crew, *, engines: bool) -> None:
        """Until told to stop, start again what ended by itself."""
        ends: dict[str, list[float]] = {}
        while not self.stopping.wait(0.5):
            if engines and not supervisor.alive(settings.STATE_DIR):
                self.stdout.write("An engine ended; starting it again.")
                supervisor.up(settings.STATE_DIR, Manner(end_with_caller=True))
            for name, code in crew.ended().items():
                now = time.monotonic()
                recent = [at for at in ends.get(name, []) if now - at < PATIENCE_SECONDS] + [now]
                ends[name] = recent
                if len(recent) >= PATIENCE:
                    raise CommandError(f"{name} ended {PATIENCE} times. Read {crew.logs / name}.log.")
                self.stdout.write(f"{name} ended with {code}; starting it again.")
                crew.start(name)

    def _say(self, name: str, line: str) -> None:
        if self.verbose or any(word in line for word in LOUD):
            self.stdout.write(f"{name:9} {line[:LONGEST_LINE]}")
