"""The shape of one row of the tables of codes."""

from typing import NamedTuple


class Code(NamedTuple):
    """One refusal: the sentence, what to do next, and the HTTP status a server answers with (RFC 9110)."""

    why: str
    fix: str
    status: int = 400
