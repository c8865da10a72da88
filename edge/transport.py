"""HTTP to the one server: retries with jitter, tokens that renew themselves, no redirects, bounded answers.

Every request may be repeated: the server answers a repeated message as it did the first time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from edge import VERSION, answers
from edge.tokens import TokenStore
from edge.waiting import Waiter
from federation.protocol.errors import Refusal, refusal

ATTEMPTS = 6
RETRIED = frozenset((429, 500, 502, 503, 504))
LONGEST_RETRY_AFTER = 60.0
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))
TOKEN_URL = "/oauth/token/"
CLIENT_ID = "fedart-agent"


def origin_of(address: str) -> str:
    """The server's origin. Raises Refusal `server-not-https`: plain HTTP is for this computer only."""
    parts = urlsplit(address if "//" in address else f"https://{address}")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise refusal("server-not-https", f"It is {answers.plain(address, 200)}.")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def make_http(origin: str) -> httpx.Client:
    """The client for that origin: redirects are never followed, proxies and certificates as the system has them."""
    agent = {"User-Agent": f"fedart-edge/{VERSION}"}
    return httpx.Client(base_url=origin, timeout=TIMEOUT, follow_redirects=False, headers=agent)


class Transport:
    """Requests to the server. `tokens` is None before enrolment: then nothing is authorised."""

    def __init__(self, http: httpx.Client, waiter: Waiter, tokens: TokenStore | None = None) -> None:
        self.http = http
        self.waiter = waiter
        self.tokens = tokens

    def get(self, path: str) -> bytes:
        """The body of the answer to a GET."""
        return self.request("GET", path)

    def post(self, path: str, value: Mapping[str, Any]) -> bytes:
        """The body of the answer to a JSON POST."""
        return self.request("POST", path, json=value)

    def request(self, method: str, path: str, **more: Any) -> bytes:
        """The body of an answer below 400; raises Refusal for any other, once patience is at its end."""
        with self.stream(method, path, **more) as response:
            return answers.read_body(response)

    @contextmanager
    def stream(self, method: str, path: str, **more: Any) -> Iterator[httpx.Response]:
        """An answer below 400 whose body is still to be read."""
        response = self._open(method, path, more)
        try:
            yield response
        except httpx.TransportError as error:
            raise refusal("server-unreachable", f"{type(error).__name__}.") from None
        finally:
            response.close()

    def form(self, path: str, fields: Mapping[str, str]) -> tuple[int, bytes]:
        """The status and body of a form POST without a token, as OAuth wants it; any status but a passing one."""
        response = self._patiently("POST", path, {"data": dict(fields)}, None)
        try:
            return response.status_code, answers.read_body(response)
        finally:
            response.close()

    def _open(self, method: str, path: str, more: dict[str, Any]) -> httpx.Response:
        """Send with the access token; renew it once when the server no longer takes it."""
        access = self.tokens.load().access if self.tokens else None
        response = self._patiently(method, path, more, access)
        if response.status_code == 401 and self.tokens:
            response.close()
            response = self._patiently(method, path, more, self._renewed(access))
        if response.status_code >= 300:
            self._raise(response)
        return response

    def _patiently(self, method: str, path: str, more: dict[str, Any], access: str | None) -> httpx.Response:
        """The first answer that is not a passing failure."""
        headers = {**more.get("headers", {}), **({"Authorization": f"Bearer {access}"} if access else {})}
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            try:
                request = self.http.build_request(method, path, **{**more, "headers": headers})
                response = self.http.send(request, stream=True)
            except httpx.TransportError as error:
                if last:
                    raise refusal("server-unreachable", f"{type(error).__name__}.") from None
                self.waiter.wait(self.waiter.backoff(attempt))
                continue
            if last or response.status_code not in RETRIED:
                return response
            response.close()
            self.waiter.wait(max(self.waiter.backoff(attempt), retry_after(response)))
        raise AssertionError("the last attempt returns or raises")

    def _renewed(self, refused: str | None) -> str:
        """A new access token; only one thread asks, and another process' new pair is taken as it is."""
        assert self.tokens is not None
        with self.tokens.lock:
            tokens = self.tokens.load()
            if tokens.access != refused:
                return tokens.access
            fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "client_id": CLIENT_ID}
            status, body = self.form(TOKEN_URL, fields)
            if status in (400, 401, 403):
                raise refusal("enrolment-ended")
            if status != 200:
                raise answers.problem(status, body)
            return self.tokens.save(answers.as_json(body)).access

    @staticmethod
    def _raise(response: httpx.Response) -> None:
        try:
            body = answers.read_body(response)
        except (httpx.TransportError, Refusal):
            body = b""
        finally:
            response.close()
        raise answers.problem(response.status_code, body)


def retry_after(response: httpx.Response) -> float:
    """Seconds that the server asks to wait (RFC 9110 section 10.2.3, the form in seconds), within reason."""
    try:
        return min(LONGEST_RETRY_AFTER, max(0.0, float(response.headers.get("Retry-After", "0"))))
    except ValueError:
        return 0.0
