"""trust: the artist says on this computer which keys sign for her."""

from dataclasses import replace
from typing import Annotated

import typer

from consent.errors import Refusal as ConsentRefusal
from consent.ledger.multibase import key_fingerprint, key_multibase, public_key_bytes
from edge import config
from edge.commands import Context, app
from federation.protocol.errors import refusal

MAX_KEYS = 20
Key = Annotated[str | None, typer.Argument(help="As your consent page shows it: z6Mk…")]


def read_key(text: str) -> str:
    """The key in its one form, `z6Mk…`. Raises Refusal `artist-key-invalid`."""
    try:
        return key_multibase(public_key_bytes(text.strip()))
    except ConsentRefusal:
        raise refusal("artist-key-invalid") from None


@app.command()
def trust(
    context: typer.Context,
    key: Key = None,
    forget: Annotated[bool, typer.Option("--forget", help="Trust this key no longer.")] = False,
) -> None:
    """Say which key signs for you, or show the keys that do. The server cannot change them."""
    own: Context = context.obj
    told = config.load(own.home)
    if key is not None:
        named = read_key(key)
        kept = tuple(one for one in told.artist_keys if one != named)
        told = config.save(
            own.home, replace(told, artist_keys=(kept if forget else (*kept, named))[-MAX_KEYS:])
        )
    for one in told.artist_keys:
        own.out.say(f"{key_fingerprint(one)}   {one}", key=one, fingerprint=key_fingerprint(one))
    if not told.artist_keys:
        missing = refusal("artist-key-missing")
        own.out.say(f"{missing.why} {missing.fix}", keys=0)
    elif not own.out.as_json:
        own.out.say("Trained only for what one of these keys signed. Compare them with your consent page.")
