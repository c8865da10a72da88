"""Logs without personal data: JSON in production, short coloured lines on a console.

Every line passes `drop_personal`, which removes values by key and, from free text, anything that looks like an
e-mail address, an IP address or a token. It is a net below careful callers, who log ids and never content.
"""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

PRIVATE_KEYS = frozenset(
    (
        "access_token",
        "authorization",
        "body",
        "caption",
        "client",
        "cookie",
        "cookies",
        "csrftoken",
        "data",
        "device_code",
        "display_name",
        "email",
        "e_mail",
        "ip",
        "ip_address",
        "mail",
        "negative_prompt",
        "password",
        "private_key",
        "prompt",
        "refresh_token",
        "remote_addr",
        "request",
        "secret",
        "session",
        "sessionid",
        "signature",
        "token",
        "user_code",
        "x_forwarded_for",
    )
)
REMOVED = "[removed]"
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IPV4 = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?!\.?\d)")
GROUP = r"[0-9a-fA-F]{1,4}"
SHORT = rf"(?:{GROUP}(?::{GROUP}){{0,6}})?::(?:{GROUP}(?::{GROUP}){{0,6}})?"
IPV6 = re.compile(rf"(?<![\w:])(?:(?:{GROUP}:){{7}}{GROUP}|{SHORT})(?![\w:])")
BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE)
QUERY = re.compile(
    r"\b(token|code|user_code|device_code|key|password|secret|prompt)=[^&\s\"']+", re.IGNORECASE
)
URL_PASSWORD = re.compile(r"(\w+://[^/\s:@]*):[^/\s@]+@")

Event = MutableMapping[str, Any]


def clean(text: str) -> str:
    """Text without e-mail addresses, IP addresses and tokens."""
    for pattern, put in (
        (URL_PASSWORD, rf"\1:{REMOVED}@"),
        (EMAIL, REMOVED),
        (BEARER, rf"\1 {REMOVED}"),
        (QUERY, rf"\1={REMOVED}"),
        (IPV4, REMOVED),
        (IPV6, REMOVED),
    ):
        text = pattern.sub(put, text)
    return text


def drop_personal(_logger: Any, _name: str, event: Event) -> Event:
    """structlog processor: see the module."""
    for key in list(event):
        event[key] = REMOVED if key.lower().replace("-", "_") in PRIVATE_KEYS else _cleaned(event[key])
    return event


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return dict(drop_personal(None, "", dict(value)))
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value


def _forget_record(_logger: Any, _name: str, event: Event) -> Event:
    """Django and Celery put requests and arguments on their records; none of that is wanted."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event


BEFORE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def configure(*, as_json: bool) -> dict[str, Any]:
    """Set structlog up and give Django's LOGGING, so that both write the same lines."""
    structlog.configure(
        processors=[*BEFORE, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=False, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": BEFORE,
        "processors": [_forget_record, structlog.processors.format_exc_info, drop_personal, renderer],
    }
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django": {"level": "INFO", "handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True} | quiet,
            # One line for every request is written by RequestLogMiddleware.
            "django.request": {"level": "ERROR"},
            "uvicorn": {"handlers": [], "propagate": True, "level": "INFO"},
            "uvicorn.error": quiet,
            "uvicorn.access": quiet,
            "httpx": quiet,
            "celery.beat": quiet,
            "celery.worker.strategy": quiet,
            "celery.app.trace": quiet,
            "celery.bootsteps": quiet,
            "botocore": quiet,
            "c2pa": quiet,
        },
    }
