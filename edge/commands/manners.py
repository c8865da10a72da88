"""manners: when, and how much of this computer, a training may use."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any

import typer

from edge import config
from edge.commands import Context, app
from edge.config import ANY_TIME
from edge.manners import hold, probes, schedule
from edge.sheets import MOST
from federation.protocol.errors import refusal


@app.command()
def manners(
    context: typer.Context,
    on_battery: Annotated[bool | None, typer.Option("--on-battery/--not-on-battery")] = None,
    on_metered: Annotated[bool | None, typer.Option("--on-metered/--not-on-metered")] = None,
    idle_minutes: Annotated[
        int | None, typer.Option(min=0, max=600, help="Without keyboard and mouse; 0 does not ask.")
    ] = None,
    hours: Annotated[
        str | None, typer.Option(help='Like "Mon-Fri 20:00-08:00, Sat-Sun 00:00-24:00"; "" is always.')
    ] = None,
    program: Annotated[
        list[str] | None, typer.Option(help="A program beside which nothing begins; replaces the list.")
    ] = None,
    memory_mb: Annotated[int | None, typer.Option(min=0, help="Most memory; 0 is no cap.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="Threads of the processor.")] = None,
    sheet: Annotated[
        int | None, typer.Option(min=0, max=MOST, help="Pictures to draw before and after each training.")
    ] = None,
    any_time: Annotated[bool, typer.Option("--any-time", help="Never wait.")] = False,
) -> None:
    """Show or change when the agent may begin to train, and what it sees now."""
    own: Context = context.obj
    told = config.load(own.home)
    asked: dict[str, Any] = {
        "on_battery": on_battery,
        "on_metered": on_metered,
        "idle_minutes": idle_minutes,
        "hours": _hours(hours),
        "programs": tuple(name.lower() for name in program if name) if program is not None else None,
        "memory_mb": memory_mb,
        "sheet": sheet,
    }
    free = {k: v for k, v in asdict(ANY_TIME).items() if k != "sheet"}
    changes = (free if any_time else {}) | {k: v for k, v in asked.items() if v is not None}
    if changes or threads:
        told = told.with_manners(**changes)
        told = config.save(own.home, replace(told, threads=threads or told.threads))
    seen = probes.here()
    waits = [one.sentence for one in hold.reasons(told.manners, seen, datetime.now().astimezone())]
    lines = [f"{name:<16}{_shown(value)}" for name, value in asdict(told.manners).items()]
    own.out.say(
        "\n".join([*lines, f"{'threads':<16}{told.threads}", *look(seen), *(waits or ["It could begin now."])]),
        **asdict(told.manners), threads=told.threads, waits=waits,
    )  # fmt: skip


def look(seen: probes.Probes) -> list[str]:
    """What this computer tells now, a line each; what it does not tell is said to be unknown."""
    idle = seen.idle_s()
    return [
        f"On battery: {_answer(seen.on_battery())}. Metered network: {_answer(seen.metered())}.",
        f"Keyboard and mouse: {'unknown' if idle is None else f'untouched for {int(idle)} s'}.",
        f"Memory: {seen.free_mb()} MB free.",
    ]


def _answer(found: bool | None) -> str:
    return "unknown" if found is None else "yes" if found else "no"


def _hours(text: str | None) -> str | None:
    try:
        schedule.parse(text or "")
    except ValueError as error:
        raise refusal("hours-invalid", f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    return text


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
