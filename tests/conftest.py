"""What every test gets: private engines for the whole run, the cast, a browser, and no real task queue.

The pytest process that was started by hand starts one PostgreSQL and one Valkey in a temporary folder; xdist's
workers inherit their addresses, and each uses databases of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from fedart_site.engines import supervisor
from fedart_site.engines.launch import Manner
from fedart_site.environment import prepare_process

pytest_plugins = ["tests.databases", "tests.live", "tests.browsers", "tests.ledger_fence"]

STATE = pytest.StashKey[Path]()
# Each user of the one Valkey has four databases (fedart_site.stores.redis_urls).
REDIS_DATABASES_EACH = 4


def pytest_configure(config: pytest.Config) -> None:
    """Engines first, settings after; this runs before pytest-django sets Django up."""
    os.environ["FEDART_ENV"] = "test"
    slow = [hypothesis.HealthCheck.too_slow]  # a busy machine is not a failure
    hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=slow)
    hypothesis.settings.load_profile("house")
    os.environ.setdefault("LOG_FORMAT", "console")
    worker = getattr(config, "workerinput", None)
    if worker is None:
        _start_engines(config)
    number = int(worker["workerid"].removeprefix("gw")) + 1 if worker else 0
    server = os.environ["FEDART_TEST_REDIS"]
    os.environ["REDIS_URL"] = f"{server}/{number * REDIS_DATABASES_EACH}"
    state = Path(os.environ["FEDART_TEST_DIR"]) / f"state-{number}"
    state.mkdir(exist_ok=True)
    os.environ["FEDART_STATE_DIR"] = str(state)
    prepare_process()
    from django.conf import settings

    assert settings.FEDART_ENV == "test"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """xdist's workers inherit this environment. With this name in it pytest-django would read the settings there before
    pytest_configure above has run, and every worker would share the Valkey databases and the folder of this process."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


# The longest files begin first, so that no worker is left alone with one at the end.
LONGEST = (
    "journeys/test_demo.py",
    "edge/test_live.py",
    "gallery/test_journey.py",
    "fedart_site/test_api_by_schema.py",
    "federation/test_live_rounds.py",
    "consent/test_browser.py",
    "gallery/vault/test_browser.py",
    "consent/test_browser_keys.py",
    "fedart_site/test_live.py",
    "accounts/test_accounts_browser.py",
    "edge/test_cli.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Longest files first (`make test` hands files out in this order), the others as they were found."""
    rank = {name: number for number, name in enumerate(LONGEST)}

    def place(item: pytest.Item) -> int:
        return next((rank[name] for name in LONGEST if item.path.as_posix().endswith(name)), len(rank))

    items.sort(key=place)


def _start_engines(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="fedart-test-"))
    folder.chmod(0o711)
    config.stash[STATE] = folder
    record = supervisor.up(folder, Manner(durable=False, end_with_caller=True))
    os.environ["FEDART_TEST_DIR"] = str(folder)
    os.environ["DATABASE_URL"] = record.database_url
    os.environ["FEDART_TEST_APP_URL"] = record.app_url
    os.environ["FEDART_TEST_REDIS"] = record.redis_url.rpartition("/")[0]


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(STATE, None)
    if folder:
        supervisor.erase(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def own_storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Every test has empty storages of its own."""
    if request.node.get_closest_marker("live"):
        yield
        return
    from django.conf import settings
    from django.test import override_settings

    stores = {
        name: store | {"OPTIONS": store["OPTIONS"] | {"location": str(tmp_path / "media" / name)}}
        if "OPTIONS" in store
        else store
        for name, store in settings.STORAGES.items()
    }
    with override_settings(STORAGES=stores, MEDIA_ROOT=tmp_path / "media"):
        yield


@pytest.fixture(autouse=True)
def sent_tasks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    """Tasks are noted instead of sent: a list of (name, arguments)."""
    from celery import Celery

    sent: list[tuple[str, tuple[Any, ...]]] = []

    def note(app: Celery, name: str, args: Any = None, kwargs: Any = None, **options: Any) -> None:
        sent.append((name, tuple(args or ()), *([kwargs] if kwargs else [])))

    monkeypatch.setattr(Celery, "send_task", note)
    return sent


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Rate limits and heartbeats of one test are unknown to the next."""
    yield
    from django.core.cache import cache

    cache.clear()


def _person(name: str) -> Any:
    @pytest.fixture(name=name)
    def make(db: None) -> Any:
        from tests import people

        return people.make(getattr(people, name.upper()))

    return make


alice, bob, charlie = _person("alice"), _person("bob"), _person("charlie")
olga, connie, mo = _person("olga"), _person("connie"), _person("mo")
