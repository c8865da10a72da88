"""base list, add: bases from a folder, from a model hub, or the small one that ships."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edge import config, own_bases
from edge.api import Api
from edge.commands import Context, app
from edge.own_bases import Held
from edge.receipts import human_bytes
from federation.protocol.errors import Refusal, refusal

if TYPE_CHECKING:
    from diffusion.hub import Offer

SHIPPED = "shipped"
base = typer.Typer(help="The models that adapters are trained on.", no_args_is_help=True)
app.add_typer(base, name="base")


@base.command(name="list")
def show_list(context: typer.Context) -> None:
    """The bases on this computer."""
    own: Context = context.obj
    found = own_bases.held(own.home)
    for one in found:
        own.out.say(f"{human_bytes(one.size):>9}   {one.hash}", hash=one.hash, bytes=one.size)
    if not found:
        own.out.say("None yet: a round fetches the one that it needs.", bases=0)


@base.command()
def add(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help='A folder, the id at a hub ("owner/name"), or "shipped".')],
    revision: Annotated[str, typer.Option(help="At a hub: a branch, a tag or a commit.")] = "main",
    cache: Annotated[
        Path | None, typer.Option(help="At a hub: the shared cache, if not the usual one.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="At a hub: fetch without asking.")] = False,
) -> None:
    """Use a base that you have, or fetch it from a hub: rounds then need not fetch it from the server."""
    from diffusion.base import shipped_base_dir
    from diffusion.hub import is_hub_id

    own: Context = context.obj
    told = config.load(own.home)
    folder = shipped_base_dir() if source == SHIPPED else Path(source).expanduser()
    if folder.is_dir():
        kept = own_bases.add_folder(own.home, folder, told.rules)
    elif is_hub_id(source):
        offer = _look(own, source, revision, cache)
        if not yes and not own.out.as_json:
            typer.confirm("Fetch it?", abort=True)
        kept = own_bases.add_offer(
            own.home, offer, told.rules, cache=cache,
            on_file=lambda done, of: own.out.say(
                f"Fetched {human_bytes(done)} of {human_bytes(of)}", fetched=done, bytes=of
            ),
        )  # fmt: skip
    else:
        missing = "This package does not hold it" if source == SHIPPED else f"There is no folder {source!r}"
        raise refusal("base-not-one", f"{missing}.")
    own.out.say(f"Here: {kept.hash}", hash=kept.hash, bytes=kept.size, offered=_offered(own, kept))


def _look(own: Context, source: str, revision: str, cache: Path | None) -> "Offer":
    """The size is said before anything of weight is fetched."""
    from diffusion import hub

    try:
        offer = hub.look(source, revision=revision, cache=cache)
    except hub.HubError as error:
        raise refusal("base-hub", str(error)) from None
    own.out.say(
        f"{offer.repository} at {offer.commit[:12]}: {len(offer.files)} files, {human_bytes(offer.size)}.",
        repository=offer.repository, commit=offer.commit, bytes=offer.size,
    )  # fmt: skip
    return offer


def _offered(own: Context, kept: Held) -> bool | None:
    """Whether the server has campaigns on this base; said, and None where it cannot be asked now."""
    own.stop_on_signals()
    try:
        Api(own.transport(config.load(own.home))).base(kept.hash)
    except Refusal as refused:
        if refused.code != "base-unknown":
            return None
        own.out.say("Your server knows no base of this hash: no round will use it.", offered=False)
        return False
    return True
