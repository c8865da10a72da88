"""`python -m fedart_site.demo [--once]`; `make demo` calls it."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fedart_site.demo.board import Board, StepFailed
from fedart_site.demo.memory import PeakMemory
from fedart_site.demo.show import Show
from fedart_site.demo.stage import Stage
from fedart_site.engines.launch import free_port
from fedart_site.processes.plan import ROOT

FAILED, INTERRUPTED = 1, 130


def main(
    once: Annotated[
        bool, typer.Option(help="Check every step, print the table, shut down, end with 0 or 1.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the website; 0 takes a free one.")] = 8000,
    quick: Annotated[
        bool, typer.Option(help="The same steps with less in each: less training, fewer pictures.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Also write the table to this file as JSON.")
    ] = None,
) -> None:
    """Show what FedArt is, on real processes and real pictures."""
    if os.environ.get("FEDART_ENV") == "production":
        raise typer.BadParameter(
            "the demo makes accounts and a campaign; it does not run with FEDART_ENV=production"
        )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: a shell may have it ignored
        signal.signal(number, _interrupt)
    console = Console()
    state_dir = Path(os.environ.get("FEDART_STATE_DIR") or ROOT / ".fedart").resolve()
    board = Board(console)
    show = Show(Stage(state_dir, port or free_port()), board, state_dir / "demo", quick=quick)
    memory = PeakMemory().start()
    code = 0
    try:
        show.run()
        console.print(board.table())
        if not once:
            _stay(console, show)
    except StepFailed as failure:
        console.print(board.table())
        console.print(f"[red]The demo stopped at “{board.rows[-1].step}”:[/] {failure}", markup=True)
        code = FAILED
    except KeyboardInterrupt:
        code = INTERRUPTED if once else 0
    finally:
        with board.step("Shut down") as step:
            show.stop()
            step.saw(f"nothing left running; at most {memory.stop():.0f} MiB were in use")
        if json_file is not None:
            json_file.write_text(board.as_json())
    sys.exit(code)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _stay(console: Console, show: Show) -> None:
    console.print(
        f"\nThe platform stays up at [bold]{show.stage.origin}[/]. Ctrl-C ends it and all its processes."
    )
    console.print(f"Contact sheets of versions 0 to {len(show.versions) - 1}: {show.folder / 'sheets'}")
    console.print("Sign in as an artist or as staff (demo passwords of this installation only):")
    for email, password in show.logins.known.items():
        console.print(f"  {email:36} {password}", markup=False, highlight=False)
    while True:
        show.stage.check()
        time.sleep(1)


if __name__ == "__main__":
    typer.run(main)
