"""System checks: each says what is wrong and what to do. `python manage.py check` runs them all."""

import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core import checks
from django.core.files.storage import FileSystemStorage, storages
from django.db import DatabaseError, connection

from fedart_site.known_engines import missing_engines
from fedart_site.stores import KEPT, redis_urls

Message = checks.CheckMessage
MODEL_LIBRARIES = ("torch", "diffusers", "peft", "transformers")
OWNS_LEDGER = """
SELECT pg_has_role(current_user, relowner, 'MEMBER'), current_user::text FROM pg_class
WHERE oid = to_regclass('consent_entry')
"""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _error(number: int, why: str, fix: str) -> Message:
    return checks.Error(why, hint=fix, id=f"fedart.E{number:03}")


def _warning(number: int, why: str, fix: str) -> Message:
    return checks.Warning(why, hint=fix, id=f"fedart.W{number:03}")


@checks.register("engines")
def engines_known_and_reachable(**_: Any) -> list[Message]:
    """E001 not known, E002 the database, E003 Valkey or Redis does not answer."""
    if sentences := missing_engines():
        return [_error(1, *_split(sentence)) for sentence in sentences]
    found = []
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        why = f"The database does not answer ({_first_line(error)})."
        found.append(_error(2, why, "Start it (`python manage.py services up`) or correct DATABASE_URL."))
    try:
        client = redis.Redis.from_url(redis_urls(settings.REDIS_URL)["cache"], socket_timeout=3)
        client.ping()
        client.close()
    except (redis.RedisError, OSError) as error:
        why = f"Valkey or Redis does not answer ({_first_line(error)})."
        found.append(_error(3, why, "Start it (`python manage.py services up`) or correct REDIS_URL."))
    return found


def _split(sentence: str) -> tuple[str, str]:
    why, _, fix = sentence.partition(" is known. ")
    return f"{why} is known.", fix


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


@checks.register(checks.Tags.security)
def no_embedded_engines_in_production(**_: Any) -> list[Message]:
    """E004. Settings refuse this too; here for whoever builds settings another way."""
    if not (settings.IS_PRODUCTION and settings.EMBEDDED_ENGINES):
        return []
    why = f"Production would run on the embedded engines ({', '.join(settings.EMBEDDED_ENGINES)})."
    return [_error(4, why, "Set DATABASE_URL and REDIS_URL to servers of your own.")]


@checks.register(checks.Tags.files)
def storage_writable(**_: Any) -> list[Message]:
    """E005: a local storage that cannot be written to."""
    found = []
    for name in KEPT:
        storage = storages[name]
        if isinstance(storage, FileSystemStorage):
            found += _writable(Path(storage.location), f"The storage “{name}”")
    return found + _writable(Path(settings.STATE_DIR), "FEDART_STATE_DIR")


def _writable(folder: Path, what: str) -> list[Message]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink(missing_ok=True)
    except OSError as error:
        fix = "Give this account the right to write there, or set FEDART_STATE_DIR to another folder."
        return [_error(5, f"{what} cannot be written to ({error}).", fix)]
    return []


@checks.register(checks.Tags.security)
def no_unsafe_sum_in_production(**_: Any) -> list[Message]:
    """E006: adding updates in the clear."""
    if not (settings.IS_PRODUCTION and settings.ALLOW_UNSAFE_PLAIN_SUM):
        return []
    why = "FEDART_ALLOW_UNSAFE_PLAIN_SUM is on in production: the server would see single updates."
    return [_error(6, why, "Unset it. It is for development only.")]


@checks.register(checks.Tags.security)
def server_key_kept(**_: Any) -> list[Message]:
    """E007 / W007: the key that agents pin is missing; E008: others can read it."""
    path = Path(settings.SERVER_KEY_FILE)
    try:
        mode = path.stat().st_mode
    except OSError:
        make = _error if settings.IS_PRODUCTION else _warning
        return [
            make(7, f"There is no server key at {path}.", "Run `python manage.py setup`, which makes it.")
        ]
    if stat.S_IMODE(mode) & 0o077:
        return [_error(8, f"Others can read the server key {path}.", f"Run `chmod 600 {path}`.")]
    return []


@checks.register(checks.Tags.security)
def public_origin_fits(**_: Any) -> list[Message]:
    """E009: a production origin that no visitor can reach."""
    host = urlsplit(settings.PUBLIC_ORIGIN).hostname or ""
    if settings.IS_PRODUCTION and (host in LOOPBACK or host.endswith(".localhost")):
        why = f"PUBLIC_ORIGIN is {settings.PUBLIC_ORIGIN}, which only this machine reaches."
        return [_error(9, why, "Set it to the address that people type, such as https://art.example.org.")]
    return []


@checks.register(checks.Tags.security)
def no_model_library_in_web(**_: Any) -> list[Message]:
    """E010: torch in a web process."""
    loaded = model_libraries_loaded(sys.modules)
    if settings.FEDART_PROCESS != "web" or not loaded:
        return []
    why = f"This web process has imported {', '.join(loaded)}: slow to start and a gigabyte of memory."
    return [
        _error(10, why, "Import it inside the Celery task that needs it, never from views, urls or models.")
    ]


def model_libraries_loaded(modules: Sequence[str] | dict[str, Any]) -> list[str]:
    """Which of the libraries that only workers may load are there."""
    return [name for name in MODEL_LIBRARIES if name in modules]


@checks.register(checks.Tags.security, deploy=True)
def not_the_owner_of_the_ledger(**_: Any) -> list[Message]:
    """W013: this process could lower the fence around the ledger."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNS_LEDGER)
            owns = cursor.fetchone()
    except DatabaseError:
        return []  # E002 says it
    if not owns or not owns[0]:
        return []
    why = f"The application connects as {owns[1]}, who may change the ledger's tables."
    fix = "Let DATABASE_URL name fedart_app, and DATABASE_OWNER_URL the account that migrates (docs/production.md)."
    return [_warning(13, why, fix)]


@checks.register(checks.Tags.security, deploy=True)
def metrics_have_a_token(**_: Any) -> list[Message]:
    """W011: nobody can read the metrics."""
    if settings.METRICS_TOKEN:
        return []
    return [
        _warning(
            11, "METRICS_TOKEN is not set, so /metrics is closed.", "Set it to 20 or more random characters."
        )
    ]


@checks.register(checks.Tags.security, deploy=True)
def proxy_is_told(**_: Any) -> list[Message]:
    """W012: a redirect to HTTPS that never ends."""
    if not settings.SECURE_SSL_REDIRECT or getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return []
    why = "HTTPS is demanded, but BEHIND_TLS_PROXY is off: behind a proxy every page would redirect for ever."
    return [_warning(12, why, "Set BEHIND_TLS_PROXY=true and let the proxy set X-Forwarded-Proto.")]
