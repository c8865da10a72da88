"""The tables of states as text for docs/rounds.md; a test holds the two together."""

from federation.states import TABLES


def tables_as_text() -> str:
    """One Markdown table for each kind of row."""
    parts = []
    for kind, table in TABLES.items():
        lines = [f"### {kind.capitalize()}", "", "| state | may become |", "|---|---|"]
        lines += [
            f"| {state} | {', '.join(targets) or 'nothing: it ends here'} |"
            for state, targets in table.items()
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"
