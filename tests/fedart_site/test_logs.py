"""No line of a log holds personal data, whoever writes it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.test import Client

from fedart_site import logs

SECRETS = (
    "alice@example.org",
    "192.0.2.17",
    "2001:db8::17",
    "a red fox at dusk",
    "eyJhbGciOi",
    "s3cr3t-token",
)


@pytest.fixture
def lines() -> Iterator[Any]:
    """Log as production does (beside pytest's own handlers), and read back what was written."""
    recipe = dict(logs.configure(as_json=True)["formatters"]["line"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(recipe.pop("()")(**recipe))
    logging.root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.removeHandler(handler)


def test_personal_data_is_dropped(lines: Any) -> None:
    log = structlog.get_logger("anything")
    log.info("asked", prompt="a red fox at dusk", email="alice@example.org", ip="192.0.2.17", round="r1")
    log.info("mail for alice@example.org from 192.0.2.17 or 2001:db8::17 and Bearer eyJhbGciOi")
    log.info(
        "nested",
        request={"headers": {"authorization": "Bearer eyJhbGciOi"}},
        items=[{"token": "s3cr3t-token"}],
    )
    logging.getLogger("library").warning(
        "GET /x?token=s3cr3t-token&user_code=ABCD by %s", "alice@example.org"
    )
    try:
        raise ValueError("bad address alice@example.org")
    except ValueError:
        log.exception("failed", attempt=2)
    found = lines()
    text = json.dumps(found)
    assert [secret for secret in SECRETS if secret in text] == []
    assert len(found) == 5
    assert found[0]["round"] == "r1"
    assert found[0]["event"] == "asked"
    assert found[4]["attempt"] == 2
    assert "Traceback" in found[4]["exception"]


@pytest.mark.django_db
def test_a_request_is_one_line_without_its_path_or_query(lines: Any, client: Client) -> None:
    client.get("/accounts/login/?next=/images/abc/&prompt=a+red+fox", headers={"User-Agent": "s3cr3t-token"})
    found = [line for line in lines() if line["event"] == "request"]
    assert len(found) == 1
    assert set(found[0]) == {"event", "level", "logger", "method", "ms", "route", "status", "timestamp"}
    assert found[0]["route"] == "accounts/login/"


@pytest.mark.parametrize(
    "text",
    ["took 12.5.0 ms", "version 1.2.3", "at 10:20:30", "sha256:ab12", "round 5f0c:1", "10 of 12 devices"],
)
def test_ordinary_words_stay(text: str) -> None:
    assert logs.clean(text) == text


def test_passwords_in_addresses_go() -> None:
    assert "hunter2" not in logs.clean("cannot reach postgres://fedart:hunter2@db/fedart")
