"""From JSON to the exact bytes that are signed (RFC 8785), and strictly back."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import rfc8785

from consent.errors import refusal

MAX_STATEMENT_BYTES = 16_384
MAX_DEPTH = 8
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
JsonObject = dict[str, Any]


def canonical_bytes(value: Mapping[str, Any]) -> bytes:
    """The RFC 8785 form of a JSON object. Refuses (`wrong-shape`) what JSON cannot hold exactly:
    integers beyond 2^53 - 1, NaN, infinities, dates, lone surrogates, names that are not strings."""
    try:
        return rfc8785.dumps(dict(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError, TypeError) as error:
        raise refusal("wrong-shape", detail=type(error).__name__) from error


def parse_object(data: bytes, *, limit: int = MAX_STATEMENT_BYTES) -> JsonObject:
    """Read a JSON object strictly: at most `limit` bytes, UTF-8, no name twice in one object, no NaN, at most
    eight levels deep, and no fractions: two readers must never disagree about a value."""
    if len(data) > limit:
        raise refusal("too-large", detail=f"at most {limit} bytes")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise refusal("not-json") from error
    if not isinstance(value, dict):
        raise refusal("not-json")
    _check_values(value, depth=1)
    return value


def parse_canonical(data: bytes, *, limit: int = MAX_STATEMENT_BYTES) -> JsonObject:
    """As `parse_object`, and the bytes must be the RFC 8785 form of the object they hold
    (`not-canonical`)."""
    value = parse_object(data, limit=limit)
    if canonical_bytes(value) != data:
        raise refusal("not-canonical")
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> JsonObject:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise refusal("duplicate-key")
    return value


def _refuse_number(text: str) -> NoReturn:
    raise refusal(
        "wrong-shape", detail=f"the number {text[:20]} has no single exact form; write it as a string"
    )


def _check_values(value: Any, *, depth: int) -> None:
    """Bounds the depth, so that no later step can run out of stack, and the text, so that the database can
    hold it."""
    if depth > MAX_DEPTH:
        raise refusal("wrong-shape", detail="nested too deeply")
    if isinstance(value, str) and NOT_TEXT.search(value):
        raise refusal("wrong-shape", detail="a character that is not text")
    children = list(value.values()) + list(value) if isinstance(value, dict) else value
    if isinstance(children, list):
        for child in children:
            _check_values(child, depth=depth + 1)
