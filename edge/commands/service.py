"""service install, remove, show: the agent runs by itself from when you sign in."""

import typer

from edge import config
from edge.commands import DEFAULT_HOME, Context, app
from edge.service import plan as plans

service = typer.Typer(help="Have the agent run by itself whenever you are signed in.", no_args_is_help=True)
app.add_typer(service, name="service")


def _plan(own: Context) -> plans.Plan:
    return plans.plan_here(plans.service_of(own.home, DEFAULT_HOME))


@service.command()
def install(context: typer.Context) -> None:
    """Start the agent now and whenever you sign in. Needs no administrator."""
    own: Context = context.obj
    config.load(own.home)
    plan = _plan(own)
    plans.install(plan, plans.run_here)
    own.out.say(
        f"It runs, and will whenever you are signed in. Written: {plan.path}", installed=str(plan.path)
    )


@service.command()
def remove(context: typer.Context) -> None:
    """Stop it and take it away again; nothing of it is left."""
    own: Context = context.obj
    plan = _plan(own)
    gone = plans.uninstall(plan, plans.run_here)
    own.out.say("Removed." if gone else "No service was installed.", removed=gone)


@service.command()
def show(context: typer.Context) -> None:
    """What `install` would write and run; nothing is done."""
    own: Context = context.obj
    plan = _plan(own)
    commands = [" ".join(command) for command in plan.install]
    own.out.say(
        "\n".join([f"{plan.path}:", plan.content.decode("utf-8", "replace"), "Then:", *commands]),
        path=str(plan.path), commands=[list(command) for command in plan.install],
    )  # fmt: skip
