"""A real FedArt server for bench/rounds.py: private engines, web, workers, beat; ended with all they started."""

import os
import secrets
import shutil
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rounds_agents import LightAgent

READY_S = 120.0
RANK = 4


@dataclass
class Server:
    """The running server; `crew` are its processes by name."""

    url: str
    crew: Any
    folder: Path

    def cpu_s(self) -> float:
        """Processor seconds of web, workers and beat so far, their pool processes included."""
        return sum(_cpu_of(pid) for child in self.crew.children.values() for pid in _tree(child.pid))


@contextmanager
def server(workers: int) -> Iterator[Server]:
    """Engines in a folder of their own, tables, keys, and the processes; all of it is gone afterwards."""
    from fedart_site.engines import supervisor
    from fedart_site.engines.launch import Manner, free_port

    folder, port = Path(tempfile.mkdtemp(prefix="fedart-bench-")), free_port()
    folder.chmod(0o711)
    try:
        record = supervisor.up(folder, Manner(durable=False, end_with_caller=True))
        _settings(folder, record, f"http://localhost:{port}")
        yield from _serving(folder, port, workers)
    finally:
        supervisor.erase(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path, record: Any, origin: str) -> None:
    """For this process and its children; Django is set up afterwards, once for each process that benches."""
    os.environ |= {
        "FEDART_ENV": "development",
        "FEDART_STATE_DIR": str(folder),
        "DATABASE_URL": record.database_url,
        "REDIS_URL": record.redis_url,
        "PUBLIC_ORIGIN": origin,
        "LOG_FORMAT": "json",
    }
    import django

    from fedart_site.environment import prepare_process

    prepare_process()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    _prepare()


def _serving(folder: Path, port: int, workers: int) -> Iterator[Server]:
    from fedart_site.processes.crew import Crew
    from fedart_site.processes.plan import platform, worker

    plan = [one for one in platform(port=port) if one.name in ("web", "beat")]
    plan += [worker(f"rounds-{number}", ("rounds", "aggregate"), 1) for number in range(workers)]
    crew = Crew(plan, env=os.environ, logs=folder / "logs")
    crew.start_all()
    try:
        found = Server(f"http://localhost:{port}", crew, folder)
        _wait_until_it_answers(found)
        yield found
    finally:
        crew.stop_seconds = 5.0
        crew.stop()


def _wait_until_it_answers(found: Server) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{found.url}/api/v1/server", timeout=5):
            return
        if found.crew.ended():
            break
        time.sleep(0.3)
    raise SystemExit(f"The server did not start: {found.crew.ended() or 'it does not answer'}")


def _prepare() -> None:
    from django.conf import settings
    from django.utils import timezone

    from consent.services.notices import install_shipped_notices
    from fedart_site.server_key import make_server_key
    from federation.services.setup import make_oauth_application

    make_server_key(Path(settings.SERVER_KEY_FILE))
    install_shipped_notices(at=timezone.now() - timedelta(minutes=5))
    make_oauth_application()


def make_campaign(*, agents: int, params: int, threshold: int, stage_s: int) -> Any:
    """A running campaign over a base whose adapter shares that many numbers."""
    import hashlib

    from django.utils import timezone

    from federation.adapters.spec import AdapterSpec
    from federation.models import Base
    from federation.services.campaigns import Terms, create_campaign, start_campaign

    sha256 = hashlib.sha256(b"no weights").hexdigest()
    spec = AdapterSpec(
        base=f"sha256:{sha256}",
        rank=RANK,
        alpha=RANK,
        targets=("to_q",),
        seed=1,
        tensors=(("a.lora_B", (params // RANK, RANK)),),
    )
    at = timezone.now()
    base = Base.objects.create(
        hash=spec.base, name="none", spec=spec.to_json(), spec_hash=spec.hash(), files=[], registered_at=at
    )
    terms = Terms(
        name="Bench",
        min_cohort=agents,
        max_cohort=agents,
        threshold=threshold,
        training_window_s=600,
        stage_s=stage_s,
    )
    return start_campaign(campaign=create_campaign(base=base, terms=terms, at=at), at=at)


def make_agents(url: str, count: int, stop: threading.Event) -> list[LightAgent]:
    """That many artists, each with a signed consent and an enrolled device."""
    return [_agent(url, number, stop) for number in range(count)]


def _agent(url: str, number: int, stop: threading.Event) -> LightAgent:
    from django.utils import timezone

    from federation.models import Device
    from federation.protocol import keys
    from gallery.models import Artist

    artist, key, at = (
        Artist.objects.create_user(f"bench{number}@example.org"),
        Ed25519PrivateKey.generate(),
        timezone.now(),
    )
    _consent(artist, at)
    public = keys.raw_public(key)
    device = Device.objects.create(
        artist=artist,
        name=f"bench {number}",
        public_key=public,
        fingerprint=keys.fingerprint(public),
        enrolled_at=at,
    )
    agent = LightAgent(number, url, key, stop, device.id)
    agent.connect(_token(artist, device, at))
    return agent


def _consent(artist: Any, at: Any) -> None:
    from consent.ledger.canonical import canonical_bytes
    from consent.ledger.multibase import key_multibase
    from consent.ledger.signing import sign
    from consent.ledger.statement import utc_text
    from consent.purposes import TRAIN_SHARED
    from consent.services import make_draft, record_statement, register_key

    private = Ed25519PrivateKey.generate()
    public = key_multibase(private.public_key().public_bytes_raw())
    register_key(artist=artist, public_key=public, label="bench", at=at)
    document, _ = make_draft(artist=artist, purpose=TRAIN_SHARED, decision="grant", key=public, at=at)
    signed = sign(document, private_key=private, created=utc_text(at))
    record_statement(artist=artist, document=canonical_bytes(signed), at=at)


def _token(artist: Any, device: Any, at: Any) -> str:
    """The pair of tokens that the device flow would have given it."""
    from oauth2_provider.models import AccessToken, Application, RefreshToken

    application, family = Application.objects.get(client_id="fedart-agent"), secrets.token_hex(16)
    access = secrets.token_urlsafe(32)
    row = AccessToken.objects.create(
        user=artist, token=access, application=application, scope="agent", expires=at + timedelta(hours=2)
    )
    refresh = RefreshToken.objects.create(
        user=artist,
        token=secrets.token_urlsafe(32),
        application=application,
        access_token=row,
        token_family=family,
    )
    device.token_family = refresh.token_family
    device.save(update_fields=["token_family"])
    return access


def _tree(pid: int) -> list[int]:
    """A process and everything below it."""
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    return found


def _cpu_of(pid: int) -> float:
    """Its processor seconds, and those of children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
