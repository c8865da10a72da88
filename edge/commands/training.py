"""train: one training for yourself, now; what comes of it stays on this computer."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge import config
from edge.api import Api
from edge.commands import Context, app
from edge.commands.vault import works_of
from edge.downloads import Downloads
from edge.paths import write_private
from edge.printing import Printer
from edge.vault import personal
from edge.vault.personal import OnStep
from federation.protocol.errors import refusal

MOST_PROMPTS = 4


@app.command()
def train(
    context: typer.Context,
    to: Annotated[Path, typer.Option(help="A folder for the adapter and the pictures.")],
    steps: Annotated[int, typer.Option(min=1, max=100_000)] = 60,
    rank: Annotated[int, typer.Option(min=1, max=64)] = 8,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed gives the same adapter.")] = None,
    sample: Annotated[
        list[str] | None, typer.Option(help="Draw this before and after, side by side.")
    ] = None,
) -> None:
    """Train on your connected folder now, for yourself. Nothing of it is sent; rounds are not touched."""
    own: Context = context.obj
    own.stop_on_signals()
    told = config.load(own.home)
    examples = works_of(own, told)
    transport = own.transport(told)
    api = Api(transport)
    on = personal.ground(api)
    base, start = personal.fetch(api, Downloads(own.home, transport), own.home, told, on)
    used = secrets.randbits(53) if seed is None else seed
    wish = personal.Wish(steps, rank, used, samples=tuple((sample or [])[:MOST_PROMPTS]))
    with _progress(own.out) as on_step:
        made = personal.train(base, on, start, examples, wish, told.threads, on_step, own.stop.is_set)
    folder = to.expanduser().absolute()
    try:
        write_private(folder / "adapter.safetensors", made.adapter)
        for number, sheet in enumerate(made.samples, start=1):
            write_private(folder / f"before and after {number}.png", sheet)
    except OSError as error:
        raise refusal("computer-trouble", f"{error.strerror or type(error).__name__}.") from None
    own.out.say(
        f"Trained {steps} steps on {len(examples)} pictures, seed {used}. It is in {folder}; nothing was sent.",
        steps=steps, pictures=len(examples), seed=used, folder=str(folder), version=on.version,
    )  # fmt: skip


@contextmanager
def _progress(out: Printer) -> Iterator[OnStep]:
    """A bar with the time left on a terminal, a line for each step in a script."""
    if out.as_json or not out.on_terminal():
        yield lambda step, steps: out.say(f"Step {step} of {steps}", step=step, steps=steps)
        return
    columns = (TextColumn("Training here"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, steps: bar.update(task, completed=step, total=steps)
