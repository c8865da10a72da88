"""rules, budget, receipts, doctor."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from edge import budget, config, doctor, logs, receipts, traffic
from edge.api import Api
from edge.commands import Context, about_scheme, app
from edge.memory import Ledger
from edge.paths import write_private
from edge.proofs import Verifier
from edge.state import State
from federation.privacy.accounting import ADJACENCY


@app.command()
def rules(
    context: typer.Context,
    min_cohort: Annotated[int | None, typer.Option(min=2, max=512, help="Fewest artists in a round.")] = None,
    accept_base: Annotated[str | None, typer.Option(help="A base to accept, as sha256:…")] = None,
    max_steps: Annotated[int | None, typer.Option(min=1, help="Most steps of one training.")] = None,
    max_minutes: Annotated[int | None, typer.Option(min=1, help="Longest training.")] = None,
    max_base_mb: Annotated[int | None, typer.Option(min=1, help="Largest base to fetch.")] = None,
    max_epsilon: Annotated[
        float | None, typer.Option(min=0.01, max=1000, help="Most privacy all rounds together may cost.")
    ] = None,
    without_noise: Annotated[
        bool | None,
        typer.Option("--allow-without-noise/--refuse-without-noise", help="Rounds that add none."),
    ] = None,
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
        "max_epsilon": max_epsilon,
        "allow_without_noise": without_noise,
        "allow_unsafe_plain_sum": unsafe,
        "bases": (*told.rules.bases, accept_base) if accept_base else None,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    if changes:
        told = config.save(own.home, told.with_rules(**changes))
    lines = [f"{name:<24}{value}" for name, value in asdict(told.rules).items()]
    own.out.say("\n".join([*lines, about_scheme(told.rules)]), **asdict(told.rules))


@app.command(name="budget")
def show_budget(context: typer.Context) -> None:
    """What rounds have cost in privacy, by this computer's own account."""
    own: Context = context.obj
    told = config.load(own.home)
    state = State(own.home)
    try:
        spent = budget.account(state)
    finally:
        state.close()
    own.out.say(
        f"{spent.sentence} Your cap is {told.rules.max_epsilon:g}.",
        epsilon=spent.epsilon,
        delta=float(budget.DELTA),
        adjacency=ADJACENCY,
        rounds_with_noise=spent.with_noise,
        rounds_without_noise=spent.without_noise,
        max_epsilon=told.rules.max_epsilon,
    )


@app.command(name="receipts")
def show_receipts(
    context: typer.Context,
    verify: Annotated[bool, typer.Option("--verify", help="Check them against the server's ledger.")] = False,
) -> None:
    """Everything that was sent from this computer."""
    own: Context = context.obj
    found = receipts.read(own.home.receipts)
    if verify:
        raise typer.Exit(0 if _verify(own, found) else 1)
    for receipt in found:
        own.out.say(receipts.sentence(receipt), **asdict(receipt))
    if not own.out.as_json:
        total = receipts.human_bytes(sum(receipt.bytes for receipt in found))
        own.out.say(f"{len(found)} messages, {total} in all. No picture and no caption is ever sent.")
        _say_traffic(own)


def _verify(own: Context, found: list[receipts.Receipt]) -> bool:
    """Print each finding; whether all of them hold."""
    own.stop_on_signals()
    told = config.load(own.home)
    state = State(own.home)
    try:
        api = Api(own.transport(told))
        ledger = Ledger(api, state, told.server_key)
        well = True
        for one in Verifier(api, state, ledger).check(found):
            well = well and one.holds
            more = "" if one.holds else f"\n     {one.fix}  [{one.code}]"
            own.out.say(
                f"{'holds' if one.holds else 'DOES NOT HOLD'}  {one.about}: {one.seen}{more}", **asdict(one)
            )
    finally:
        state.close()
    return well


def _say_traffic(own: Context) -> None:
    """All requests by purpose, from the first day on."""
    if not own.home.state.exists():
        return
    state = State(own.home)
    rows = [traffic.Tally(*row) for row in state.sent()]
    state.close()
    for purpose in dict.fromkeys(row.purpose for row in rows):
        mine = [row for row in rows if row.purpose == purpose]
        size = receipts.human_bytes(sum(row.bytes for row in mine))
        own.out.say(f"{purpose:<16}{sum(row.requests for row in mine):>8} requests{size:>12}")
    if rows:
        own.out.say(f"All requests since {rows[0].day}, as HTTP writes them, before encryption.")


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


@app.command(name="logs")
def show_logs(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(help="Write all of it into this file, to be read and shown.")
    ] = None,
) -> None:
    """The agent's log, without names of pictures, paths and secrets. It is never sent anywhere."""
    own: Context = context.obj
    lines = logs.read(own.home)
    for line in lines:
        own.out.say(line)
    if to is not None:
        write_private(to.expanduser().absolute(), "".join(f"{line}\n" for line in lines).encode())
        own.out.say(f"All of this, and nothing else, is in {to}.", file=str(to), lines=len(lines))
