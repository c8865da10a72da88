"""run, status, pause, resume."""

import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import asdict
from typing import Annotated

import typer

from edge import config, lock, logs, pauses, renewal, status
from edge.agent import Agent
from edge.commands import Context, app
from edge.page import doors
from edge.state import State
from edge.tools import Tools, gather, utc_now
from federation.protocol.errors import refusal


@app.command()
def run(
    context: typer.Context,
    page: Annotated[bool, typer.Option("--page/--no-page", help="Serve the page on this computer.")] = True,
) -> None:
    """Take part in rounds until stopped."""
    own: Context = context.obj
    own.stop_on_signals()
    config.load(own.home)
    with lock.running(own.home.make()):
        tools = gather(own.home, own.stop)
        printing = threading.Thread(target=_print_changes, args=(own, tools.board), daemon=True)
        printing.start()
        fresh = renewal.Renewal(time.monotonic) if renewal.possible() else None
        try:
            with logs.kept(own.home), _page(tools) if page else nullcontext() as address:
                again = Agent(tools, fresh).run()
        finally:
            own.stop.set()
            tools.board.changed.set()
            printing.join(timeout=5)
            tools.close()
    if again:
        renewal.renew(address)


def _print_changes(own: Context, board: status.Board) -> None:
    while not own.stop.is_set():
        board.changed.wait()
        board.changed.clear()
        now = board.now
        logs.status(now)
        own.out.say(now.sentence, **asdict(now))


@contextmanager
def _page(tools: Tools) -> Iterator[str | None]:
    """The page on this computer, where it was before; without a free port the agent works all the same."""
    address = None
    with ExitStack() as stack:
        with suppress(OSError):
            address = stack.enter_context(doors.serving(tools, at=renewal.page_before()))
        yield address


@app.command(name="page")
def show_page(
    context: typer.Context,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in your browser.")] = False,
) -> None:
    """Where the agent's own page is: the status, what was sent, and buttons to pause. For you alone."""
    own: Context = context.obj
    config.load(own.home)
    address = doors.address_of(own.home) if lock.is_running(own.home) else None
    if address is None:
        raise refusal("agent-not-running")
    own.out.say(address, address=address)
    if open_it:
        webbrowser.open(address)


@app.command(name="status")
def show_status(context: typer.Context) -> None:
    """One sentence about what the agent does, and why."""
    own: Context = context.obj
    config.load(own.home)
    state = State(own.home)
    try:
        last = status.read(state)
    finally:
        state.close()
    if lock.is_running(own.home) and last is not None:
        own.out.say(last.sentence, running=True, **asdict(last))
    else:
        sentence = "Not running. Start it with `fedart-edge run`."
        own.out.say(sentence, running=False, sentence=sentence, last=last.sentence if last else None)


@app.command()
def pause(
    context: typer.Context,
    span: Annotated[str | None, typer.Argument(help="30m, 2h or 1d; without it, until you resume.")] = None,
    until_time: Annotated[str | None, typer.Option("--until", help="A time of day: 08:00.")] = None,
) -> None:
    """Do nothing for a while. A training stops within one step."""
    own: Context = context.obj
    config.load(own.home)
    try:
        if span and until_time:
            raise ValueError("give a span or --until, not both")
        until = pauses.time_of(until_time, utc_now()) if until_time else None
        until = utc_now() + pauses.span_of(span) if span else until
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    state = State(own.home)
    pauses.pause(state, until)
    sentence = pauses.paused(state, utc_now()) or ""
    state.close()
    own.out.say(sentence, paused_until=until.isoformat() if until else None)


@app.command()
def resume(context: typer.Context) -> None:
    """End a pause."""
    own: Context = context.obj
    config.load(own.home)
    state = State(own.home)
    pauses.resume(state)
    state.close()
    own.out.say("Resumed.", paused_until=None)
