"""The witness against the real application: it remembers, demands consistency, cosigns, and notices a fork."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.db import connection
from django.test import Client

from consent import services, witness
from consent.errors import Refusal
from consent.ledger.checkpoints import Checkpoint, cosigned_by, open_checkpoint, sign_checkpoint
from consent.ledger.notes import COSIGNATURE, Key
from consent.ledger.tree import EMPTY_ROOT
from consent.ledger.witness import Declined, add_checkpoint_body, judge
from consent.models import Cosignature
from consent.selectors.checkpoints import cosigned_checkpoint
from consent.services.checkpoints import FRESH, take_cosignatures
from consent.signing_keys import ledger_key
from consent.witness import Forked, Memory, look
from tests.consent.ledger import logs
from tests.ledger_fence import lowered_fence

AT = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
NOW = 1_795_500_000.0
ROOT = Path(__file__).resolve().parents[2]


class Application(httpx.BaseTransport):
    """HTTP answered by the application in this process."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, client = request.url.raw_path.decode(), Client()
        if request.method == "POST":
            told = client.post(path, request.read(), content_type="text/plain")
        else:
            told = client.get(path)
        return httpx.Response(told.status_code, content=told.content)


@pytest.fixture
def http(db: Any, monkeypatch: pytest.MonkeyPatch) -> httpx.Client:
    monkeypatch.setattr("consent.services.checkpoints.FRESH", FRESH * 0)  # sign at every look
    return httpx.Client(base_url="http://art.example/api/v1/ledger/", transport=Application())


@pytest.fixture
def memory(tmp_path: Path, settings: Any) -> Memory:
    found = Memory(tmp_path / "witness", "witness.example/w1")
    settings.LEDGER_WITNESSES = [found.key.vkey()]
    return found


def grow(number: int = 1) -> None:
    for _ in range(number):
        services.append_entry(kind="round", body={"round": str(UUID(int=1)), "event": "opened"}, at=AT)


