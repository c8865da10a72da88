"""Refusals by the agent: the artist's own floors and caps, and everything that was not as pinned."""

from federation.protocol.codes.entry import Code

_NOTHING = "Nothing was sent."

AGENT: dict[str, Code] = {}
