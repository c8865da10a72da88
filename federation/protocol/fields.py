"""Strict reading of JSON objects: exactly these keys, each of its type and within its bounds."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,12})?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FieldError(ValueError):
    """What is wrong with which field; callers turn it into their own Refusal."""


def exact(value: Any, keys: frozenset[str], where: str) -> Mapping[str, Any]:
    """The object, if it has exactly these keys."""
    if not isinstance(value, Mapping) or set(value) != keys:
        raise FieldError(f"{where} must have exactly {', '.join(sorted(keys))}")
    return value


def whole(value: Any, low: int, high: int, where: str) -> int:
    """A whole number from low to high, both included."""
    if type(value) is not int or not low <= value <= high:
        raise FieldError(f"{where} must be a whole number from {low} to {high}")
    return value


def text(value: Any, longest: int, where: str) -> str:
    """A text of 1 to `longest` printable characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
        raise FieldError(f"{where} must be a text of at most {longest} printable characters")
    return value


def decimal(value: Any, where: str) -> str:
    """A fraction as a plain decimal string, such as "0.002"."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise FieldError(f"{where} must be a decimal string")
    return value


def uuid(value: Any, where: str) -> UUID:
    """A UUID in its one lower-case form with hyphens."""
    try:
        parsed = UUID(value)
    except (ValueError, AttributeError, TypeError):
        parsed = None
    if parsed is None or str(parsed) != value:
        raise FieldError(f"{where} must be a UUID in lower case")
    return parsed


def sha256_hex(value: Any, where: str) -> str:
    """64 lower-case hexadecimal digits."""
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise FieldError(f"{where} must be 64 hexadecimal digits")
    return value


def tagged_sha256(value: Any, where: str) -> str:
    """ "sha256:" and 64 lower-case hexadecimal digits."""
    if not isinstance(value, str) or not value.startswith("sha256:"):
        raise FieldError(f'{where} must start with "sha256:"')
    sha256_hex(value.removeprefix("sha256:"), where)
    return value


def moment(value: Any, where: str) -> datetime:
    """A time with its offset, in ISO 8601."""
    try:
        parsed = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise FieldError(f"{where} must be a time in ISO 8601") from None
    if parsed.tzinfo is None:
        raise FieldError(f"{where} must have an offset")
    return parsed
