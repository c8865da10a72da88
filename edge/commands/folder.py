"""connect, works, mine: the folder of pictures."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from edge import config, pictures
from edge.commands import Context, app
from edge.folder import claims, watch, words
from edge.folder.scan import OnFile, Scan, Scanner
from edge.printing import Printer
from edge.state import State
from edge.tools import utc_now
from federation.protocol.errors import refusal


@app.command()
def connect(context: typer.Context, folder: Path) -> None:
    """Connect a folder of pictures. They stay on this computer."""
    own: Context = context.obj
    told = config.load(own.home)
    folder = folder.expanduser().resolve()
    state = State(own.home)
    try:
        found = look(own.out, Scanner(folder, lambda: claims.claimed(state)))
        config.save(own.home, replace(told, pictures=str(folder)))
        watch.tell(state, found)
    finally:
        state.close()
    say(own.out, "Connected", found)


@app.command(name="works")
def show_works(context: typer.Context) -> None:
    """What is in the connected folder: works, copies, and everything that is left out, with the reason."""
    own: Context = context.obj
    told = config.load(own.home)
    state = State(own.home)
    try:
        scanner = Scanner(told.folder, lambda: claims.claimed(state)) if told.folder else None
        found = look(own.out, scanner)
    finally:
        state.close()
    say(own.out, "In the folder:", found)


@app.command()
def mine(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Files, as `works` names them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every picture that carries a mark.")] = False,
) -> None:
    """Say that pictures with a do-not-train mark are your own works. Kept on this computer only."""
    own: Context = context.obj
    told = config.load(own.home)
    if told.folder is None:
        raise refusal("pictures-missing")
    state = State(own.home)
    try:
        found = Scanner(told.folder, lambda: claims.claimed(state)).scan()
        marked = {one.name: one for one in found.left_out if one.code == "work-marked"}
        wanted = list(marked) if everything else list(names or ())
        unknown = [name for name in wanted if name not in marked]
        if unknown or not wanted:
            raise refusal("work-not-there", words.named(unknown) + "." if unknown else "")
        claims.claim(state, [marked[name].sha256 for name in wanted], utc_now())
    finally:
        state.close()
    own.out.say(
        f"Noted: {words.named(wanted)} {'is' if len(wanted) == 1 else 'are'} your own work.", mine=wanted
    )


def look(out: Printer, scanner: Scanner | None) -> Scan:
    """A scan with its progress on the terminal, where there is one."""
    with _progress(out) as on_file:
        return pictures.scan(scanner, on_file)


def say(out: Printer, begin: str, found: Scan) -> None:
    """The scan in words, or all of it as one object."""
    out.say(
        "\n".join([f"{begin} {words.summary(found)}", *words.lines(found)]),
        pictures=len(found.works),
        works=[asdict(work) for work in found.works],
        left_out=[asdict(one) for one in found.left_out],
        copies=found.copies,
        alike=found.alike,
        other_files=found.others,
        folders=found.folders,
        caption_fault=found.caption_fault,
    )


@contextmanager
def _progress(out: Printer) -> Iterator[OnFile]:
    if out.as_json or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Looking at your pictures", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
