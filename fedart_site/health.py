"""/healthz: this process lives. /readyz: it can do its work. /metrics: for Prometheus."""

import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from fedart_site.problems import problem
from fedart_site.stores import KEPT

log = structlog.get_logger("fedart.health")
# Workers beat every two seconds; one that was silent for this long is taken for dead.
WORKER_SILENCE_SECONDS = 30
WORKERS = ("rounds", "generate")
# A bucket is asked rarely, since load balancers ask /readyz every few seconds.
REMOTE_STORAGE_SECONDS = 60


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all; asks nobody else."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 when everything works, else 503; says which part but not why (the log does)."""
    found = {name: _holds(name, probe) for name, probe in PROBES.items()}
    fine = all(found.values())
    parts = {name: "ok" if holds else "failed" for name, holds in found.items()}
    response = JsonResponse({"status": "ready" if fine else "not ready", "parts": parts})
    response.status_code = 200 if fine else 503
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django logs every 5xx; this one is an answer
    return response


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics; with METRICS_TOKEN set, or outside development, only for whoever has the token."""
    wanted = settings.METRICS_TOKEN
    if settings.FEDART_ENV != "development" or wanted:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not wanted or not secrets.compare_digest(given.encode(), wanted.encode()):
            fix = "Send `Authorization: Bearer` with METRICS_TOKEN; set that variable first if it is not."
            return problem(request, 403, "metrics-closed", "Metrics are not for everybody.", fix)
    response: HttpResponse = ExportToDjangoView(request)
    return response


def remember_worker(hostname: str) -> None:
    """Called by each worker's heartbeat; `hostname` is <name>@<machine>."""
    cache.set(_worker_key(hostname.partition("@")[0]), 1, WORKER_SILENCE_SECONDS)


def _worker_key(name: str) -> str:
    return f"worker-lives:{name}"


def _holds(name: str, probe: Callable[[], bool]) -> bool:
    try:
        return probe()
    except Exception as error:
        # Whatever a driver raises means the same here. Only its kind is logged: messages may hold addresses.
        log.warning("not ready", part=name, error=type(error).__name__)
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _valkey() -> bool:
    cache.set("readyz", "1", 10)
    return bool(cache.get("readyz") == "1")


def _storage() -> bool:
    return all(storage_takes_files(name) for name in KEPT)


def storage_takes_files(name: str) -> bool:
    """Whether a storage can be written to: a local one is tried, a remote one at most once a minute."""
    storage = storages[name]
    if isinstance(storage, FileSystemStorage):
        folder = Path(storage.location)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    key = f"storage-takes-files:{name}"
    if cache.get(key) is None:
        saved = storage.save("readyz/probe", ContentFile(b"1"))
        storage.delete(saved)
        cache.set(key, 1, REMOTE_STORAGE_SECONDS)
    return True


def _worker(name: str) -> Callable[[], bool]:
    return lambda: cache.get(_worker_key(name)) is not None


PROBES: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "valkey": _valkey,
    "storage": _storage,
} | {f"worker {name}": _worker(name) for name in WORKERS}
