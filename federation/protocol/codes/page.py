"""docs/codes.md as text: one section per code, so that a refusal can link to its own words."""

from federation.protocol.codes import AGENT, COMPUTER, ROUNDS, SERVER, VAULT, Code

_HEAD = """# Codes

Every refusal of the protocol, of the server's doors for devices, and of the agent has a code, a sentence and
a fix. The command line, the pages and the API use the same ones. This page is made by
`python -m federation.protocol.codes`; a test compares it with the tables.
"""

_PARTS: tuple[tuple[str, str, dict[str, Code]], ...] = (
    ("Rounds and messages", "Refused by either side: the message or the round itself is not right.", ROUNDS),
    ("The server's doors for devices", "Refused by the server, changing nothing.", SERVER),
    ("The agent", "Refused by the agent on the artist's machine, whatever the server says.", AGENT),
    (
        "The artist's computer",
        "Said by the agent about this computer and its folder; nothing is sent.",
        COMPUTER,
    ),
    ("The vault", "Refused by the server about a list, or by the agent about what a server shows.", VAULT),
)


def codes_page() -> str:
    """The whole page, ending in one newline."""
    parts = [_HEAD]
    for title, intro, table in _PARTS:
        parts.append(f"\n## {title}\n\n{intro}\n")
        parts.extend(_section(code, entry) for code, entry in sorted(table.items()))
    return "".join(parts)


def _section(code: str, entry: Code) -> str:
    return f"\n### {code}\n\n{entry.why}\n\n*What to do:* {entry.fix}\n\n*HTTP status:* {entry.status}\n"
