"""The commands of `fedart-edge`; this module holds what each of them starts with."""

import random
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import httpx
import typer

from edge import VERSION, renewal, traffic
from edge.config import Config, Rules
from edge.paths import Home
from edge.printing import Printer
from edge.tokens import TokenStore
from edge.tools import utc_now
from edge.transport import Transport, make_http
from edge.waiting import Waiter

app = typer.Typer(
    help="The FedArt agent: trains on this computer; the pictures stay here.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
DEFAULT_HOME = Path("~/.fedart-edge")


class Context:
    """What every command has: the home folder and how to print."""

    def __init__(self, home: Path, as_json: bool) -> None:
        self.home = Home(home)
        self.out = Printer(as_json)
        self.stop = threading.Event()
        self._clients: list[httpx.Client] = []

    def stop_on_signals(self) -> None:
        """SIGTERM and Ctrl-C end what is under way within a step; nothing is lost."""

        def handler(number: int, frame: FrameType | None) -> None:
            self.stop.set()

        signal.signal(signal.SIGTERM, handler)
        signal.signal(signal.SIGINT, handler)
        renewal.listening()

    def waiter(self) -> Waiter:
        """Waits end with the stop."""
        return Waiter(self.stop, random.Random())

    def transport(self, told: Config) -> Transport:
        """To the server that this home is enrolled with."""
        return Transport(self.client(told.server), self.waiter(), TokenStore(self.home))

    def client(self, origin: str) -> httpx.Client:
        """A client for that origin; what it sends is counted."""
        made = make_http(origin)
        made.event_hooks["request"].append(traffic.counting_apart(self.home, utc_now))
        self._clients.append(made)
        return made

    def close(self) -> None:
        """Let go of connections; called when the command ends, however it ends."""
        for client in self._clients:
            client.close()


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fedart-edge {VERSION}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    home: Annotated[
        Path, typer.Option(envvar="FEDART_HOME", help="Where the agent keeps its files.")
    ] = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say it and end.")
    ] = False,
) -> None:
    """The FedArt agent: trains on this computer; the pictures stay here."""
    context.obj = own = Context(home, as_json)
    context.call_on_close(own.close)


def about_scheme(rules: Rules) -> str:
    """What the artist's rules say about schemes that hide nothing."""
    if rules.allow_unsafe_plain_sum:
        return "You allow rounds in which the server can read your update (not your pictures)."
    return "Rounds in which the server could read your update are refused."
