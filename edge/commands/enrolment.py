"""enrol, leave."""

import platform
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from consent.ledger.multibase import key_fingerprint
from edge import config, leaving, lock, qr
from edge.api import Api
from edge.commands import Context, about_scheme, app
from edge.commands.folder import look
from edge.commands.trusting import read_key
from edge.config import ANY_TIME, Manners, Rules
from edge.enrol import Asked, Wish
from edge.enrol import enrol as enrol_device
from edge.folder.scan import Scanner
from edge.opened import signer_of
from edge.printing import Printer
from edge.transport import Transport, origin_of
from federation.protocol.errors import refusal

LONGEST_NAME = 80
AllowUnsafe = Annotated[
    bool,
    typer.Option("--allow-unsafe-plain-sum", help="Accept rounds in which the server can read your update."),
]


@app.command()
def enrol(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Address of the server.", show_default=False)] = "",
    server: Annotated[str, typer.Option(help="The same, as an option.", show_default=False)] = "",
    name: Annotated[
        str, typer.Option(help="What this device is called on your pages; else its own name.")
    ] = "",
    folder: Annotated[Path | None, typer.Option("--pictures", help="Folder of captioned pictures.")] = None,
    threads: Annotated[int, typer.Option(min=1, max=256, help="Threads of the processor to train with.")] = 1,
    min_cohort: Annotated[
        int, typer.Option(min=2, max=512, help="Fewest artists in a round you accept.")
    ] = 3,
    allow_unsafe_plain_sum: AllowUnsafe = False,
    artist_key: Annotated[str | None, typer.Option(help="The key of your consent page: z6Mk…")] = None,
    any_time: Annotated[
        bool, typer.Option("--any-time", help="Train at any time, on battery and beside your work too.")
    ] = False,
) -> None:
    """Connect this computer with your account."""
    own: Context = context.obj
    own.stop_on_signals()
    artist_keys = (read_key(artist_key),) if artist_key else ()
    if folder is not None:
        folder = folder.expanduser().resolve()
        look(own.out, Scanner(folder))
    if bool(address) == bool(server):
        raise typer.BadParameter("give the address of the server, once")
    origin = origin_of(address or server)
    rules = Rules(min_cohort=min_cohort, allow_unsafe_plain_sum=allow_unsafe_plain_sum)
    manners = ANY_TIME if any_time else Manners()
    place = str(folder) if folder else None
    wish = Wish(origin, name or _own_name(), place, threads, rules, artist_keys=artist_keys, manners=manners)
    transport = Transport(own.client(origin), own.waiter())
    told = enrol_device(own.home, wish, transport, lambda asked: _show(own.out, asked))
    own.out.say(
        f"Enrolled as {told.name!r}. {about_scheme(told.rules)}",
        enrolled=True,
        device_id=told.device_id,
        name=told.name,
    )
    if not told.artist_keys and not own.out.as_json and sys.stdin.isatty():
        _confirm_key(own, told)
    elif not told.artist_keys:
        missing = refusal("artist-key-missing")
        own.out.say(f"{missing.why} {missing.fix}", artist_keys=0)


def _confirm_key(own: Context, told: config.Config) -> None:
    """Show the fingerprint of the key under the consent, if there is one; pinned only if the artist says that it is
    hers."""
    receipt = Api(own.transport(told)).consent()
    signer = signer_of(receipt) if receipt else ""
    if not signer:
        own.out.say("You have signed no consent yet. After you did, enter the key that the page shows.")
    elif typer.confirm(
        f"Your consent was signed by the key {key_fingerprint(signer)}. Does your consent page show the same?"
    ):
        config.save(own.home, replace(told, artist_keys=(signer,)))
    else:
        own.out.say(
            "Not trusted. Nothing is trained until you enter the key of your page: `fedart-edge trust KEY`."
        )


def _own_name() -> str:
    """What this computer is called in its own network."""
    return platform.node().partition(".")[0][:LONGEST_NAME] or "computer"


def _show(out: Printer, asked: Asked) -> None:
    if not out.as_json and sys.stdout.isatty():
        _show_qr(asked.verification_uri_complete)
    out.say(
        f"Open   {asked.verification_uri_complete}\nCode   {asked.user_code}\n"
        f"Confirm it only where this fingerprint is shown:   {asked.fingerprint}",
        user_code=asked.user_code,
        verification_uri=asked.verification_uri,
        fingerprint=asked.fingerprint,
    )


def _show_qr(address: str) -> None:
    """For a phone, where the terminal has the room and the letters for it."""
    room = shutil.get_terminal_size()
    if qr.size(address) <= room.columns and "utf" in (sys.stdout.encoding or "").lower():
        typer.echo(qr.drawn(address))


@app.command()
def leave(
    context: typer.Context,
    forget_receipts: Annotated[bool, typer.Option(help="Delete the receipts too.")] = False,
) -> None:
    """Leave the server: deletes this device's key and everything fetched. Works without the network."""
    own: Context = context.obj
    if lock.is_running(own.home):
        raise refusal("agent-running")
    told = config.load(own.home)
    informed = leaving.leave(own.home, own.transport(told), keep_receipts=not forget_receipts)
    more = (
        "The server knows." if informed else "The server could not be told: withdraw the device on your page."
    )
    own.out.say(f"Left. Your pictures were not touched. {more}", left=True, server_told=informed)
