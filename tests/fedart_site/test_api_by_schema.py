"""Every operation of the API description, with fitting and unfitting input from three kinds of callers.

The platform may refuse whatever it likes, with a problem document; it may never answer 500 or above.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from fedart_site.demo.visitor import Visitor
from federation.protocol import keys
from tests.live import Platform
from tests.people import ALICE, PASSWORD

pytestmark = pytest.mark.live
EXAMPLES = 4
# Fitting values of their parameter may hold slashes, which schemathesis never puts into an address.
SLASHED = {"/api/v1/ledger/tile/{level}/{path}", "/api/v1/ledger/tile/entries/{path}"}
# The parts of a long message are plain bytes too, under the name that tus gives them.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
Send = Callable[[str, str, dict[str, Any]], httpx.Response]


@pytest.fixture(scope="module")
def artist(platform: Platform) -> Iterator[Visitor]:
    """Alice, signed in as in a browser."""
    alice = Visitor(platform.url, ALICE.email, PASSWORD, ALICE.name)
    alice.sign_up_or_in()
    yield alice
    alice.http.close()


@pytest.fixture(scope="module")
def token(platform: Platform, artist: Visitor) -> str:
    """The access token of Alice's device, enrolled through the public doors."""
    key = Ed25519PrivateKey.generate()
    raw = keys.raw_public(key)
    asked = httpx.post(
        f"{platform.url}/oauth/device-authorization/",
        data={
            "client_id": "fedart-agent",
            "scope": "agent",
            "public_key": keys.to_b64url(raw),
            "device_name": "schema test",
            "proof": keys.sign(key, keys.enrol_text("fedart-agent", raw)),
        },
    ).json()
    artist.post_form("/devices/confirm/", {"user_code": asked["user_code"], "answer": "confirm"})
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": "fedart-agent"}
    found = httpx.post(f"{platform.url}/oauth/token/", data=grant | {"device_code": asked["device_code"]})
    assert found.status_code == 200, found.text
    return str(found.json()["access_token"])


@pytest.fixture(scope="module")
def schema(platform: Platform) -> Any:
    return schemathesis.openapi.from_url(f"{platform.url}/api/schema/?format=json")


def _callers(
    platform: Platform, artist: Visitor, token: str
) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
    """Headers and cookies of a stranger, an artist and a device."""
    cookies = {name: str(value) for name, value in artist.http.cookies.items()}
    return {
        "stranger": ({}, {}),
        "artist": ({"X-CSRFToken": cookies["csrftoken"], "Referer": f"{platform.url}/"}, cookies),
        "device": ({"Authorization": f"Bearer {token}"}, {}),
    }


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"]
)
@pytest.mark.parametrize("caller", ["stranger", "artist", "device"])
def test_never_a_server_error(
    platform: Platform, artist: Visitor, token: str, schema: Any, caller: str, mode: GenerationMode
) -> None:
    headers, cookies = _callers(platform, artist, token)[caller]
    failures: list[str] = []
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        strategy = operation.as_strategy(generation_mode=mode)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=strategy)
        def call(case: Any) -> None:
            nonlocal tried
            answer = case.call(headers=headers, cookies=cookies)
            tried += 1
            if answer.status_code >= 500:
                failures.append(f"{case.as_curl_command()} → {answer.status_code}")
            elif answer.status_code >= 400 and case.path.startswith("/api/"):
                kind = answer.headers.get("content-type", [""])[0]
                if kind != "application/problem+json" or not json.loads(answer.content).get("code"):
                    failures.append(
                        f"{case.as_curl_command()} → {answer.status_code} without a problem document"
                    )

        # An operation without parameters and body cannot be called wrongly.
        hopeless = mode is GenerationMode.NEGATIVE or operation.path in SLASHED
        with contextlib.suppress(Unsatisfiable if hopeless else ()):
            call()
    assert tried > 50
    assert failures == []
    platform.wait_ready(10)
