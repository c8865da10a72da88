"""update: another version of this program, when the artist says so, and never beside a round."""

from pathlib import Path
from typing import Annotated

import typer

from edge import VERSION, lock, updates
from edge.commands import Context, app
from federation.protocol.errors import refusal


@app.command()
def update(
    context: typer.Context,
    wheel: Annotated[Path | None, typer.Option("--from", help="A wheel file that you were given.")] = None,
    sha256: Annotated[str, typer.Option(help="Its SHA-256, as the operator published it.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Only say whether there is a newer one.")] = False,
) -> None:
    """Install another version with pip: from the index this one came from, or from a wheel whose SHA-256 you give.

    Says what it will install first. Your home folder, keys and rules stay as they are.
    """
    own: Context = context.obj
    if not check and lock.is_running(own.home):
        raise refusal("agent-running")
    if wheel is not None:
        found: updates.Update | None = updates.from_file(wheel.expanduser(), sha256)
    else:
        found = updates.from_index(updates.origin(), updates.pip_here)
    if found is None:
        own.out.say(f"{VERSION} is the newest.", version=VERSION, update=None)
        return
    own.out.say(
        f"Now {VERSION}, then {found.version}: pip install {found.target}",
        version=VERSION,
        update=found.version,
    )
    if not check:
        updates.install(found, updates.pip_here)
        own.out.say("Installed. Start the agent again.", installed=found.version)
