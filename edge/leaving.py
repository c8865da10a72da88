"""Leaving: works without the network; pictures are never touched."""

import shutil

from edge.paths import Home, remove
from edge.transport import Transport
from edge.waiting import Stopped
from federation.protocol.errors import Refusal

DOOR = "/api/v1/agent/leave"
VAULT_KEY, VAULT_PARCELS = "vault.json", "vault-parcels"


def leave(home: Home, transport: Transport | None, *, keep_receipts: bool = True) -> bool:
    """Forget the server and delete the device's key; returns whether the server was told.

    The receipts stay where they are unless the artist says otherwise: they are hers.
    """
    told = _tell(transport) if transport else False
    for path in (home.tokens, home.key, home.config, home.state, home.lock, home.page, home.root / VAULT_KEY):
        remove(path)
    for suffix in ("-wal", "-shm", "-journal"):
        remove(home.state.with_name(home.state.name + suffix))
    for folder in (home.work, home.cache, home.logs, home.root / VAULT_PARCELS):
        shutil.rmtree(folder, ignore_errors=True)
    if not keep_receipts:
        remove(home.receipts)
    return told


def _tell(transport: Transport) -> bool:
    try:
        transport.post(DOOR, {})
    except (Refusal, Stopped):
        return False
    return True
