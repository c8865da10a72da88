"""vault join, list, train, upload, get, describe, remove."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge import config, pictures
from edge.api import Api
from edge.commands import Context, app
from edge.downloads import Downloads
from edge.folder import claims
from edge.folder.scan import Scanner
from edge.paths import write_private
from edge.receipts import human_bytes
from edge.state import State
from edge.vault import drawing, member, parcel, personal, shelf
from edge.vault.doors import Doors
from edge.vault.member import Opened, open_vault
from edge.vault.shelf import About, files_of
from federation.protocol.errors import refusal

if TYPE_CHECKING:
    from diffusion.dataset import Example

vault = typer.Typer(help="Your vault: personal adapters that the server cannot open.", no_args_is_help=True)
app.add_typer(vault, name="vault")
ASK_EVERY_S, ASK_FOR_S = 2.0, 600.0
SAMPLES_MAX = 4


def _doors(own: Context) -> Doors:
    own.stop_on_signals()
    return Doors(own.transport(config.load(own.home)))


@vault.command()
def join(
    context: typer.Context,
    fingerprint: Annotated[str | None, typer.Option(help="The vault's, as your vault page shows it.")] = None,
) -> None:
    """Become a member of your vault. You confirm it on the vault page, and compare two fingerprints."""
    own: Context = context.obj
    doors = _doors(own)
    me = member.load(own.home) or member.save(own.home, member.new_identity())
    doors.ask(me.recipient)
    own.out.say(
        f"Open your vault page and let this computer in where this is shown:   {me.fingerprint}",
        fingerprint=me.fingerprint,
    )
    waited, shown = 0.0, doors.overview().document
    while not member.is_in(me, shown):
        if waited >= ASK_FOR_S:
            raise refusal("vault-not-confirmed")
        doors.transport.waiter.wait(ASK_EVERY_S)
        waited, shown = waited + ASK_EVERY_S, doors.overview().document
    said = fingerprint or typer.prompt("Type the vault's fingerprint, as your vault page shows it")
    member.confirm(own.home, me, shown, said)
    opened = open_vault(own.home, doors)
    own.out.say("This computer is a member of your vault.", joined=True, version=opened.list.version)


@vault.command(name="list")
def show_list(context: typer.Context) -> None:
    """The adapters in your vault."""
    own: Context = context.obj
    doors = _doors(own)
    opened = open_vault(own.home, doors)
    for adapter, about in shelf.shelf(opened, doors).items():
        (file,) = files_of(opened, adapter, "adapter")
        size = human_bytes(file.bytes)
        words = f"{about.name}, version {about.number}   {size}   {adapter}   {about.note}".rstrip()
        own.out.say(words, adapter=str(adapter), bytes=file.bytes, **asdict(about))


@vault.command()
def train(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What to call it; the same name makes the next version.")],
    note: Annotated[str, typer.Option(help="A note to yourself.")] = "",
    steps: Annotated[int, typer.Option(min=1, max=100_000)] = 60,
    rank: Annotated[int, typer.Option(min=1, max=64)] = 8,
    sample: Annotated[list[str] | None, typer.Option(help="Draw a picture of this, and keep it too.")] = None,
) -> None:
    """Train a personal adapter on your pictures, encrypt it here, and put it into your vault."""
    own: Context = context.obj
    doors = _doors(own)
    told = config.load(own.home)
    opened = open_vault(own.home, doors)
    examples = works_of(own, told)
    api = Api(doors.transport)
    on = personal.ground(api)
    base, start = personal.fetch(api, Downloads(own.home, doors.transport), own.home, told, on)
    wish = personal.Wish(steps, rank, secrets.randbits(53), samples=tuple((sample or [])[:SAMPLES_MAX]))
    trained = personal.train(
        base, on, start, examples, wish, told.threads,
        on_step=lambda step, steps: own.out.say(f"Step {step} of {steps}", step=step, steps=steps),
        should_stop=own.stop.is_set,
    )  # fmt: skip
    about = _about(opened, doors, name, note, on, wish, len(examples))
    contents = [("adapter", trained.adapter), ("about", about.dumps())]
    contents += [("sample", picture) for picture in trained.samples]
    parcel.pack(own.home, opened.list.recipient, opened.list.generation, contents)
    _send_waiting(own, doors)


def works_of(own: Context, told: config.Config) -> Sequence["Example"]:
    """The works of the connected folder, as a round would use them: marks that forbid training block here too."""
    state = State(own.home)
    try:
        scanner = Scanner(told.folder, lambda: claims.claimed(state)) if told.folder else None
        return pictures.read(scanner)
    finally:
        state.close()


def _about(
    opened: Opened, doors: Doors, name: str, note: str, on: personal.Ground, wish: personal.Wish, works: int
) -> About:
    numbers = [about.number for about in shelf.shelf(opened, doors).values() if about.name == name]
    return About(
        name=name, number=max(numbers, default=0) + 1, note=note, made=shelf.now_text(), base=on.base,
        shared=f"version {on.version}, sha256:{on.sha256}", steps=wish.steps, pictures=works,
    )  # fmt: skip


@vault.command()
def draw(context: typer.Context) -> None:
    """Draw the pictures with your own style that you asked for in the studio, here, and send them in."""
    own: Context = context.obj
    doors = _doors(own)
    open_vault(own.home, doors)  # before anything is taken: a computer outside the vault takes nothing
    told, many = config.load(own.home), 0
    while not own.stop.is_set() and (
        done := drawing.draw_next(doors.transport, own.home, told, should_stop=own.stop.is_set)
    ):
        many += 1
        own.out.say("Drawn here and sent; it is in your studio.", drawn=str(done))
    own.out.say("Nothing more waits for this computer.", pictures=many)


@vault.command()
def upload(context: typer.Context) -> None:
    """Go on with what was trained but is not in the vault yet."""
    own: Context = context.obj
    if not _send_waiting(own, _doors(own)):
        own.out.say("Nothing waits to go up.", uploaded=None)


def _send_waiting(own: Context, doors: Doors) -> int:
    rows = parcel.waiting(own.home)
    for adapter in rows:
        generation, files = parcel.unpack(own.home, adapter)
        shelf.upload(doors, files, lambda sent, total: _progress(own, sent, total))
        lines = [file.listed(adapter, generation) for file in files]
        opened = shelf.change(own.home, doors, shelf.with_files(lines))
        parcel.done(own.home, adapter)
        own.out.say(
            f"In the vault, as {adapter}. Only those who can open the vault can read it.",
            uploaded=str(adapter),
            version=opened.list.version,
        )
    return len(rows)


def _progress(own: Context, sent: int, total: int) -> None:
    own.out.say(f"Sent {human_bytes(sent)} of {human_bytes(total)}", sent=sent, total=total)


@vault.command()
def get(
    context: typer.Context,
    adapter: Annotated[str, typer.Argument(help="Its id, or its name for the newest version.")],
    to: Annotated[Path, typer.Option(help="Where to write it.")],
    kohya: Annotated[bool, typer.Option("--kohya", help="With kohya's names instead of diffusers'.")] = False,
) -> None:
    """Decrypt an adapter into a safetensors file on this computer."""
    own: Context = context.obj
    doors = _doors(own)
    opened = open_vault(own.home, doors)
    key, about = shelf.find(opened, doors, adapter)
    (file,) = files_of(opened, key, "adapter")
    content = shelf.content_of(opened, doors, file)
    write_private(to.expanduser().absolute(), personal.as_kohya(content) if kohya else content)
    own.out.say(f"{about.name}, version {about.number}, is in {to}.", adapter=str(key), file=str(to))


@vault.command()
def describe(
    context: typer.Context,
    adapter: str,
    name: Annotated[str | None, typer.Option()] = None,
    note: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Change an adapter's name or note."""
    own: Context = context.obj
    about = shelf.describe(own.home, _doors(own), adapter, name=name, note=note)
    own.out.say(f"It is {about.name}, version {about.number}.", **asdict(about))


@vault.command()
def remove(context: typer.Context, adapter: str) -> None:
    """Take an adapter out of the vault. The server deletes its files at once; there is no way back."""
    own: Context = context.obj
    about = shelf.remove(own.home, _doors(own), adapter)
    own.out.say(f"{about.name}, version {about.number}, is gone.", removed=about.name)
