"""The ledger as it stands."""

from consent.ledger.entries import GENESIS
from consent.models import LedgerHead


def ledger_head() -> tuple[int, str]:
    """(number of entries, chain hash after the last one in hex); an empty ledger has GENESIS."""
    head = LedgerHead.objects.filter(pk=1).values_list("size", "head").first()
    return (head[0], bytes(head[1]).hex()) if head else (0, GENESIS.hex())
