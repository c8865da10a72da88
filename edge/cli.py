"""`python -m edge`: the commands. Each does one thing of one module and prints it."""

import random
import signal
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from edge import config, doctor, leaving, lock, pauses, pictures, receipts, status
from edge.agent import Agent
from edge.config import Config, Rules
from edge.enrol import Asked, Wish
from edge.enrol import enrol as enrol_device
from edge.paths import Home
from edge.printing import Printer
from edge.state import State
from edge.tokens import TokenStore
from edge.tools import gather, utc_now
from edge.transport import Transport, make_http, origin_of
from edge.waiting import Stopped, Waiter
from federation.protocol.errors import Refusal, refusal

app = typer.Typer(
    help="The FedArt agent: trains on this computer; the pictures stay here.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
DEFAULT_HOME = Path("~/.fedart-edge")
AllowUnsafe = Annotated[
    bool,
    typer.Option("--allow-unsafe-plain-sum", help="Accept rounds in which the server can read your update."),
]


class Context:
    """What every command has: the home folder and how to print."""

    def __init__(self, home: Path, as_json: bool) -> None:
        self.home = Home(home)
        self.out = Printer(as_json)
        self.stop = threading.Event()

    def stop_on_signals(self) -> None:
        """SIGTERM and Ctrl-C end what is under way within a step; nothing is lost."""

        def handler(number: int, frame: FrameType | None) -> None:
            self.stop.set()

        signal.signal(signal.SIGTERM, handler)
        signal.signal(signal.SIGINT, handler)

    def waiter(self) -> Waiter:
        """Waits end with the stop."""
        return Waiter(self.stop, random.Random())

    def transport(self, told: Config) -> Transport:
        """To the server that this home is enrolled with."""
        return Transport(make_http(told.server), self.waiter(), TokenStore(self.home))


@app.callback()
def common(
    context: typer.Context,
    home: Annotated[
        Path, typer.Option(envvar="FEDART_HOME", help="Where the agent keeps its files.")
    ] = DEFAULT_HOME,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """The FedArt agent: trains on this computer; the pictures stay here."""
    context.obj = Context(home, as_json)


@app.command()
def enrol(
    context: typer.Context,
    server: Annotated[str, typer.Option(help="Address of the server.")],
    name: Annotated[str, typer.Option(help="What this device is called on your pages.")],
    folder: Annotated[Path | None, typer.Option("--pictures", help="Folder of captioned pictures.")] = None,
    threads: Annotated[int, typer.Option(min=1, max=256, help="Threads of the processor to train with.")] = 1,
    min_cohort: Annotated[
        int, typer.Option(min=2, max=512, help="Fewest artists in a round you accept.")
    ] = 3,
    allow_unsafe_plain_sum: AllowUnsafe = False,
) -> None:
    """Connect this computer with your account."""
    own: Context = context.obj
    own.stop_on_signals()
    if folder is not None:
        folder = folder.expanduser().absolute()
        pictures.read(folder)
    origin = origin_of(server)
    rules = Rules(min_cohort=min_cohort, allow_unsafe_plain_sum=allow_unsafe_plain_sum)
    wish = Wish(origin, name, str(folder) if folder else None, threads, rules)
    transport = Transport(make_http(origin), own.waiter())
    told = enrol_device(own.home, wish, transport, lambda asked: _show(own.out, asked))
    own.out.say(
        f"Enrolled as {told.name!r}. {_about_scheme(told.rules)}",
        enrolled=True,
        device_id=told.device_id,
        name=told.name,
    )


def _show(out: Printer, asked: Asked) -> None:
    out.say(
        f"Open   {asked.verification_uri_complete}\nCode   {asked.user_code}\n"
        f"Confirm it only where this fingerprint is shown:   {asked.fingerprint}",
        user_code=asked.user_code,
        verification_uri=asked.verification_uri,
        fingerprint=asked.fingerprint,
    )


def _about_scheme(rules: Rules) -> str:
    if rules.allow_unsafe_plain_sum:
        return "You allow rounds in which the server can read your update (not your pictures)."
    return "Rounds in which the server could read your update are refused."


@app.command()
def run(context: typer.Context) -> None:
    """Take part in rounds until stopped."""
    own: Context = context.obj
    own.stop_on_signals()
    config.load(own.home)
    with lock.running(own.home.make()):
        tools = gather(own.home, own.stop)
        printing = threading.Thread(target=_print_changes, args=(own, tools.board), daemon=True)
        printing.start()
        try:
            Agent(tools).run()
        finally:
            own.stop.set()
            tools.board.changed.set()
            printing.join(timeout=5)
            tools.close()


def _print_changes(own: Context, board: status.Board) -> None:
    while not own.stop.is_set():
        board.changed.wait()
        board.changed.clear()
        now = board.now
        own.out.say(now.sentence, **asdict(now))


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
        sentence = "Not running. Start it with `python -m edge run`."
        own.out.say(sentence, running=False, sentence=sentence, last=last.sentence if last else None)


@app.command()
def pause(
    context: typer.Context,
    span: Annotated[str | None, typer.Argument(help="30m, 2h or 1d; without it, until you resume.")] = None,
) -> None:
    """Do nothing for a while. A training stops within one step."""
    own: Context = context.obj
    config.load(own.home)
    try:
        until = utc_now() + pauses.span_of(span) if span else None
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


@app.command()
def connect(context: typer.Context, folder: Path) -> None:
    """Connect a folder of pictures. They stay on this computer."""
    own: Context = context.obj
    told = config.load(own.home)
    found = pictures.read(folder.expanduser().absolute())
    config.save(own.home, replace(told, pictures=str(folder.expanduser().absolute())))
    own.out.say(f"Connected {len(found)} pictures. They stay on this computer.", pictures=len(found))


@app.command()
def rules(
    context: typer.Context,
    min_cohort: Annotated[int | None, typer.Option(min=2, max=512, help="Fewest artists in a round.")] = None,
    accept_base: Annotated[str | None, typer.Option(help="A base to accept, as sha256:…")] = None,
    max_steps: Annotated[int | None, typer.Option(min=1, help="Most steps of one training.")] = None,
    max_minutes: Annotated[int | None, typer.Option(min=1, help="Longest training.")] = None,
    max_base_mb: Annotated[int | None, typer.Option(min=1, help="Largest base to fetch.")] = None,
    unsafe: Annotated[
        bool | None, typer.Option("--allow-unsafe-plain-sum/--refuse-unsafe-plain-sum", help="See enrol.")
    ] = None,
) -> None:
    """Show or change your own floors and caps. No server can change them."""
    own: Context = context.obj
    told = config.load(own.home)
    asked = {
        "min_cohort": min_cohort,
        "max_steps": max_steps,
        "max_minutes": max_minutes,
        "max_base_mb": max_base_mb,
        "allow_unsafe_plain_sum": unsafe,
        "bases": (*told.rules.bases, accept_base) if accept_base else None,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    if changes:
        told = config.save(own.home, told.with_rules(**changes))
    lines = [f"{name:<24}{value}" for name, value in asdict(told.rules).items()]
    own.out.say("\n".join([*lines, _about_scheme(told.rules)]), **asdict(told.rules))


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


@app.command(name="receipts")
def show_receipts(context: typer.Context) -> None:
    """Everything that was sent from this computer."""
    own: Context = context.obj
    found = receipts.read(own.home.receipts)
    for receipt in found:
        own.out.say(receipts.sentence(receipt), **asdict(receipt))
    if not own.out.as_json:
        total = receipts.human_bytes(sum(receipt.bytes for receipt in found))
        own.out.say(f"{len(found)} messages, {total} in all. No picture and no caption is ever sent.")


@app.command(name="doctor")
def run_doctor(
    context: typer.Context,
    mend: Annotated[bool, typer.Option(help="Mend the rights of the home folder.")] = False,
) -> None:
    """Check this computer, one thing after the other, each with its fix."""
    own: Context = context.obj
    own.stop_on_signals()
    if mend:
        own.home.mend()
    well = True
    for finding in doctor.examine(own.home, own.transport):
        well = well and finding.ok
        more = "" if finding.ok else f"\n     {finding.fix}  [{finding.code}]"
        own.out.say(
            f"{finding.number}. {'well' if finding.ok else 'NOT WELL'}  {finding.name}: {finding.seen}{more}",
            **asdict(finding),
        )
    raise typer.Exit(0 if well else 1)


def main() -> None:
    """Run a command; a refusal is printed as a sentence with its fix, and the exit code is 1."""
    as_json = "--json" in sys.argv
    try:
        app()
    except Refusal as refused:
        Printer(as_json).refuse(refused)
        raise SystemExit(1) from None
    except Stopped:
        raise SystemExit(130) from None
