"""A web process with a hundred thousand published pictures for bench/wall.py; engines and all end with it."""

import os
import shutil
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

READY_S = 120.0
VERSIONS = 5
FILL = """
INSERT INTO gallery_image (handle, artist_id, version_id, params, file, thumb, avif_192, avif_384, avif_768, sha256,
    width, height, thumb_width, thumb_height, alt, recipe_public, adult, created_at, published_at)
SELECT gen_random_uuid(), (%(artists)s::bigint[])[1 + n %% %(people)s], (%(versions)s::uuid[])[1 + n %% %(kinds)s],
    jsonb_build_object('v', 1, 'prompt', 'a blue ' || (ARRAY['boat','cat','tree','house','star'])[1 + n %% 5],
        'seed', n, 'version', n %% %(kinds)s, 'strength', 1.0, 'steps', 16, 'guidance', 4.0),
    'none.png', 'none.webp', 'none', 'none', '', repeat('c', 64), 128, 128, 384, 384,
    CASE WHEN n %% 3 = 0 THEN 'A picture of number ' || n ELSE '' END, n %% 2 = 0, n %% 50 = 0,
    now() - n * interval '4 minutes', now() - n * interval '4 minutes'
FROM generate_series(1, %(count)s) n
"""


@contextmanager
def server(*, pictures: int, artists: int) -> Iterator[str]:
    """The address of a server whose wall holds that many pictures by that many artists."""
    from fedart_site.engines import supervisor
    from fedart_site.engines.launch import Manner, free_port

    folder, port = Path(tempfile.mkdtemp(prefix="fedart-bench-")), free_port()
    folder.chmod(0o711)
    try:
        record = supervisor.up(folder, Manner(durable=False, end_with_caller=True))
        _set_up(folder, record, f"http://localhost:{port}")
        _fill(pictures=pictures, artists=artists)
        yield from _serving(folder, port)
    finally:
        supervisor.erase(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _set_up(folder: Path, record: Any, origin: str) -> None:
    here = str(Path(__file__).resolve().parent)
    os.environ |= {
        "FEDART_ENV": "development",
        "FEDART_STATE_DIR": str(folder),
        "DATABASE_URL": record.database_url,
        "REDIS_URL": record.redis_url,
        "PUBLIC_ORIGIN": origin,
        "LOG_FORMAT": "json",
        "DJANGO_SETTINGS_MODULE": "wall_settings",
        "PYTHONPATH": os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", "")))),
    }
    import django

    from fedart_site.environment import prepare_process

    prepare_process()
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from consent.services.notices import install_shipped_notices

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    install_shipped_notices(at=timezone.now() - timedelta(minutes=5))


def _fill(*, pictures: int, artists: int) -> None:
    """Artists who signed that their pictures may be shown (every other one also her name), versions, pictures."""
    from django.db import connection

    people = [_artist(number) for number in range(artists)]
    versions = _versions()
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "artists": people,
                "people": len(people),
                "versions": [str(version) for version in versions],
                "kinds": len(versions),
                "count": pictures,
            },
        )
        cursor.execute("ANALYZE")
    connection.close()


def _artist(number: int) -> int:
    from django.utils import timezone

    from consent.purposes import CREDIT_BY_NAME, SHOW_IMAGES
    from gallery.models import Artist

    artist = Artist.objects.create_user(f"wall{number}@example.org", display_name=f"Artist {number}")
    private, at = Ed25519PrivateKey.generate(), timezone.now()
    for purpose in (SHOW_IMAGES, CREDIT_BY_NAME)[: 1 + number % 2]:
        _sign(artist, private, purpose, at)
    return int(artist.pk)


def _sign(artist: Any, private: Ed25519PrivateKey, purpose: str, at: Any) -> None:
    from consent.ledger.canonical import canonical_bytes
    from consent.ledger.multibase import key_multibase
    from consent.ledger.signing import sign
    from consent.ledger.statement import utc_text
    from consent.models import BrowserKey
    from consent.services import make_draft, record_statement, register_key

    public = key_multibase(private.public_key().public_bytes_raw())
    if not BrowserKey.objects.filter(multibase=public).exists():
        register_key(artist=artist, public_key=public, label="bench", at=at)
    document, _ = make_draft(artist=artist, purpose=purpose, decision="grant", key=public, at=at)
    signed = sign(document, private_key=private, created=utc_text(at))
    record_statement(artist=artist, document=canonical_bytes(signed), at=at)


def _versions() -> list[Any]:
    """Versions on paper: the wall shows pictures, it draws none."""
    from django.utils import timezone

    from federation.models import AdapterVersion, Base, Campaign

    at = timezone.now()
    base = Base.objects.create(
        hash="sha256:" + "a" * 64, name="none", spec={}, spec_hash="b" * 64, files=[], registered_at=at
    )
    campaign = Campaign.objects.create(name="Bench", base=base, state="running", created_at=at, started_at=at)
    return [
        AdapterVersion.objects.create(
            campaign=campaign, number=number, sha256=str(number) * 64, size=1, card={}, created_at=at
        ).pk
        for number in range(VERSIONS)
    ]


def _serving(folder: Path, port: int) -> Iterator[str]:
    from fedart_site.processes.crew import Crew
    from fedart_site.processes.plan import platform

    plan = [one for one in platform(port=port) if one.name == "web"]
    crew, url = Crew(plan, env=os.environ, logs=folder / "logs"), f"http://localhost:{port}"
    crew.start_all()
    try:
        _wait_until_it_answers(crew, url)
        yield url
    finally:
        crew.stop_seconds = 5.0
        crew.stop()


def _wait_until_it_answers(crew: Any, url: str) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{url}/bench/frame", timeout=5):
            return
        if crew.ended():
            break
        time.sleep(0.3)
    raise SystemExit(f"The server did not start: {crew.ended() or 'it does not answer'}")
