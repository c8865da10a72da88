"""rules, budget, receipts, doctor."""

from dataclasses import asdict
from typing import Annotated

import typer

from edge import budget, config, doctor, receipts
from edge.commands import Context, about_scheme, app
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
