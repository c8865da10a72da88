"""The platform as real processes: it becomes ready, loses parts, and gets them back."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from fedart_site.engines.launch import free_port
from fedart_site.engines.record import read_record
from fedart_site.processes.plan import ROOT
from tests.live import Platform
from tests.waiting import wait_for

pytestmark = pytest.mark.live


def _ready(url: str) -> dict[str, str]:
    """The parts of /readyz; nothing while it cannot be reached."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            found: dict[str, str] = json.load(answer)["parts"]
    except urllib.error.HTTPError as error:
        found = json.load(error)["parts"]
    except OSError:
        return {}
    return found


def test_everything_is_ready(platform: Platform) -> None:
    assert set(_ready(platform.url).values()) == {"ok"}


def test_a_killed_web_process_comes_back(platform: Platform) -> None:
    platform.kill("web")
    assert _ready(platform.url) == {}
    platform.restart("web")
    assert set(_ready(platform.url).values()) == {"ok"}


def test_a_stream_without_length_is_refused_while_it_comes(platform: Platform) -> None:
    """Chunked, endless: the server answers 413 after its limit instead of filling its disk."""
    with socket.create_connection(("localhost", platform.port), timeout=20) as connection:
        head = f"POST /oauth/token/ HTTP/1.1\r\nHost: localhost:{platform.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        chunk = b"1000\r\n" + b"a" * 0x1000 + b"\r\n"
        with contextlib.suppress(ConnectionError):  # it may hang up while we still send
            for _ in range(8):
                connection.sendall(chunk)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(4096):
                answer += part
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"body-too-large" in answer


def test_logs_have_no_addresses_of_people(platform: Platform) -> None:
    request = urllib.request.Request(
        f"{platform.url}/accounts/login/?next=/x&email=nobody@example.org",
        headers={"User-Agent": "secret-agent"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200
    log = wait_for(lambda: platform.log("web"), what="a log")
    assert "nobody@example.org" not in log
    assert "secret-agent" not in log
    assert "127.0.0.1" not in log


def test_up_runs_everything_and_leaves_nothing(tmp_path: Path) -> None:
    """`manage.py up` with private engines of its own; one is killed and comes back; Ctrl-C ends it all."""
    port = free_port()
    url = f"http://localhost:{port}"
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"FEDART_STATE_DIR": str(tmp_path / "state"), "FEDART_ENV": "development"}
    env["FEDART_BASE_DIR"] = str(tmp_path / "no base to read")
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    parent = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        parts = wait_for(
            lambda: (found := _ready(url)) and set(found.values()) == {"ok"} and found,
            seconds=300,
            what="the platform ready",
            every=0.5,
        )
        assert "worker generate" in parts
        killed = read_record(tmp_path / "state").postgres.pid
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: read_record(tmp_path / "state").postgres.pid != killed, what="a new PostgreSQL")
        wait_for(lambda: set(_ready(url).values()) == {"ok"}, seconds=60, what="the database back")
    finally:
        parent.send_signal(signal.SIGINT)
        said, _ = parent.communicate(timeout=60)
    assert parent.returncode == 0, said
    assert f"FedArt is starting at {url}" in said
    record = read_record(tmp_path / "state")
    assert (record.postgres.pid, record.valkey.pid) == (0, 0)
    left = [
        entry.name
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and str(tmp_path).encode() in _environment(entry)
    ]
    assert left == []


def _environment(entry: Path) -> bytes:
    try:
        return (entry / "environ").read_bytes()
    except OSError:
        return b""