def rewrite() -> None:
    """The owner lowers the fence and writes another history of the same length."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with lowered_fence(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE consent_entry, consent_checkpoint CASCADE")
    grow(3)


def test_it_cosigns_what_grows_and_the_server_shows_it(http: httpx.Client, memory: Memory) -> None:
    for number, said in ((2, "grown out of nothing I knew"), (0, "grown out of 2"), (5, "saw 7 entries")):
        grow(number)
        assert said in look(http, memory, now=NOW)
    note = http.get("checkpoint").content
    checkpoint, signed = open_checkpoint(note, [ledger_key()])
    assert checkpoint.size == 7
    assert [one.timestamp for one in cosigned_by(signed, [memory.key])] == [int(NOW)]
    found = cosigned_checkpoint()
    assert found is not None
    assert found.size == 7
    assert http.get("key").json()["witnesses"] == [memory.key.vkey()]


def test_it_starts_with_an_empty_ledger(http: httpx.Client, memory: Memory) -> None:
    assert "saw 0 entries" in look(http, memory, now=NOW)
    grow(3)
    assert "saw 3 entries" in look(http, memory, now=NOW)


def test_a_rewritten_history_is_proven_and_not_cosigned(http: httpx.Client, memory: Memory) -> None:
    grow(3)
    look(http, memory, now=NOW)
    rewrite()
    with pytest.raises(Forked, match="showed 3 entries before"):
        look(http, memory, now=NOW)
    kept = (memory.folder / "fork-3").read_bytes()
    assert open_checkpoint(kept, [ledger_key()])[0].root != memory.last().root
    assert not Cosignature.objects.exists()
    grow(2)
    with pytest.raises(Forked, match="does not grow out of the 3"):
        look(http, memory, now=NOW)


def test_a_ledger_that_shrank_is_a_fork(http: httpx.Client, memory: Memory) -> None:
    grow(5)
    look(http, memory, now=NOW)
    rewrite()
    with pytest.raises(Forked):
        look(http, memory, now=NOW)


def test_it_remembers_the_logs_key(
    http: httpx.Client, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow()
    look(http, memory, now=NOW)
    with pytest.raises(Forked, match="use another one"):
        look(http, memory, now=NOW, given=logs.LOG)
    monkeypatch.setattr("consent.services.checkpoints.ledger_private_key", lambda: logs.private("other"))
    grow()
    with pytest.raises(Refusal, match="bad-note-signature"):
        look(http, memory, now=NOW)


def test_a_witness_nobody_configured_is_not_shown(http: httpx.Client, memory: Memory, settings: Any) -> None:
    settings.LEDGER_WITNESSES = []
    grow()
    assert "does not take my signature" in look(http, memory, now=NOW)
    assert not Cosignature.objects.exists()


def test_a_cosignature_for_another_checkpoint_is_refused(http: httpx.Client, memory: Memory) -> None:
    grow()
    look(http, memory, now=NOW)
    line = Cosignature.objects.get().line
    grow()
    http.get("checkpoint")
    for size, lines, code in (
        (2, line, "bad-note-signature"),
        (99, line, "no-checkpoint"),
        (1, "nonsense", "bad-note"),
        (1, "x\n" * 40, "bad-note"),
        (1, line.replace("witness.example/w1", "witness.example/w2"), "unknown-witness"),
    ):
        with pytest.raises(Refusal, match=code):
            take_cosignatures(size=size, lines=lines, at=AT)
    assert take_cosignatures(size=1, lines=line, at=AT)
    assert Cosignature.objects.count() == 1


def test_its_key_is_its_own_and_private(memory: Memory) -> None:
    assert (memory.folder / "key").stat().st_mode & 0o077 == 0
    assert Memory(memory.folder, "witness.example/w1").key == memory.key
    with pytest.raises(Refusal, match="bad-vkey"):
        Memory(memory.folder, "two words")


def test_the_command_needs_no_database(tmp_path: Path) -> None:
    """Nothing listens there: it says so and ends with 2, from a process whose database does not exist."""
    done = subprocess.run(
        [sys.executable, "manage.py", "witness", "http://127.0.0.1:9", "--once", "--folder", str(tmp_path / "w")],
        cwd=ROOT, env={"PATH": "/usr/bin", "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
                       "REDIS_URL": "redis://127.0.0.1:9/0", "FEDART_STATE_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "I am witness.local/1+" in done.stdout
    assert "could not look: ConnectError" in done.stdout


CHECKPOINT = logs.note(logs.records(), cosigned=False).dump()
EMPTY = sign_checkpoint(Checkpoint(logs.ORIGIN, 0, EMPTY_ROOT), logs.LOG, logs.private("log")).dump()
FIRST = Checkpoint(logs.ORIGIN, 3, b"\x01" * 32)


@pytest.mark.parametrize(
    ("request_", "last", "status"),
    [
        (add_checkpoint_body(0, [], CHECKPOINT), None, None),
        (add_checkpoint_body(0, [], EMPTY), None, None),
        (add_checkpoint_body(8, [], CHECKPOINT), None, 400),
        (b"old 00\n\n" + CHECKPOINT, None, 400),
        (b"new 0\n\n" + CHECKPOINT, None, 400),
        (b"old 0\nAAAA\n\n" + CHECKPOINT, None, 400),
        (b"old 0\n" + b"A" * 100_000, None, 400),
        (add_checkpoint_body(0, [bytes(32)] * 64, CHECKPOINT), None, 400),
        (add_checkpoint_body(0, [], CHECKPOINT[:-3]), None, 400),
        (add_checkpoint_body(0, [], logs.note(logs.records(), origin="elsewhere.example").dump()), None, 404),
        (add_checkpoint_body(0, [], logs.note(logs.records(), key="other").dump()), None, 403),
        (add_checkpoint_body(3, [], CHECKPOINT), None, 409),
        (add_checkpoint_body(0, [], CHECKPOINT), FIRST, 409),
        (add_checkpoint_body(0, [bytes(32)], CHECKPOINT), None, 422),
        (add_checkpoint_body(3, [bytes(32)], CHECKPOINT), FIRST, 422),
        (add_checkpoint_body(7, [], CHECKPOINT), Checkpoint(logs.ORIGIN, 7, b"\x01" * 32), 422),
    ],
)
def test_each_case_of_tlog_witness_has_its_status(request_: bytes, last: Any, status: int | None) -> None:
    if status is None:
        assert judge(request_, logs=[logs.LOG], last=last)[0].origin == logs.ORIGIN
        return
    with pytest.raises(Declined) as caught:
        judge(request_, logs=[logs.LOG], last=last)
    assert caught.value.status == status
    if status == 409:
        assert caught.value.size == (last.size if last else 0)


def test_keys_of_the_wrong_kind_are_not_taken() -> None:
    cosigner = Key(logs.ORIGIN, logs.public("log"), COSIGNATURE)
    with pytest.raises(Declined) as caught:
        judge(add_checkpoint_body(0, [], CHECKPOINT), logs=[cosigner], last=None)
    assert caught.value.status == 404


def test_look_is_what_the_command_line_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(witness, "look", lambda *_, **__: json.dumps("fine"))
    assert witness.run("http://art.example", "w/1", tmp_path / "w", None, 1.0, True, said.append) == 0
    assert said[1] == '"fine"'
