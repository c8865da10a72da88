"""Everything that reads. Other apps ask here and never touch the tables."""

from consent.selectors.grants import Grant, consent_summary, live_grant, live_grants
from consent.selectors.ledger import entry_holds, ledger_head

__all__ = ["Grant", "consent_summary", "entry_holds", "ledger_head", "live_grant", "live_grants"]
