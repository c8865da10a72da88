"""The transcript of a round: one hash over everything that was signed, sent, added and published, in order.

    h0 = SHA-256("fedart/transcript/v1" 0x00)
    hi = SHA-256(h(i-1) || SHA-256(JCS({"name": ..., "rows": [...]})))          for each section, in their order

The last h is the transcript's hash. Each section's name, number of rows and h are kept, so that a later reading which
comes out differently also says where.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from federation.protocol import jcs

LABEL = b"fedart/transcript/v1\0"


class Section(NamedTuple):
    """One part of a round's record; `rows` are JSON-able, without fractions, in an order that is always the same."""

    name: str
    rows: list[Any]


def transcript(sections: Iterable[Section]) -> dict[str, Any]:
    """{"v": 1, "hash": hex, "sections": [[name, number of rows, hash so far], ...]}, to be kept with the round."""
    running, kept = hashlib.sha256(LABEL).digest(), []
    for section in sections:
        body = jcs.canonical({"name": section.name, "rows": section.rows})
        running = hashlib.sha256(running + hashlib.sha256(body).digest()).digest()
        kept.append([section.name, len(section.rows), running.hex()])
    return {"v": 1, "hash": running.hex(), "sections": kept}


def first_difference(kept: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Where two transcripts part, in words; empty where they are the same."""
    theirs, ours = kept["sections"], found["sections"]
    for one, other in zip(theirs, ours, strict=False):
        if list(one) != list(other):
            said = f"{one[1]} rows" if one[1] != other[1] else "the same number of rows with another content"
            name = one[0] if one[0] == other[0] else f"{one[0]} (now {other[0]})"
            return f"{name}: {said}, now {other[1]}"
    if len(theirs) != len(ours):
        longer = theirs if len(theirs) > len(ours) else ours
        return f"{longer[min(len(theirs), len(ours))][0]}: {'gone' if longer is theirs else 'was not there'}"
    return "" if kept["hash"] == found["hash"] else "the hash itself"
