"""A FedArt server played by the test over real HTTP, so that it can misbehave in ways that the real one never does."""

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import numpy as np

from federation.adapters import files, vector
from federation.adapters.spec import AdapterSpec
from federation.protocol import keys
from federation.protocol.errors import Refusal, refusal
from federation.protocol.manifest import Previous
from federation.protocol.steps import Step
from tests.edge import statements
from tests.edge.played_log import PlayedLog
from tests.edge.played_round import CAMPAIGN, PlayedRound
from tests.federation.protocol.terms import SERVER_KEY, small_spec

DEVICE = UUID("44444444-4444-4444-8444-444444444444")
BASE_FILES = {"model_index.json": b"{}", "unet/weights.safetensors": b"no weights" * 1000}
Answer = tuple[int, dict[str, str], bytes]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def base_hash() -> str:
    """As diffusion.base computes it."""
    rows = [[path, sha256(data)] for path, data in sorted(BASE_FILES.items())]
    return "sha256:" + sha256(json.dumps(rows, separators=(",", ":")).encode())


class PlayedServer:
    """Serves one campaign and at most one round. Attributes may be changed by a test at any time.

    `alter` maps a kind of answer ("server", "token", "manifest", "roster", "base", "version", "consent", "ledger-key")
    to a function over its JSON; `trouble` lists what happens to the next requests whose path contains a text: a status,
    or "cut".
    """

    def __init__(self) -> None:
        self.spec: AdapterSpec = small_spec(base=base_hash())
        first = files.dumps(vector.unflatten(np.zeros(8, np.float32), self.spec), self.spec)
        self.versions: list[bytes] = [first]
        self.base_files = BASE_FILES
        self.blobs = {sha256(data): data for data in (first, *BASE_FILES.values())}
        self.round: PlayedRound | None = None
        self.log = PlayedLog()
        self.entries: dict[int, int] = {}
        self.of: dict[int, str] = {}  # the round that each version came of
        self.device_key = b""
        self.consent: dict[str, Any] = {"receipt": None}
        self.works: list[dict[str, Any]] = []
        self.alter: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
        self.trouble: deque[tuple[str, int | str]] = deque()
        self.polls: list[str] = ["authorization_pending"]
        self.access, self.refresh, self.serial = "access-0", "refresh-0", 0
        self.heartbeats: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.lock = threading.RLock()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def serve_base(self, spec: AdapterSpec, files_: dict[str, bytes]) -> None:
        """Another base, with its first version: all zeros."""
        first = files.dumps(vector.unflatten(np.zeros(spec.length, np.float32), spec), spec)
        self.spec, self.versions, self.base_files = spec, [first], files_
        self.blobs = {sha256(data): data for data in (first, *files_.values())}

    def open_round(self, **terms: Any) -> PlayedRound:
        """A round from the newest version; terms of its manifest can be changed."""
        previous = Previous(len(self.versions) - 1, sha256(self.versions[-1]))
        terms = {"previous": previous, **terms}
        self.round = PlayedRound(self.spec, DEVICE, self.device_key, **terms)
        self.consent = statements.shown(statements.statement(self.round.manifest), self.log)
        return self.round

    def publish(self, data: bytes) -> None:
        """One more version, whatever is in it; its card stands in the ledger."""
        self.versions.append(data)
        self.entries[len(self.versions) - 1] = self.log.record_version(self._card(len(self.versions) - 1))
        self.blobs[sha256(data)] = data

    def seen(self, text: str) -> list[tuple[str, str, dict[str, str]]]:
        """The requests whose path contains a text."""
        return [one for one in self.requests if text in one[1]]

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The whole server."""
        with self.lock:
            try:
                return self._route(method, path, headers, body)
            except Refusal as refused:
                return _problem(refused.status, refused.code, refused.why, refused.fix)

    def _route(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/api/v1/server":
            told = {
                "api": 1,
                "server_key": self._key(),
                "time": "2026-11-24T05:00:00+00:00",
                "name": "FedArt",
            }
            return self._json("server", told)
        if path.startswith("/oauth/"):
            return self._oauth(path, {name: values[0] for name, values in parse_qs(body.decode()).items()})
        if path.startswith("/api/v1/blobs/"):
            return self._blob(path.rpartition("/")[2], headers)
        if path.startswith("/api/v1/bases/"):
            held = sorted(self.base_files.items())
            listed = [{"path": p, "sha256": sha256(d), "size": len(d)} for p, d in held]
            return self._json("base", {"hash": self.spec.base, "files": listed})
        if path.startswith("/api/v1/versions/"):
            return self._version(int(path.rpartition("/")[2]))
        if path.startswith("/api/v1/campaigns/"):
            return self._json("campaign", {"id": str(CAMPAIGN), "newest_version": len(self.versions) - 1})
        if path.startswith("/api/v1/ledger/"):
            return self._ledger(path)
        if headers.get("authorization") != f"Bearer {self.access}":
            return _problem(401, "not-authenticated", "No.", "")
        return self._device(path, headers, body)

    def _device(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/api/v1/agent/heartbeat":
            self.heartbeats.append(json.loads(body))
            return self._json("heartbeat", {"poll_after_s": 0.1, "rounds": self._rounds()})
        if path == "/api/v1/agent/consent":
            return self._json("consent", self.consent)
        if path == "/api/v1/agent/works":
            self.works.append(json.loads(body))
            return 204, {}, b""
        if path == "/api/v1/agent/leave":
            return 200, {}, b"{}"
        match = re.fullmatch(r"/api/v1/rounds/([0-9a-f-]{36})/([a-z/-]+)", path)
        played = self.round
        if match is None or played is None or match[1] != str(played.manifest.round_id):
            raise refusal("round-unknown")
        return self._in_round(played, match[2], headers, body)

    def _in_round(self, played: PlayedRound, what: str, headers: dict[str, str], body: bytes) -> Answer:
        if what == "manifest":
            return self._json("manifest", played.signed_manifest())
        if what == "roster":
            return self._json("roster", played.signed_roster())
        if what == "join":
            played.mine = "training"
        elif what == "ready":
            played.begin()
        elif what == "drop":
            played.mine, played.drop_reason = "dropped", json.loads(body)["reason"]
        elif what.startswith("inbox/"):
            return 200, {}, played.inbox(Step.of(what.partition("/")[2]), DEVICE)
        elif what.startswith("messages/"):
            step = Step.of(what.partition("/")[2])
            signed = keys.message_text(played.manifest.round_id, step, body)
            keys.verify(self.device_key, headers.get("x-fedart-device-signature", ""), signed)
            status = played.receive(step, body)
            if played.over and len(self.versions) == played.manifest.previous.number + 1:
                self.publish(played.next_file(self.versions[-1]))
            return status, {}, b"{}"
        return 200, {}, b"{}"

    def _rounds(self) -> list[dict[str, Any]]:
        played = self.round
        if played is None or played.over:
            return []
        row = {
            "id": str(played.manifest.round_id),
            "state": "training",
            "deadline": None,
            "your_part": played.mine,
        }
        return [row]

    def _oauth(self, path: str, form: dict[str, str]) -> Answer:
        if path == "/oauth/device-authorization/":
            self.device_key = keys.public_key(form["public_key"])
            keys.verify(self.device_key, form["proof"], keys.enrol_text(form["client_id"], self.device_key))
            told = {"device_code": "d", "user_code": "BCDF-GHJK", "verification_uri": f"{self.url}/devices/confirm/",
                    "expires_in": 600, "interval": 0.2, "fingerprint": keys.fingerprint(self.device_key)}  # fmt: skip
            return self._json("device", told)
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] != self.refresh:
                return 400, {}, b'{"error": "invalid_grant"}'
        elif self.polls:
            return 400, {}, json.dumps({"error": self.polls.pop(0)}).encode()
        self.serial += 1
        self.access, self.refresh = f"access-{self.serial}", f"refresh-{self.serial}"
        told = {"access_token": self.access, "refresh_token": self.refresh, "device_id": str(DEVICE)}
        return self._json("token", told | {"server_key": self._key()})

    def _version(self, number: int) -> Answer:
        if number >= len(self.versions):
            raise refusal("version-unknown")
        told = {
            "number": number, "sha256": sha256(self.versions[number]), "card": self._card(number),
            "ledger_entry": self.entries.get(number),
        }  # fmt: skip
        return self._json("version", told)

    def _card(self, number: int) -> dict[str, Any]:
        before = {"number": number - 1, "sha256": sha256(self.versions[number - 1])} if number else None
        played = self.of.setdefault(
            number, str(self.round.manifest.round_id) if self.round and number else ""
        )
        return {"previous": before, "round": played or None, "cohort_size": "fewer than 5" if number else 0}

    def _ledger(self, path: str) -> Answer:
        if path.endswith("/checkpoint"):
            return 200, {}, self.log.checkpoint()
        if path.endswith("/key"):
            return self._json("ledger-key", self.log.key())
        if "/receipt?" in path:
            return 200, {}, self.log.proof(int(path.rpartition("=")[2]))
        if "/openings/" in path:
            return self._json("opening", self.log.openings[int(path.rpartition("/")[2])])
        old, new = map(int, re.findall(r"=(\d+)", path))
        return self._json("consistency", {"path": self.log.consistency(old, new)})

    def _blob(self, name: str, headers: dict[str, str]) -> Answer:
        data = self.blobs.get(name)
        if data is None:
            raise refusal("blob-unknown")
        match = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        if match is None:
            return 200, {}, data
        if int(match[1]) >= len(data):
            raise refusal("range-invalid")
        return 206, {"Content-Range": f"bytes {match[1]}-{len(data) - 1}/{len(data)}"}, data[int(match[1]) :]

    def _json(self, kind: str, value: dict[str, Any]) -> Answer:
        return (
            200,
            {"Content-Type": "application/json"},
            json.dumps(self.alter.get(kind, lambda v: v)(value)).encode(),
        )

    @staticmethod
    def _key() -> str:
        return keys.to_b64url(keys.raw_public(SERVER_KEY))


def _problem(status: int, code: str, why: str, fix: str) -> Answer:
    told = {"type": "about:blank", "status": status, "code": code, "detail": why, "fix": fix}
    return status, {"Content-Type": "application/problem+json"}, json.dumps(told).encode()


def _handler(played: PlayedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            played.requests.append((self.command, self.path, headers))
            cut = False
            if played.trouble and played.trouble[0][0] in self.path:
                what = played.trouble.popleft()[1]
                if isinstance(what, int):
                    self._send(what, {"Retry-After": "0"}, b"")
                    return
                cut = True
            status, more, data = played.answer(self.command, self.path, headers, body)
            self._send(status, more, data, cut=cut)

        do_POST = do_GET

        def _send(self, status: int, more: dict[str, str], data: bytes, *, cut: bool = False) -> None:
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data[: len(data) // 2] if cut else data)
            self.close_connection = self.close_connection or cut

    return Handler
