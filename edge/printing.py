"""What the commands print: sentences for people, or one JSON object a line for scripts."""

import json
import sys
from typing import Any

import typer

from federation.protocol.errors import Refusal


class Printer:
    """Prints in the form that `--json` chose, at once: a script waits for the line."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    def say(self, words: str, /, **facts: Any) -> None:
        """A sentence for people; its facts (with the sentence, where there are none) for scripts."""
        if self.as_json:
            typer.echo(json.dumps(facts or {"say": words}))
        else:
            typer.echo(words)
        sys.stdout.flush()

    def on_terminal(self) -> bool:
        """Whether somebody watches: a bar may be drawn."""
        return sys.stderr.isatty()

    def refuse(self, refused: Refusal) -> None:
        """A refusal: what and what to do."""
        if self.as_json:
            typer.echo(json.dumps({"code": refused.code, "why": refused.why, "fix": refused.fix}))
            sys.stdout.flush()
        else:
            typer.secho(f"{refused.why}\n  {refused.fix}  [{refused.code}]", err=True)
