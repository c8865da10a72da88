"""/healthz, /readyz, /metrics."""

import stat
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from pytest_django import Settings

from fedart_site import health


def test_healthz_asks_nobody(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_readyz_when_all_is_well(client: Client) -> None:
    for name in health.WORKERS:
        health.remember_worker(f"{name}@somewhere")
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    assert set(answer.json()["parts"].values()) == {"ok"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_readyz_names_the_part_and_nothing_else(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> bool:
        raise OSError("/secret/path is full")

    monkeypatch.setitem(health.PROBES, "storage", broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["storage"] == "failed"
    assert answer.json()["parts"]["worker rounds"] == "failed"
    assert answer.json()["parts"]["database"] == "ok"
    assert b"secret" not in answer.content


@pytest.mark.django_db
def test_readyz_without_valkey(client: Client, settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    parts = client.get("/readyz").json()["parts"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert parts["valkey"] == "failed"
    assert parts["database"] == "ok"


@pytest.mark.django_db
def test_storages_are_apart_and_private() -> None:
    assert all(
        health.storage_takes_files(name) for name in ("default", "blobs", "updates", "images", "exports")
    )
    places = {storages[name].location for name in ("default", "blobs", "updates", "images", "exports")}  # type: ignore[attr-defined]
    assert len(places) == 5
    saved = storages["images"].save("a.png", ContentFile(b"x"))
    path = Path(storages["images"].path(saved))
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_metrics_are_closed(client: Client, settings: Settings, header: dict[str, str]) -> None:
    settings.METRICS_TOKEN = "0123456789abcdef0123"
    assert client.get("/metrics", headers=header).status_code == 403
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers=header).status_code == 403


def test_metrics_with_the_token(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "0123456789abcdef0123"
    answer = client.get("/metrics", headers={"Authorization": "Bearer 0123456789abcdef0123"})
    assert answer.status_code == 200
    assert b"django_http_requests" in answer.content


def test_metrics_are_open_on_a_laptop(client: Client, settings: Settings) -> None:
    settings.FEDART_ENV, settings.METRICS_TOKEN = "development", ""
    assert client.get("/metrics").status_code == 200


def test_a_silent_worker_is_forgotten() -> None:
    health.remember_worker("rounds@somewhere")
    key = health._worker_key("rounds")
    assert 0 < cache._cache.get_client().ttl(cache.make_key(key)) <= health.WORKER_SILENCE_SECONDS  # type: ignore[attr-defined]
