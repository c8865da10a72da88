"""Everything that reads. Other apps ask here and never touch the tables."""

from consent.selectors.grants import Grant, consent_summary, live_grant, live_grants
from consent.selectors.in_force import in_force, is_paused
from consent.selectors.ledger import entry_holds, ledger_head
from consent.selectors.restrictions import is_restricted, restricted_at

__all__ = [
    "Grant",
    "consent_summary",
    "entry_holds",
    "in_force",
    "is_paused",
    "is_restricted",
    "ledger_head",
    "live_grant",
    "live_grants",
    "restricted_at",
]
