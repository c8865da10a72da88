"""The Celery application. Workers and beat run `celery -A fedart_site.celery ...`."""

import os
import warnings
from typing import Any

from celery import Celery, signals

from fedart_site.environment import prepare_process
from fedart_site.processes.parents import die_with_parent

prepare_process()

if os.environ.get("FEDART_ENV") != "production":
    # Root on a laptop or in a container is no news there.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("fedart")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["consent", "federation", "gallery"])


@signals.setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Django's LOGGING is in force; without this Celery would put its own handlers beside it."""


@signals.celeryd_init.connect
def refuse_to_start_blind(**_: Any) -> None:
    from fedart_site.known_engines import refuse_without_engines

    refuse_without_engines()


@signals.worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A pool process whose worker was killed with SIGKILL must not go on with its task beside the new one."""
    die_with_parent()


@signals.heartbeat_sent.connect
def remember_heartbeat(sender: Any, **_: Any) -> None:
    """Let /readyz see that this worker lives."""
    from fedart_site.health import remember_worker

    remember_worker(sender.eventer.hostname)


__all__ = ["app"]
