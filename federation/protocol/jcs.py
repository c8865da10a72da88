"""Canonical JSON (RFC 8785) for what this protocol signs: no floating-point numbers, so no number formatting.

Fractions travel as decimal strings. Whole numbers stay within ±(2^53 - 1), the range in which every JSON
reader agrees.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

MAX_SAFE = (1 << 53) - 1


def canonical(value: Any) -> bytes:
    """The one UTF-8 form of this value. Raises ValueError for anything JSON or this profile does not have."""
    return _text(value).encode("utf-8")


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_text(k)}:{_text(value[k])}" for k in sorted(value, key=_utf16)) + "}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return "[" + ",".join(map(_text, value)) + "]"
    raise ValueError(f"no canonical form for {type(value).__name__}")


def _whole(value: int) -> str:
    if abs(value) > MAX_SAFE:
        raise ValueError("whole number beyond 2^53 - 1")
    return str(int(value))


def _utf16(key: Any) -> bytes:
    """RFC 8785 section 3.2.3 sorts by UTF-16 code units."""
    if isinstance(key, str):
        return key.encode("utf-16-be")
    raise ValueError("object keys are strings")
